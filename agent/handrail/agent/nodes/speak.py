"""Speak: every sentence is checked and committed under the fence before its first character leaves."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from handrail.agent.asking import say, sentence
from handrail.agent.citations import cite
from handrail.agent.evidence import evidence_of
from handrail.agent.hiding import revealed
from handrail.agent.judge import doubt, judge
from handrail.agent.models.protocol import Draft, Interrupted
from handrail.agent.putting import put
from handrail.agent.sentences import split
from handrail.agent.services import Services
from handrail.agent.speech import Ending, Speech, Spoken
from handrail.agent.switching import switched
from handrail.agent.turn import Turn
from handrail.conversation.events import BotSaid, Checked, Citation, Finding, Outcome, PromiseMade, Reason
from handrail.conversation.spending import spending
from handrail.desk.promises import found_in
from handrail.desk.routing import reason_of, triggers_of
from handrail.guardrails.verdict import Verdict
from handrail.knowledge.passages import Found

MISUSES = ("arguments", "no_such_tool")
"""Codes of calls that did not fit, which is no refusal of the customer's wish."""

WHICH = "which_"
"""How the codes of refusals begin that ask the customer to choose."""

NEEDS_PERSON = "needs_person"
"""The code of a refusal that a person may lift: one is offered."""

RESTING = frozenset({"grounded", "promise"})
"""Checks that ask what a sentence rests on: a text of ours rests on itself, or on the preview that it tells."""

REPEATABLE = 4

NOTHING = Found(hits=(), relevance=0.0)


async def speak(turn: Turn, services: Services) -> Turn:
    """Read the speech to its draft, sending what passes; redraft once, offer or hand over where it does not."""
    speech = turn["speech"]
    try:
        return await _speak(turn, speech, services)
    except Interrupted as broken:
        if turn["degraded"]:
            raise
        return {**turn, "degraded": broken.code, "step": "draft"}
    finally:
        await speech.aclose()


async def _speak(turn: Turn, speech: Speech, services: Services) -> Turn:
    async for piece in speech:
        ending = piece if isinstance(piece, Ending) else None
        sentences = (piece,) if isinstance(piece, Spoken) else piece.sentences
        for number, spoken in enumerate(sentences, 1):
            # The last line goes out with what comes after it: another line, or the end of the turn.
            held = bool(ending and ending.draft.kind in ("answer", "ask") and number == len(sentences))
            switched(turn, spoken.engine, spoken.switched, services)
            turned = await _say(turn, spoken, services, held=held) if spoken.text.strip() else None
            if turned is not None:
                return turned
        if ending is not None:
            return await _ended(turn, ending.draft, services)
    raise AssertionError("a speech ends with its draft")


async def remark(turn: Turn, text: str, services: Services) -> bool:
    """Say a text of ours as the next part, before whatever else is said; False where the checks held it back."""
    turn["own"] = text
    held_back = await _say(turn, Spoken(text), services)
    turn["own"] = ""
    return held_back is None


async def _ended(turn: Turn, draft: Draft, services: Services) -> Turn:
    turn["draft"] = draft
    turn["usage"] = turn["usage"] + draft.usage
    switched(turn, draft.engine, draft.switched, services)
    return await _end(turn, draft, services)


async def _say(turn: Turn, spoken: Spoken, services: Services, *, held: bool = False) -> Turn | None:
    """Check and send one sentence, or hold it for the next append. Returns the turn where the speech must stop here."""
    text, citations = cite(revealed(spoken.text, turn, services), turn.get("found", NOTHING))
    if not turn["own"] and _had(text, turn["sent"]):
        return None
    evidence = evidence_of(turn, services.workspace.by_name)
    with spending() as spent:
        verdict = await services.rails.outbound(text, evidence, turn["situation"])
    turn["usage"] = turn["usage"] + spent.usage
    if turn["own"]:
        verdict = _without(verdict, RESTING)
    checked = Checked(
        turn_id=turn["turn_id"],
        direction="outbound",
        subject=turn["parts"] + 1,
        findings=verdict.findings,
        text="" if passes(verdict) else text,
        milliseconds=dict(verdict.milliseconds),
    )
    if not passes(verdict):
        turn["pending"] = (*turn["pending"], checked)
        return _held_back(turn, verdict, services)
    if turn["parts"] == 0 and not turn["own"]:
        confidence = judge(turn, verdict, services, policy=bool(citations), certainty=spoken.certainty)
        turn["confidence"] = confidence
        if confidence.decision == "handover":
            found = (*verdict.findings, doubt(confidence))
            turn["pending"] = (*turn["pending"], checked.model_copy(update={"findings": found, "text": text}))
            return to_person(turn, found)
    said = BotSaid(
        turn_id=turn["turn_id"],
        reply_id=turn["reply_id"],
        part=turn["parts"] + 1,
        text=_joined(turn["sent"], text),
        citations=citations,
        engine=spoken.engine or services.model.name,
    )
    turn["pending"] = (*turn["pending"], *turn["along"], checked, said, *_promises(text, citations, services))
    if not held:
        await put(turn, services)
    turn["along"] = ()
    turn["parts"] += 1
    turn["sent"] += said.text
    return None


