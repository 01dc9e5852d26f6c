"""Situate: fold the log, see who holds the conversation and what there is to answer."""

from datetime import datetime

from handrail.agent.models.protocol import Call, Result
from handrail.agent.news import is_news
from handrail.agent.putting import put
from handrail.agent.services import Services
from handrail.agent.turn import Turn, unspoken
from handrail.conversation.events import TurnStarted
from handrail.conversation.situation import ActionState, Line, Situation


async def situate(turn: Turn, services: Services) -> Turn:
    """Start the turn, or go on with one that was cut short; stop where a person holds the conversation."""
    situation = turn["situation"]
    if situation.holder != "bot" or not needs_turn(situation, services.clock.now()):
        return {"step": "stop"}
    settled = await services.actions.reconcile(situation)
    for executed in settled:
        if executed.needs_person:
            turn = {**turn, "reason": "action_unknown", "triggers": (f"action/{executed.code}",)}
        elif executed.retry_at is not None:
            return {"retry_at": executed.retry_at, "step": "stop"}
    if settled:
        situation = await services.situations.get(turn["conversation_id"])
    started = TurnStarted(turn_id=turn["turn_id"], upto=situation.heard, engine=services.model.name)
    waiting = pending(situation)
    # A turn that no new line has woken (an identity was proven, an action has ended) takes up what was last asked.
    lines = waiting or tuple(line for line in situation.lines if line.speaker == "customer")[-1:]
    message = "\n".join(line.text for line in lines)
    begun: Turn = {
        **unspoken(situation, message),
        "results": tuple(as_result(a) for a in fresh_actions(situation) if not is_news(a)),
        "reply_id": turn["turn_id"],
        "pending": (started,),
        "triggers": turn.get("triggers", ()),
        "step": "hand_over" if "reason" in turn else "admit" if waiting else "settle",
    }
    turn = {**turn, **begun, **resumed(situation)}
    if turn["step"] != "admit":
        await put(turn, services)
    return turn


def needs_turn(situation: Situation, now: datetime) -> bool:
    """Whether the bot owes the customer a line.

    They wrote, or proved who they are while a call waited for that; a colleague has decided, or has not in time; an
    action has ended or hangs; or a turn that had begun for one of these was cut short.
    """
    return not situation.forgotten and bool(
        situation.heard > situation.answered
        or resumable(situation)
        or situation.decided(now)
        or situation.unsettled
        or fresh_actions(situation)
        or situation.under_way
    )


def resumable(situation: Situation) -> bool:
    """Whether a call that waited for proof of identity can be made now."""
    return situation.parked is not None and situation.identity.level == "verified"


def pending(situation: Situation) -> tuple[Line, ...]:
    """The customer's lines that no turn has answered yet."""
    return tuple(line for line in situation.lines if line.speaker == "customer" and line.seq > situation.answered)


def fresh_actions(situation: Situation) -> tuple[ActionState, ...]:
    """Actions that ended after the last turn did: the customer has not been told of them yet."""
    return tuple(a for a in situation.actions if a.stage in ("succeeded", "failed") and a.seq > situation.ended)


def as_result(action: ActionState) -> Result:
    """An action that has ended, as the engine sees it."""
    return Result(
        call=Call(tool=action.tool, arguments=action.arguments),
        ok=action.stage == "succeeded",
        value=action.result,
        code=action.code,
        refusal=action.message,
        seq=action.seq,
        wrote=True,
    )


def resumed(situation: Situation) -> Turn:
    """What a reply that was cut short hands on: its parts are not said again, and a question that stands ends it."""
    reply = situation.open_reply
    if reply is None:
        return {}
    sent = next((line.text for line in reversed(situation.lines) if line.speaker == "bot"), "")
    resumed: Turn = {"reply_id": reply.reply_id, "parts": reply.parts, "sent": sent}
    question = max(situation.proposal.seq if situation.proposal else 0, situation.parked.seq if situation.parked else 0)
    if question > situation.heard and not resumable(situation):
        resumed |= {"outcome": "asked", "step": "finish"}
    return resumed
