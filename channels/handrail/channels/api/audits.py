"""Audits: people say, each on their own, whether the matters were settled that the bot closed alone."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from handrail.channels.api.at_desk import looked
from handrail.channels.api.callers import OnDesk, counted
from handrail.channels.api.inputs import WORD, Input, Remark
from handrail.channels.api.kit import Kit, WithKit
from handrail.channels.api.problems import documented
from handrail.channels.sessions import Session
from handrail.conversation.errors import Denied
from handrail.desk.acts import TAGS
from handrail.desk.audits.shown import Who
from handrail.desk.audits.tagging import Tagging, Why

router = APIRouter(prefix="/v1/desk/audits", tags=["desk"], dependencies=[Depends(counted)])
READS = documented(401, 403, 422)
WRITES = documented(401, 403, 404, 408, 413, 415, 422)

AuditId = Annotated[str, Path(alias="id", pattern=r"^[A-Za-z0-9_-]{1,64}$", description="as `next` told it")]


class AuditTag(Input):
    """What a person says of a conversation. `cant_tell` is no `no`: it counts for neither."""

    settled: Literal["yes", "no", "cant_tell"] = Field(
        description="was the customer's matter settled?", examples=["no"]
    )
    person_needed: bool | None = Field(default=None, description="should a person have been called?", examples=[True])
    tags: tuple[Annotated[str, Field(pattern=WORD, json_schema_extra={"enum": list(TAGS)})], ...] = Field(
        default=(), max_length=30, description="what went wrong, as at the wrap-up", examples=[["policy_missing"]]
    )
    note: Remark = ""


class AuditSkip(Input):
    """Why a person leaves one to others."""

    reason: Why = Field(examples=["know_them"])
    note: Remark = ""


class StepView(BaseModel):
    """Something that was said, or done by a tool. Names and contact data are hidden in it."""

    model_config = ConfigDict(from_attributes=True)

    seq: int
    at: datetime
    who: Who = Field(description="`notice` is the system; `look_up` and `action` were done by tools")
    text: str
    detail: str = Field(description="what the tool was given and gave")
    ok: bool
    sources: list[str] = Field(description="the policies that are cited")


class AuditView(BaseModel):
    """What was said and done between a customer and the bot, from their first line to the close."""

    id: str
    steps: list[StepView]


class AuditsView(BaseModel):
    """How it stands: `open` and `mine` for whoever asks, `drawn` and `tagged` of those drawn lately, for all."""

    open: int
    mine: int
    drawn: int
    tagged: int
    tags: list[str] = Field(description="what can have gone wrong")


class NextView(BaseModel):
    """One to say something of; null where there is none."""

    audit: AuditView | None
    open: int


async def tagger(kit: WithKit, session: OnDesk) -> Session:
    """Somebody whose role tags, by `[desk.audits] roles`. Raises `Denied`."""
    roles = kit.handrail.settings.desk.audits.roles
    if session.user.role not in roles:
        raise Denied(f"this needs one of the roles {', '.join(roles)}", code="role")
    return session


Tags = Annotated[Session, Depends(tagger)]


@router.get("", responses=READS)
async def audits(kit: WithKit, session: Tags) -> AuditsView:
    """How many are open for you, how many you have tagged, and how many were drawn and tagged lately."""
    counts = await _tagging(kit).counts(session.user.id)
    return AuditsView(open=counts.open, mine=counts.mine, drawn=counts.drawn, tagged=counts.tagged, tags=list(TAGS))


@router.get("/next", responses=READS)
async def following(kit: WithKit, session: Tags) -> NextView:
    """One that you have not tagged: what was said and done, and nothing of what the bot or others think of it.

    That you look is entered into the trail (`GET /v1/desk/audit`).
    """
    tagging, person = _tagging(kit), session.user.id
    found = await tagging.next(person)
    if found is not None:
        await looked(kit, session, "audit", found.conversation_id)
    told = AuditView(id=found.id, steps=[StepView.model_validate(s) for s in found.steps]) if found else None
    return NextView(audit=told, open=(await tagging.counts(person)).open)


@router.put("/{id}", responses=WRITES, status_code=204)
async def tag(kit: WithKit, session: Tags, audit_id: AuditId, body: AuditTag) -> None:
    """Say whether the customer's matter was settled. Said again, it takes the place of what you said before."""
    user = session.user
    await _tagging(kit).tag(
        audit_id, user.id, user.name, body.settled, person_needed=body.person_needed, tags=body.tags, note=body.note
    )


@router.post("/{id}/skip", responses=WRITES, status_code=204)
async def skip(kit: WithKit, session: Tags, audit_id: AuditId, body: AuditSkip) -> None:
    """Leave it to others, and say why."""
    await _tagging(kit).skip(audit_id, session.user.id, session.user.name, body.reason, body.note)


def _tagging(kit: Kit) -> Tagging:
    return Tagging(kit.handrail.log, kit.handrail.settings)
