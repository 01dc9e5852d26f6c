"""Finish: the turn's end, with what it cost and how sure it was."""

import time

from handrail.agent.putting import put
from handrail.agent.services import Services
from handrail.agent.turn import Turn
from handrail.conversation.events import Outcome, TurnEnded


async def finish(turn: Turn, services: Services) -> Turn:
    """Log the end of the turn; from here what the customer said counts as answered."""
    ended = ended_event(turn, turn["outcome"], services)
    stored = await put(turn, services, ended, last=True)
    return {**turn, "situation": stored.situation, "step": "stop"}


def ended_event(turn: Turn, outcome: Outcome, services: Services) -> TurnEnded:
    """The event that ends this turn."""
    usage, draft = turn["usage"], turn["draft"]
    return TurnEnded(
        turn_id=turn["turn_id"],
        reply_id=turn["reply_id"] if turn["parts"] else None,
        upto=turn["upto"],
        outcome=outcome,
        engine=(draft.engine if draft else "") or services.model.name,
        confidence=turn["confidence"],
        model_calls=usage.calls,
        tokens_in=usage.tokens_in,
        tokens_out=usage.tokens_out,
        cost=usage.cost,
        milliseconds=(time.perf_counter() - turn["began"]) * 1000,
        model_milliseconds=usage.seconds * 1000,
    )
