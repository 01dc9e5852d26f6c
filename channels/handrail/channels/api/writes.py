"""What a person changes in the business's systems for the customer they are with."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from handrail.channels.api.at_desk import ONE, WRITES, keyed, looked, there, written
from handrail.channels.api.callers import AtDesk, DeskConversation, counted
from handrail.channels.api.desk_views import ActionView, Written, action_view
from handrail.channels.api.inputs import Act, IdempotencyKey, Perform, ToolCall
from handrail.channels.api.kit import Kit, WithKit
from handrail.conversation.events import ActionConsented, ActionProposed, Citation
from handrail.desk.approvals import action_in

router = APIRouter(prefix="/v1/desk", tags=["desk"], dependencies=[Depends(counted)])
ActionId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["5f2b9c0e7a1d4c38"])]
SECONDS = 20.0
"""How long an answer waits for what is being done; what takes longer is seen in the conversation."""


class ForeseenView(BaseModel):
    """What a tool would do, to the letter; nothing was done. Give `fingerprint` along to go on with exactly this."""

    tool: str
    arguments: dict[str, Any]
    what: str = Field(description="in the tool's words")
    question: str = Field(description="as the customer would be asked")
    facts: dict[str, Any] = Field(description="what it costs or pays, and the like")
    rule: Citation | None = Field(description="the policy that governs it")
    approval: str = Field(description="why a colleague must approve it as well; empty where nobody has to")
    fingerprint: str
    lines: list[int] = Field(description="seqs of the customer's lines that may count as their yes, the newest first")
    unfit: str = Field(description="why their newest line may not; empty where it may")


@router.post(ONE + "/preview", responses=WRITES)
async def preview(kit: WithKit, session: AtDesk, conversation_id: DeskConversation, body: ToolCall) -> ForeseenView:
    """See what a tool that changes something would do, as who holds the conversation. Nobody is told, nothing is done.

    The gates are those of the bot: who the customer is, whose the thing is, and the rules of the business (409).
    """
    staff = await there(kit, session)
    await looked(kit, session, "case", conversation_id)
    seen = await kit.handrail.writes.foresee(conversation_id, staff, body.tool, body.arguments)
    return ForeseenView(
        tool=seen.tool,
        arguments=dict(seen.arguments),
        what=seen.what,
        question=seen.question,
        facts=dict(seen.facts),
        rule=seen.rule,
        approval=seen.approval,
        fingerprint=seen.fingerprint,
        lines=list(seen.lines),
        unfit=seen.unfit,
    )


@router.post(ONE + "/propose", responses=WRITES)
async def propose(
    kit: WithKit, session: AtDesk, conversation_id: DeskConversation, body: Act, key: IdempotencyKey = None
) -> ActionView:
    """Ask the customer whether exactly this is to be done, in the thread and in your name.

    Their yes does it, while you hold the conversation or the bot does after you. What stood open before is off.
    """
    staff = await there(kit, session)
    event = await kit.handrail.writes.propose(
        conversation_id, staff, body.tool, body.arguments, body.fingerprint, key=keyed(session, "propose", key)
    )
    assert isinstance(event.data, ActionProposed)
    return await _action(kit, conversation_id, event.data.action_id)


@router.post(ONE + "/run", responses=WRITES)
async def run(kit: WithKit, session: AtDesk, conversation_id: DeskConversation, body: Perform) -> ActionView:
    """Do exactly this, on a line of the customer's that you take for their yes; it stands in the log with that line.

    The line must be one of those that the preview offers, and agrees to one action: the same again changes nothing.
    Where a colleague must approve it, it waits for them.
    """
    staff = await there(kit, session)
    event = await kit.handrail.writes.run(
        conversation_id, staff, body.tool, body.arguments, body.fingerprint, body.said
    )
    kit.handrail.turns.wake(conversation_id)
    await kit.handrail.turns.through(conversation_id, SECONDS)
    assert isinstance(event.data, ActionConsented)
    return await _action(kit, conversation_id, event.data.action_id)


@router.post(ONE + "/actions/{action_id}/take-off", responses=WRITES)
async def take_off(kit: WithKit, session: AtDesk, conversation_id: DeskConversation, action_id: ActionId) -> Written:
    """Take off what was put before the customer and is not under way, as who holds the conversation."""
    staff = await there(kit, session)
    return written(await kit.handrail.writes.take_off(conversation_id, staff, action_id))


async def _action(kit: Kit, conversation_id: str, action_id: str) -> ActionView:
    return action_view(action_in(await kit.handrail.situations.get(conversation_id), action_id))
