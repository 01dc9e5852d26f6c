"""The policies, so that what a reply cites can be read: Markdown as sanitised HTML."""

from dataclasses import asdict
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

import nh3
from fastapi import APIRouter, Depends, Path, Query, Request
from markdown_it import MarkdownIt
from pydantic import AwareDatetime, BaseModel, Field

from handrail.channels.api.callers import OnDesk, counted
from handrail.channels.api.kit import Kit, WithKit
from handrail.channels.api.problems import documented
from handrail.channels.sessions import PREFIX
from handrail.conversation.audience import EVERYBODY, Audience
from handrail.conversation.errors import NotFound
from handrail.knowledge.passages import Policy

router = APIRouter(prefix="/v1", tags=["policies"], dependencies=[Depends(counted)])
TAGS = {
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "del", "code", "pre",
    "blockquote", "table", "thead", "tbody", "tr", "th", "td", "a",
}  # fmt: skip
"""What policies may be made of; no images, no styles, no classes."""


class PolicyVersion(BaseModel):
    """One version of a policy and when it holds: from `effective_from` until the day before `effective_until`."""

    version: str
    effective_from: date
    effective_until: date | None


class ToldView(BaseModel):
    """A conversation whose customer was answered from a version of a policy; `passages` are those that were quoted."""

    conversation_id: str
    customer_ref: str | None
    version: str = Field(examples=["1"])
    passages: list[str] = Field(examples=[["returns@1#2"]])
    first_at: datetime
    last_at: datetime
    times: int = Field(description="how many sentences of replies rest on it")


class ToldList(BaseModel):
    """Who was told, the latest first. `version` is the one asked for, `but` the one in force, which was left out."""

    items: list[ToldView]
    version: str | None
    but: str | None


class PolicyView(BaseModel):
    """One version of a policy, to read. `html` is sanitised."""

    id: str = Field(examples=["returns"])
    version: str = Field(examples=["3"])
    title: str = Field(examples=["Returns and exchanges"])
    effective_from: date
    effective_until: date | None
    in_force: bool
    html: str = Field(examples=["<p>You can return unworn boots within 30 days.</p>"])
    audience: list[str] = Field(examples=[["public"]], description="who may be told it")
    versions: list[PolicyVersion]


PolicyId = Annotated[str, Path(alias="id", max_length=200, examples=["returns"])]
PolicyVersionName = Annotated[
    str | None, Query(max_length=100, description="the version in force today, where none is given")
]


async def audience(request: Request, kit: WithKit) -> Audience:
    """What whoever calls may read: what everybody may, and with a conversation's token what its customer may."""
    # Read by hand: declared as a scheme, it would say that a token is needed here.
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token or token.startswith(PREFIX):
        return EVERYBODY
    situation = await kit.handrail.situations.get(kit.tokens.read(token).conversation_id)
    return situation.identity.audience


@router.get("/policies/{id}", responses=documented(401, 404, 422))
async def policy(
    kit: WithKit,
    policy_id: PolicyId,
    reader: Annotated[Audience, Depends(audience)],
    version: PolicyVersionName = None,
) -> PolicyView:
    """A policy as customers may read it. One that is for some of them only is there for their conversations' tokens."""
    held = kit.handrail.knowledge.policies
    return _view([p for p in held if p.id == policy_id and p.is_for(reader)], version, today_of(kit))


@router.get("/desk/policies/{id}", responses=documented(401, 403, 404, 422))
async def policy_for_staff(
    kit: WithKit, _: OnDesk, policy_id: PolicyId, version: PolicyVersionName = None
) -> PolicyView:
    """Any policy, whoever it is for."""
    return _view([p for p in kit.handrail.knowledge.policies if p.id == policy_id], version, today_of(kit))


def _view(versions: list[Policy], version: str | None, today: date) -> PolicyView:
    versions = sorted(versions, key=lambda p: p.effective_from)
    found = _chosen(versions, version, today)
    return PolicyView(
        id=found.id,
        version=found.version,
        title=found.title,
        effective_from=found.effective_from,
        effective_until=found.effective_until,
        in_force=found.in_force(today),
        html=_html(found.text),
        audience=list(found.audience),
        versions=[
            PolicyVersion(version=p.version, effective_from=p.effective_from, effective_until=p.effective_until)
            for p in versions
        ],
    )


def today_of(kit: Kit) -> date:
    """The day it is for the business."""
    return kit.handrail.clock.now().astimezone(ZoneInfo(kit.handrail.settings.business.timezone)).date()


def _chosen(versions: list[Policy], version: str | None, today: date) -> Policy:
    for found in reversed(versions):
        if found.version == version or (version is None and found.in_force(today)):
            return found
    raise NotFound("no such policy")


@router.get("/desk/policies/{id}/told", responses=documented(401, 403, 422))
async def told(
    kit: WithKit,
    _: OnDesk,
    policy_id: Annotated[str, Path(alias="id", max_length=200, examples=["returns"])],
    version: Annotated[
        str | None, Query(max_length=100, description="all but the version in force today, where none is given")
    ] = None,
    since: Annotated[AwareDatetime | None, Query(description="only replies from then on")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> ToldList:
    """Who was told the old answer: after a policy was corrected or replaced, whom to write to.

    The policy may be gone by now.
    """
    today = today_of(kit)
    held = (p.version for p in kit.handrail.knowledge.policies if p.id == policy_id and p.in_force(today))
    but = None if version else next(held, None)
    if "\0" in policy_id + (version or ""):
        # No text of the database holds it, so nobody was told.
        return ToldList(items=[], version=version, but=but)
    found = await kit.handrail.log.told(policy_id, version=version, but=but, since=since, limit=limit)
    return ToldList(items=[ToldView(**asdict(each)) for each in found], version=version, but=but)


@lru_cache(maxsize=256)
def _html(text: str) -> str:
    # Raw HTML in the Markdown is shown as text, and what is left goes through the sanitiser all the same.
    html = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).render(text)
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