def _promises(text: str, citations: Sequence[Citation], services: Services) -> tuple[PromiseMade, ...]:
    """What a sentence promises this customer. One that cites a policy tells a rule."""
    if citations:
        return ()
    return found_in(text, "bot", services.clock.now(), ZoneInfo(services.settings.business.timezone))


def _without(verdict: Verdict, checks: frozenset[str]) -> Verdict:
    return Verdict(tuple(f for f in verdict.findings if f.check not in checks), verdict.milliseconds)


def _had(text: str, sent: str) -> bool:
    """Whether the customer has this very sentence already in this reply: an engine went round in circles, or another
    one took over. What is shorter than `REPEATABLE` words may be said again."""
    words = text.casefold().split()
    return len(words) >= REPEATABLE and any(line.casefold().split() == words for line in split(sent))


def _joined(sent: str, text: str) -> str:
    """The text with the space that parts it from what was sent before."""
    return text if not sent or sent[-1].isspace() or text[:1].isspace() else f" {text}"


def to_person(turn: Turn, found: Sequence[Finding]) -> Turn:
    """Hand over for what was found in the customer's line, else for the doubt `found` in the reply."""
    findings = turn["verdict"].findings if "verdict" in turn else ()
    reason: Reason = reason_of(findings) or "low_confidence"
    return {**turn, "reason": reason, "triggers": triggers_of((*findings, *found)), "step": "hand_over"}


def passes(verdict: Verdict) -> bool:
    """Whether a sentence with these findings may be sent."""
    return verdict.action in ("note", "mask", "offer")


def _held_back(turn: Turn, verdict: Verdict, services: Services) -> Turn:
    """A sentence did not pass: redraft once, before anything was sent; afterwards stop with an offer."""
    if verdict.action == "handover":
        return {**turn, "reason": "low_confidence", "triggers": triggers_of(verdict.findings), "step": "hand_over"}
    if turn["parts"] == 0 and not turn["feedback"] and turn.get("found"):
        feedback = "; ".join(f"{f.check}: {f.reason or f.name}" for f in verdict.findings if f.action != "note")
        return {**turn, "feedback": feedback, "step": "draft"}
    turn = {**turn, "triggers": triggers_of(verdict.findings)}
    if _acted(turn) and turn["parts"]:
        # The customer has been told what was done: what does not stand is left out, and nothing is taken back.
        return {**turn, "outcome": "acted", "step": "finish"}
    return say(turn, services.phrases("correction" if turn["parts"] else "not_covered"), "offered")


async def _end(turn: Turn, draft: Draft, services: Services) -> Turn:
    """The speech is over: act on its draft, offer a person where that is due, or finish."""
    if draft.kind == "act":
        return {**turn, "call": draft.call, "step": "act"}
    if draft.kind == "give_up":
        return _give_up(turn, draft, services)
    turn.setdefault("outcome", _outcome(turn, draft))
    confidence = turn["confidence"]
    if confidence and confidence.decision == "offer" and turn["outcome"] == "answered" and not turn["own"]:
        turn["own"] = services.phrases("offer_person")
        await _say(turn, Spoken(turn["own"]), services)
        turn["outcome"] = "offered"
    if turn["situation"].proposal and turn["outcome"] == "answered" and turn.get("found"):
        await _remind(turn, services)
    if turn["results"] and turn["results"][-1].code == NEEDS_PERSON:
        turn["own"] = services.phrases("offer_person")
        await _say(turn, Spoken(turn["own"]), services)
        turn["outcome"] = "offered"
    return {**turn, "step": "finish"}


async def _remind(turn: Turn, services: Services) -> None:
    """Something else was answered while a proposal stands: ask for the customer's word on it again."""
    # The turn may have dropped it: what stands is what the log says now.
    proposal = (await services.situations.get(turn["conversation_id"])).proposal
    if proposal is None or services.clock.now() >= proposal.expires_at:
        return
    turn["own"] = services.phrases("consent_reminder", summary=sentence(proposal.question))
    await _say(turn, Spoken(turn["own"]), services)
    turn["outcome"] = "asked"


def _outcome(turn: Turn, draft: Draft) -> Outcome:
    """How a turn ended that an engine's draft has ended."""
    if _acted(turn):
        return "acted"
    last = turn["results"][-1] if turn["results"] else None
    if last and last.refusal and last.code not in MISUSES and not last.code.startswith(WHICH):
        return "refused"
    return "asked" if draft.kind == "ask" else "answered"


def _acted(turn: Turn) -> bool:
    return any(result.ok and result.wrote for result in turn["results"])


def _give_up(turn: Turn, draft: Draft, services: Services) -> Turn:
    """The engine does not know, or calls for a person: offer one, or bring one where that was offered before."""
    turn["confidence"] = judge(turn, None, services, policy=True)
    asked_again = turn["situation"].last_outcome == "offered"
    if draft.reason not in ("", "not_covered") or asked_again:
        reason: Reason = "not_covered" if draft.reason in ("", "not_covered") else "low_confidence"
        return {**turn, "reason": reason, "triggers": (f"engine/{draft.reason or 'not_covered'}",), "step": "hand_over"}
    if turn["parts"]:
        return {**turn, "outcome": "offered", "step": "finish"}
    return say(turn, services.phrases("not_covered"), "offered")
