"""Recorded: what the inbound checks would have said of each line of a recorded conversation. Nothing is answered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from handrail.conversation.errors import Invalid
from handrail.conversation.events import (
    BotSaid,
    Checked,
    CustomerSaid,
    Data,
    Event,
    HandoffRequested,
    Opened,
    Outcome,
    TurnEnded,
    TurnStarted,
)
from handrail.conversation.fold import fold
from handrail.conversation.settings import Checks
from handrail.conversation.situation import Situation
from handrail.desk.routing import reason_of, triggers_of
from handrail.evals.case import Case
from handrail.evals.replay import PAUSE
from handrail.evals.trace import Trace
from handrail.evals.transcript import TranscriptTurn
from handrail.guardrails.confidence import confidence, gather
from handrail.guardrails.mask import mask
from handrail.guardrails.rails import Rails

SOME_DAY = datetime(2026, 1, 1, 12, tzinfo=UTC)
ENGINE = "recorded"


async def listen(case: Case, rails: Rails, checks: Checks) -> Trace:
    """Check the customer's lines one after the other, each in the situation that the lines before it make.

    The conversation ends where the checks would have called a person. Raises `Invalid` where nothing was recorded.
    """
    if not lines(case):
        raise Invalid("its customer is played: nothing was recorded that the checks could read")
    record = _Record(case)
    for turn in lines(case):
        if turn.role == "agent":
            record.answered(turn.text)
        elif await record.heard(turn.text, rails, checks) == "handed_over":
            break
    return Trace(tuple(record.log))


def lines(case: Case) -> tuple[TranscriptTurn, ...]:
    """Both sides as they were recorded; else what the customer says in the case."""
    return case.recorded or tuple(
        TranscriptTurn(role="customer", text=step.say) for step in case.steps if step.say is not None
    )


class _Record:
    """A log in memory, and the situation it makes."""

    def __init__(self, case: Case) -> None:
        self.log: list[Event] = []
        self._situation = Situation(case.id)
        self._at = case.now or SOME_DAY
        self._turn = 0
        self._put("customer", Opened(channel="recorded"))

    async def heard(self, text: str, rails: Rails, checks: Checks) -> Outcome:
        """What the checks make of a line of the customer's."""
        self._turn += 1
        turn_id, masked = f"turn-{self._turn}", mask(text)
        said = self._put("customer", CustomerSaid(text=masked.text, masked=masked.kinds))
        self._put("bot", TurnStarted(turn_id=turn_id, upto=said.seq, engine=ENGINE))
        verdict = await rails.inbound(masked.text, self._situation)
        spent = dict(verdict.milliseconds)
        self._put(
            "bot",
            Checked(
                turn_id=turn_id, direction="inbound", subject=said.seq, findings=verdict.findings, milliseconds=spent
            ),
        )
        sure = confidence(gather(self._situation, verdict), checks)
        outcome: Outcome = "answered"
        if "handover" in (verdict.action, sure.decision):
            outcome = "handed_over"
            asking = tuple(f for f in verdict.findings if f.action == "handover") or verdict.findings
            self._put(
                "bot",
                HandoffRequested(
                    handoff_id=turn_id,
                    reason=reason_of(asking) or "low_confidence",
                    triggers=triggers_of(verdict.findings),
                ),
            )
        elif verdict.action == "refuse":
            outcome = "refused"
        elif "offer" in (verdict.action, sure.decision):
            outcome = "offered"
        ended = TurnEnded(
            turn_id=turn_id, reply_id=None, upto=said.seq, outcome=outcome, engine=ENGINE, confidence=sure,
            milliseconds=spent.get("all", 0.0),
        )  # fmt: skip
        # Nobody was offered anything then: what would have been must not count as a talk that gets nowhere.
        self._put("bot", ended, ended.model_copy(update={"outcome": "answered"}))
        return outcome

    def answered(self, text: str) -> None:
        """What was answered then; what the checks would have said of it is not asked."""
        number = len(self.log)
        self._put("bot", BotSaid(turn_id=f"turn-{self._turn}", reply_id=f"{number}", part=1, text=text, engine=ENGINE))

    def _put(self, actor: str, data: Data, then: Data | None = None) -> Event:
        """Log an event; the situation goes on from what was `then`, where that is something else."""
        self._at += timedelta(seconds=PAUSE) if isinstance(data, CustomerSaid) else timedelta()
        event = Event(self._situation.conversation_id, len(self.log) + 1, self._at, actor, data)
        self.log.append(event)
        self._situation = fold(self._situation, [event if then is None else replace(event, data=then)])
        return event
