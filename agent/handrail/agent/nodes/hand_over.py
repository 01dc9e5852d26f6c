"""Hand over: the last line of the bot, the packet and the new holder, in one append."""

from handrail.agent.nodes.finish import ended_event
from handrail.agent.putting import put
from handrail.agent.services import Services
from handrail.agent.turn import Turn
from handrail.conversation.events import BotSaid
from handrail.conversation.spending import spending


async def hand_over(turn: Turn, services: Services) -> Turn:
    """Tell the customer what happens next and give the conversation to the desk, or do neither."""
    if turn.get("pending"):
        # The packet is put together from the log.
        await put(turn, services)
    situation = await services.situations.get(turn["conversation_id"])
    with spending() as spent:
        plan = await services.handover.plan(
            situation, reason=turn["reason"], triggers=turn["triggers"], now=services.clock.now()
        )
    said = BotSaid(
        turn_id=turn["turn_id"],
        reply_id=turn["reply_id"],
        part=turn["parts"] + 1,
        text=f"\n\n{plan.text}" if turn["parts"] else plan.text,
        engine=services.model.name,
    )
    turn = {**turn, "parts": turn["parts"] + 1, "usage": turn["usage"] + spent.usage}
    ended = ended_event(turn, "handed_over", services)
    stored = await put(turn, services, said, *plan.events, ended, fence=turn["fence"], holder=plan.holder, last=True)
    return {**turn, "situation": stored.situation, "outcome": "handed_over", "step": "stop"}
