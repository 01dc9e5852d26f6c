"""Settle: what stands between the customer and us is dealt with first — identity, consent, an offer of a person."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from handrail.agent.actions import open_action, replies
from handrail.agent.asking import asked_for, say, sentence
from handrail.agent.claims import HIDDEN
from handrail.agent.consent import Kind, Reading, read_reply
from handrail.agent.execution import Executed
from handrail.agent.hiding import hiding
from handrail.agent.models.protocol import Call, Result
from handrail.agent.nodes.approval import decided, withdraw
from handrail.agent.nodes.situate import resumable
from handrail.agent.nodes.speak import remark
from handrail.agent.opinion import ask, is_unsure
from handrail.agent.services import Services
from handrail.agent.turn import Turn
from handrail.agent.wishes import others_wait
from handrail.conversation.errors import Fenced, TooMany
from handrail.conversation.events import Data
from handrail.conversation.situation import ActionState, Line


async def settle(turn: Turn, services: Services) -> Turn:
    """Take the first of these that applies; else go on to the policies."""
    for look in LOOKS:
        changed = await look(turn, services)
        if changed is not None:
            return changed
    return {"step": "retrieve"}


async def _resume(turn: Turn, services: Services) -> Turn | None:
    """A call that waited for proof of identity is made now."""
    parked = turn["situation"].parked
    if parked is None or not resumable(turn["situation"]):
        return None
    # The code or the claim that came since is no request: what was asked before it is.
    asked = (
        line.text for line in reversed(turn["situation"].lines) if line.speaker == "customer" and line.seq < parked.seq
    )
    call = Call(tool=parked.tool, arguments=parked.arguments)
    return {**turn, "call": call, "message": next(asked, turn["message"]), "step": "act"}


async def _code(turn: Turn, services: Services) -> Turn | None:
    """A code was typed: `identity` has tried it already, and here is what came of it."""
    situation = turn["situation"]
    if HIDDEN not in turn["message"]:
        return None
    if situation.identity.level == "verified":
        return say(
            turn, services.phrases("identity_proven", name=situation.identity.name).replace(" ,", ","), "answered"
        )
    live = services.identity.is_live(situation.challenge)
    return say(turn, services.phrases("identity_code_again" if live else "identity_code_over"), "asked")


async def _claim(turn: Turn, services: Services) -> Turn | None:
    """The customer says who they are because we asked."""
    if turn["situation"].parked is None or turn["situation"].identity.level == "verified":
        return None
    claim = services.identity.claim_in(turn["message"])
    return await send_code(turn, claim, services) if claim else None


async def send_code(turn: Turn, claim: dict[str, str], services: Services) -> Turn:
    """Send a code to the contact on file and ask for it."""
    try:
        await services.identity.claim(turn["conversation_id"], claim)
    except TooMany:
        return say(turn, services.phrases("identity_limit"), "offered")
    return say(turn, services.phrases("identity_code_sent"), "asked")


async def _consent(turn: Turn, services: Services) -> Turn | None:
    """The customer's word on the action that was put before them."""
    action = open_action(turn["situation"])
    if action is None:
        return None
    lines = replies(turn["situation"])
    reading = await _read(turn, lines, action, services) if lines else None
    kind = reading.kind if reading else "yes" if action.stage != "proposed" else "unrelated"
    if kind == "yes":
        by_model = services.settings.engine.name if reading and reading.aside else ""
        return await _do(turn, action, lines[-1].seq if lines else 0, by_model, services)
    if kind == "no":
        return await _declined(turn, action, services)
    if action.stage == "proposed" and services.clock.now() > action.expires_at:
        return await _lapsed(turn, action, kind, services)
    if kind in AGAIN:
        return say(turn, services.phrases(AGAIN[kind], summary=action.question), "asked")
    if kind == "change":
        # Something else is wanted: what stood is off, whatever the engine makes of the change.
        await services.actions.drop(turn["situation"], action, "changed", turn["fence"])
    return None


async def _declined(turn: Turn, action: ActionState, services: Services) -> Turn:
    """Leave it as it is, and go on with what else was asked for."""
    await services.actions.drop(turn["situation"], action, "declined", turn["fence"])
    turn = {**turn, "situation": await services.situations.get(turn["conversation_id"])}
    if not await others_wait(turn, services):
        return say(turn, services.phrases("consent_declined"), "answered")
    await remark(turn, services.phrases("consent_declined_next"), services)
    return {**turn, "step": "retrieve"}


