"""What a person looks up in the business's systems for the customer they are with."""

from typing import Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from handrail.channels.api.at_desk import ONE, READS, WRITES, keyed, looked, there
from handrail.channels.api.callers import AtDesk, DeskConversation, counted
from handrail.channels.api.inputs import IdempotencyKey, LookUp
from handrail.channels.api.kit import WithKit
from handrail.conversation.events import Level, ToolRan

router = APIRouter(prefix="/v1/desk", tags=["desk"], dependencies=[Depends(counted)])


class OfferView(BaseModel):
    """A tool as a form."""

    name: str
    effect: Literal["read", "write"] = Field(description="`look-up` calls what reads, `preview` begins what writes")
    description: str
    parameters: dict[str, Any] = Field(description="a JSON schema of its arguments")
    known: dict[str, list[str]] = Field(description="values for its arguments that came up, the newest first")
    needs: Level | None = Field(description="the identity that the customer has yet to prove for it")


class LookedUp(BaseModel):
    """What came of it; it stands in the log under `seq`."""

    seq: int
    ok: bool
    result: Any
    error: str = Field(description="a stable code where `ok` is false")
    message: str


@router.get(ONE + "/tools", responses=READS)
async def tools(kit: WithKit, session: AtDesk, conversation_id: DeskConversation) -> list[OfferView]:
    """The tools by which you can look something up or change something for this customer."""
    await looked(kit, session, "case", conversation_id)
    return [
        OfferView(
            name=each.name,
            effect=each.effect,
            description=each.description,
            parameters=dict(each.parameters),
            known={name: list(values) for name, values in each.known.items()},
            needs=each.needs,
        )
        for each in await kit.handrail.lookups.offers(conversation_id)
    ]


@router.post(ONE + "/look-up", responses=WRITES)
async def look_up(
    kit: WithKit, session: AtDesk, conversation_id: DeskConversation, body: LookUp, key: IdempotencyKey = None
) -> LookedUp:
    """Look something up by a reading tool, as who holds the conversation: for the customer who was proven, under the
    rules that bind the bot. The bot sees it too when it goes on."""
    staff = await there(kit, session)
    event = await kit.handrail.lookups.run(
        conversation_id, staff, body.tool, body.arguments, key=keyed(session, "look_up", key)
    )
    ran = event.data
    assert isinstance(ran, ToolRan)
    return LookedUp(seq=event.seq, ok=ran.ok, result=ran.result, error=ran.error, message=ran.message)
