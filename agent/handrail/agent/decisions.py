"""Going on with what people have decided, under the lease of the conversation's turn, whoever holds it."""

from handrail.agent.asking import sentence
from handrail.agent.execution import Executed, hand_of
from handrail.agent.news import closing
from handrail.agent.services import Services
from handrail.agent.word import Word, word_on
from handrail.conversation.errors import Fenced
from handrail.conversation.events import ActionDropped, Announced, Data, TurnEnded
from handrail.conversation.log import Fence
from handrail.conversation.situation import Situation

TOLD = {
    "succeeded": "hand_done", "failed": "hand_failed", "waiting": "hand_waiting", "unknown": "hand_unsure",
    "dropped": "hand_changed",
}  # fmt: skip
"""What the customer is told at once of an action that a person has put before them."""


async def carry_out(situation: Situation, turn_id: str, fence: Fence, services: Services) -> Executed | None:
    """Do the first action that a colleague has approved; None where there is none.

    Everything is checked anew, as `Actions.execute` says; what has changed meanwhile comes back as a new proposal.
    """
    approved = next((a for a in situation.actions if a.stage == "approved"), None)
    return await services.actions.execute(situation, turn_id, approved, fence) if approved else None


async def carry_out_unheard(situation: Situation, turn_id: str, fence: Fence, services: Services) -> None:
    """Settle one decision while a person, or the queue, holds the conversation: it is done or taken off, and the bot
    says nothing. Whoever holds it sees what came of it; of what they have put before the customer themselves, the
    customer is told by our own notice.
    """
    log = services.log
    executed = await carry_out(situation, turn_id, fence, services)
    if executed is not None:
        if hand_of(situation, executed.action) != "bot":
            await _tell(situation, turn_id, executed, executed.action.said, fence, services)
        elif executed.proposal is not None:
            await services.actions.drop(situation, executed.action, executed.code, fence)
        return
    now = services.clock.now()
    events = [dropped for action in situation.decided(now) if (dropped := closing(action, now)) is not None]
    if events:
        await log.append(situation.conversation_id, "bot", *events, fence=fence)
    elif (word := word_on(situation, now)) is not None:
        await _heed(situation, turn_id, word, fence, services)


async def _heed(situation: Situation, turn_id: str, word: Word, fence: Fence, services: Services) -> None:
    """Do what the customer agreed to, or take it off."""
    actions, action = services.actions, word.action
    if word.kind != "yes":
        await actions.drop(situation, action, "declined" if word.kind == "no" else "changed", fence)
        return
    if action.stage == "proposed":
        await actions.consent(situation, action, word.said, fence)
        heard, situation = situation.heard, await services.situations.get(situation.conversation_id)
        if situation.heard != heard:
            raise Fenced("heard")
        action = next(a for a in situation.actions if a.action_id == action.action_id)
    executed = await actions.execute(situation, turn_id, action, fence)
    await _tell(situation, turn_id, executed, word.said, fence, services)


async def _tell(
    situation: Situation, turn_id: str, executed: Executed, said: int, fence: Fence, services: Services
) -> None:
    """Write down what follows, and tell the customer; their yes needs no answer of the bot's any more."""
    data: list[Data] = [executed.asked] if executed.asked is not None else []
    if executed.proposal is not None:
        data.append(ActionDropped(action_id=executed.action.action_id, why=executed.code))
    key = TOLD[executed.stage]
    text = services.phrases(key, summary=sentence(executed.action.question))
    ended = TurnEnded(turn_id=turn_id, reply_id=None, upto=said, outcome="held", engine="person")
    data += [Announced(code=key, text=text), ended]
    actor = hand_of(situation, executed.action)
    await services.log.append(situation.conversation_id, actor, *data, fence=Fence(fence.epoch, fence.lease))