async def _read(turn: Turn, lines: Sequence[Line], action: ActionState, services: Services) -> Reading:
    """Read the answer: locally, and by a model where that is unsure and there is one."""
    answer = "\n".join(line.text for line in lines)
    reading = read_reply(answer, action.question)
    if services.form is None or not is_unsure(reading):
        return reading
    hide = hiding(turn, services)
    seconds = services.settings.engine.reading_seconds
    second = await ask(services.form, reading, hide.hide(answer), hide.hide(action.question), seconds)
    turn["usage"] = turn["usage"] + second.usage
    return second.reading


async def _lapsed(turn: Turn, action: ActionState, kind: Kind, services: Services) -> Turn | None:
    """Nobody said yes in time: the proposal is off, and who comes back is told so before anything else."""
    await services.actions.drop(turn["situation"], action, "expired", turn["fence"])
    told = services.phrases("consent_lapsed", summary=sentence(action.question))
    if kind in ("wait", "unclear"):
        return say(turn, told, "answered")
    await remark(turn, told, services)
    return None


async def _do(turn: Turn, action: ActionState, said: int, read_by: str, services: Services) -> Turn:
    """Consent, claim and call; then the engine tells what came of it."""
    if action.stage == "proposed":
        await services.actions.consent(turn["situation"], action, said, turn["fence"], read_by=read_by)
    situation = await services.situations.get(turn["conversation_id"])
    if situation.heard != turn["situation"].heard:
        # What came in since may take the yes back; the fence of the claim would hold for it as if it had been read.
        raise Fenced("heard")
    action = open_action(situation) or action
    executed = await services.actions.execute(situation, turn["turn_id"], action, turn["fence"])
    return await after(turn, executed, services)


async def after(turn: Turn, executed: Executed, services: Services) -> Turn:
    """Where the turn goes on after an action: with its result, a new question, or to a person."""
    turn = {**turn, "situation": await services.situations.get(turn["conversation_id"])}
    if executed.proposal is not None:
        key = "consent_expired" if executed.code == "expired" else "consent_changed"
        return asked_for(turn, executed.proposal, key, services)
    if executed.asked is not None:
        return await _awaits(turn, executed.asked, sentence(executed.action.question), services)
    if executed.stage == "unknown":
        if executed.needs_person:
            return {**turn, "reason": "action_unknown", "triggers": (f"action/{executed.code}",), "step": "hand_over"}
        return say(turn, services.phrases("action_checking"), "acted")
    result = Result(
        call=Call(tool=executed.action.tool, arguments=executed.action.arguments),
        ok=executed.stage == "succeeded",
        value=executed.result,
        code=executed.code,
        refusal=executed.message,
        seq=executed.seq,
        alternatives=executed.alternatives,
        wrote=True,
    )
    return {**turn, "results": (*turn["results"], result), "step": "retrieve"}


async def _awaits(turn: Turn, asked: Data, summary: str, services: Services) -> Turn:
    """A colleague is asked; what else the customer wished does not wait for them."""
    turn["along"] = (asked,)
    if not await others_wait(turn, services):
        return say(turn, services.phrases("approval_asked", summary=summary), "answered")
    await remark(turn, services.phrases("approval_asked_next", summary=summary), services)
    return {**turn, "situation": await services.situations.get(turn["conversation_id"]), "step": "retrieve"}


async def _offer(turn: Turn, services: Services) -> Turn | None:
    """A person was offered: a yes brings one."""
    if turn["situation"].last_outcome != "offered" or not turn["message"]:
        return None
    kind = read_reply(turn["message"], OFFER).kind
    if kind == "yes":
        return {"reason": "asked_for_person", "triggers": ("offer/accepted",), "step": "hand_over"}
    return say(turn, services.phrases("offer_declined"), "answered") if kind == "no" else None


AGAIN: Mapping[Kind, str] = {"wait": "consent_wait", "unclear": "consent_again"}
OFFER = "bring in a person who can help"
Look = Callable[[Turn, Services], Awaitable[Turn | None]]
LOOKS: tuple[Look, ...] = (withdraw, decided, _resume, _code, _claim, _consent, _offer)
