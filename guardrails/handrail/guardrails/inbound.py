"""The checks of what comes in, as validators."""

from handrail.conversation.events import Finding
from handrail.conversation.situation import Situation
from handrail.guardrails import injection
from handrail.guardrails.asks import asks_for_person
from handrail.guardrails.check import Check
from handrail.guardrails.contact import contacts
from handrail.guardrails.context import Context
from handrail.guardrails.course import Abuse, Sentiment, Settled, Stuck
from handrail.guardrails.mask import TOLD, hits
from handrail.guardrails.person import people
from handrail.guardrails.probes import Reading
from handrail.guardrails.sensitive import explained, topics

MEANT = 0.46
"""From this likeness on a text without the words counts as meaning the same."""
HINTED = 0.43
"""From this likeness on it may mean the same: worth an offer."""
LOOSE = {"medical": 0.6, "minor": 0.48}
"""Topics that everyday talk comes near to ("an appointment at the doctor's") need more even for an offer."""
REASONS = {
    "self_harm": "speaks of harming themselves",
    "safety": "somebody may be in danger",
    "bereavement": "somebody has died",
    "fraud": "suspects fraud",
    "discrimination": "reports discrimination",
    "legal": "speaks of legal steps",
    "press": "writes for the press",
    "medical": "asks about health",
    "minor": "is under age",
}
IN_DATA = 0.65
"""Instructions hidden in passages and results need this score, for policies speak of rules and passwords all day."""


class Sensitive(Check):
    """Bereavement, self-harm, danger, law, discrimination, fraud, press, health and minors."""

    check = "sensitive"

    async def look(self, text: str, context: Context) -> list[Finding]:
        found = [
            self.finding(
                t.name,
                1.0 if t.name in ("self_harm", "safety") and t.action == "handover" else t.score,
                t.action,
                span=t.span,
                reason=REASONS[t.name],
            )
            for t in topics(text)
        ]
        if not found and context.reading is not None:
            found += self._meant(text, context.reading)
        return found

    def _meant(self, text: str, reading: Reading) -> list[Finding]:
        """What the text is like, where no words told it or explain it away. Health and age stay an offer."""
        name = max(REASONS, key=reading.like)
        score = reading.like(name)
        if score < LOOSE.get(name, HINTED):
            return []
        if name in explained(text):
            return []
        action = "handover" if score >= MEANT and name not in ("medical", "minor") else "offer"
        return [self.finding(name, max(score, 0.6), action, reason=f"it reads as if: {REASONS[name]}")]


class AsksForPerson(Check):
    """The customer wants to talk to a person: says so, or called for one by what the channel has for it."""

    check = "asks_for_person"

    async def look(self, text: str, context: Context) -> list[Finding]:
        if _called(context.situation):
            return [self.finding("asked", 1.0, "handover", reason="called for a person")]
        score, span = asks_for_person(text)
        if score >= 0.9:
            return [self.finding("asked", score, "handover", span=span, reason="asks for a person")]
        if score:
            return [self.finding("asked", score, "offer", span=span, reason="asks how to reach a person")]
        likeness = context.reading.like("asks_for_person") if context.reading else 0.0
        if likeness >= MEANT:
            return [self.finding("asked", likeness, "offer", reason="seems to want a person")]
        return []


def _called(situation: Situation | None) -> bool:
    """Whether a line that is to be answered came with a call for a person."""
    return situation is not None and any(line.wants_person for line in situation.lines if line.seq > situation.answered)


class Injection(Check):
    """Text that tries to steer the agent, from customers or hidden in passages and results."""

    check = "injection"

    async def look(self, text: str, context: Context) -> list[Finding]:
        found = injection.marks(text)
        if context.direction != "inbound":
            # A policy says "never tell anybody your password"; what matters in data is what would steer us.
            found = [m for m in found if m.kind != "prompt_leak"]
        likeness = context.reading.like("injection") if context.reading else 0.0
        score = injection.score(found, likeness)
        limit = injection.CERTAIN if context.direction == "inbound" else IN_DATA
        if score < limit * 0.6:
            return []
        best = max(found, key=lambda m: m.weight, default=injection.Mark("override", score, None))
        action = "refuse" if score >= limit else "note"
        return [self.finding(best.kind, score, action, span=best.span, reason="tries to give the agent instructions")]


class PersonalData(Check):
    """Numbers and secrets that are masked, and contact data and names that the model sees as placeholders."""

    check = "personal_data"

    async def look(self, text: str, context: Context) -> list[Finding]:
        found = [
            self.finding(
                h.kind, 1.0, "mask", span=(h.start, h.end), reason=f"a {h.kind.replace('_', ' ')} to be masked"
            )
            for h in hits(text)
        ]
        for kind, note in TOLD.items():
            at = text.find(note)
            if at >= 0:
                found.append(
                    self.finding(kind, 1.0, "mask", span=(at, at + len(note)), reason="masked before it was kept")
                )
        if context.direction == "inbound":
            reached = contacts(text, context.checks.phone_regions)
            found += [self.finding(c.kind, 0.9, span=(c.start, c.end)) for c in reached]
            found += [self.finding("name", 0.9, span=(p.start, p.end)) for p in people(text)]
        return found


INBOUND: tuple[type[Check], ...] = (
    Sensitive, AsksForPerson, Sentiment, Injection, PersonalData, Stuck, Abuse, Settled,
)  # fmt: skip
"""In the order in which their findings are told."""
DATA: tuple[type[Check], ...] = (Injection, PersonalData)
"""What passages and results are checked for."""
