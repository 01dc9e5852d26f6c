"""The people's word: on what waits for approval, on who a customer is, on how an action ended."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from handrail.channels.api.at_desk import ONE, WRITES, looked, staff_of, there, written
from handrail.channels.api.callers import AtDesk, DeskConversation, OnDesk, counted
from handrail.channels.api.desk_views import ApprovalsView, Who, Written, who
from handrail.channels.api.inputs import ActionEnd, ApprovalWord, Vouch
from handrail.channels.api.kit import WithKit
from handrail.channels.api.problems import documented
from handrail.channels.api.watching import approvals as waiting

router = APIRouter(prefix="/v1/desk", tags=["desk"], dependencies=[Depends(counted)])
ActionId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["5f2b9c0e7a1d4c38"])]


@router.get("/approvals", responses=documented(401, 403, 422))
async def approvals(kit: WithKit, session: OnDesk, limit: Annotated[int, Query(ge=1, le=200)] = 100) -> ApprovalsView:
    """What customers have agreed to and a colleague has yet to approve, the oldest first."""
    await looked(kit, session, "approvals")
    return await waiting(kit, staff_of(session), limit)


@router.post(ONE + "/approvals/{action_id}", responses=WRITES)
async def decide(
    kit: WithKit, session: AtDesk, conversation_id: DeskConversation, action_id: ActionId, body: ApprovalWord
) -> Written:
    """Approve or refuse one exact action, whoever holds the conversation. Of two who decide, one wins (409).

    What is approved is checked anew and then done; the customer is told what came of it, with your name, and with the
    reason of a refusal.
    """
    staff = await there(kit, session)
    event = await kit.handrail.desk.approvals.decide(conversation_id, action_id, staff, body.decision, body.reason)
    kit.handrail.turns.wake(conversation_id)
    return written(event)


@router.post(ONE + "/identity", responses=WRITES)
async def vouch(kit: WithKit, session: AtDesk, conversation_id: DeskConversation, body: Vouch) -> Who:
    """Vouch for who the customer is, as who holds the conversation; say how you found out."""
    staff = await there(kit, session)
    await kit.handrail.vouching.vouch(conversation_id, staff, body.claim, body.how)
    return who((await kit.handrail.situations.get(conversation_id)).identity)


@router.post(ONE + "/actions/{action_id}", responses=WRITES)
async def settle(
    kit: WithKit, session: AtDesk, conversation_id: DeskConversation, action_id: ActionId, body: ActionEnd
) -> Written:
    """Say whether an action happened whose end was not seen. It ends once, also against a look-up (409)."""
    staff = await there(kit, session)
    event = await kit.handrail.desk.unsettled.settle(
        conversation_id, action_id, staff, happened=body.happened, seen=body.seen
    )
    kit.handrail.turns.wake(conversation_id)
    return written(event)
