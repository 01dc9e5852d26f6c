"""Going on with what a colleague has decided, under the lease of the conversation's turn, whoever holds it."""

from handrail.agent.execution import Executed
from handrail.agent.news import closing
from handrail.agent.services import Services
from handrail.conversation.log import Fence
from handrail.conversation.situation import Situation


async def carry_out(situation: Situation, turn_id: str, fence: Fence, services: Services) -> Executed | None:
    """Do the first action that a colleague has approved; None where there is none.

    Everything is checked anew, as `Actions.execute` says; what has changed meanwhile comes back as a new proposal.
    """
    approved = next((a for a in situation.actions if a.stage == "approved"), None)
    return await services.actions.execute(situation, turn_id, approved, fence) if approved else None


async def carry_out_unheard(situation: Situation, turn_id: str, fence: Fence, services: Services) -> None:
    """Settle one decision while a person, or the queue, holds the conversation: it is done or taken off, and no line is
    said. Whoever holds it sees what came of it.
    """
    log = services.log
    executed = await carry_out(situation, turn_id, fence, services)
    if executed is not None:
        if executed.proposal is not None:
            await services.actions.drop(situation, executed.action, executed.code, fence)
        return
    now = services.clock.now()
    events = [dropped for action in situation.decided(now) if (dropped := closing(action, now)) is not None]
    if events:
        await log.append(situation.conversation_id, "bot", *events, fence=fence)
