"""The checks of what is about to be said, as validators."""

from handrail.conversation.events import Finding
from handrail.guardrails.check import Check
from handrail.guardrails.context import Context
from handrail.guardrails.grounded import SAID, bare
from handrail.guardrails.grounding.measures import Stand, stand
from handrail.guardrails.grounding.support import is_doubtful, settled, support
from handrail.guardrails.judge import judged
from handrail.guardrails.leak import leaks
from handrail.guardrails.manner import manner
from handrail.guardrails.promise import promises
from handrail.guardrails.vouched import Missing

NAMED = {"number": "number", "code": "number", "date": "date", "name": "name"}
PROMISED = {
    "refund": "promises money that nothing here grants",
    "time": "promises a time that nothing here gives",
    "legal": "gives legal advice or admits fault",
    "discount": "grants a discount that nothing here gives",
}


class Grounded(Check):
    """Every number, date and name stands in the evidence, nothing is denied by it, and the rest is supported."""

    check = "grounded"

    async def look(self, text: str, context: Context) -> list[Finding]:
        found = stand(text, context.evidence, context.zones, context.names)
        likeness = None
        if found.pair is not None and not settled(found):
            likeness = await context.likeness(*found.pair)
        place = found.near
        near = (place.ref,) if place is not None and place.ref != SAID else ()
        told = [
            self.finding(
                NAMED[f.kind],
                0.95,
                "redraft",
                span=_span(text, f),
                reason=f"{_words(text, f)} is in no source",
                evidence=near,
            )
            for f in found.missing
        ]
        if found.states:
            held = support(found, likeness)
            if context.judge is not None and not is_doubtful(found) and not found.missing:
                held = await judged(context.judge, bare(text), held, context.evidence, context.checks.grounded_at)
            told.append(self._supported(found, held, context, near))
        return told

    def _supported(self, found: Stand, held: float, context: Context, near: tuple[str, ...]) -> Finding:
        if held >= context.checks.grounded_at:
            return self.finding("supported", held, evidence=near)
        opposite = found.against or found.values.get("turned", 0.0) > 0
        reason = "a source says the opposite" if opposite else "no source says this"
        return self.finding("unsupported", 1 - held, "redraft", reason=reason, evidence=near)


def _span(text: str, fact: Missing) -> tuple[int, int] | None:
    # Offsets count in the text without citation marks; where there were some, the place is looked up.
    words = bare(text)[fact.span[0] : fact.span[1]]
    at = text.find(words)
    return (at, at + len(words)) if at >= 0 else None


def _words(text: str, fact: Missing) -> str:
    """What is missing, without giving away anybody's data."""
    if fact.kind in ("code", "name"):
        return "a name" if fact.kind == "name" else "a code"
    return repr(bare(text)[fact.span[0] : fact.span[1]].strip())


class Promise(Check):
    """No refund, date, right or discount that neither a policy nor a result gives."""

    check = "promise"

    async def look(self, text: str, context: Context) -> list[Finding]:
        return [
            self.finding(p.name, 0.9, "redraft", span=p.span, reason=PROMISED[p.name])
            for p in promises(bare(text), context.evidence)
        ]


class Leak(Check):
    """No prompt, no other customer's data, no placeholder, no secret."""

    check = "leak"

    async def look(self, text: str, context: Context) -> list[Finding]:
        return [
            self.finding(leak.name, 0.95, "redraft", span=leak.span, reason=leak.reason)
            for leak in leaks(text, context.evidence, context.situation, context.prompts, context.checks.phone_regions)
        ]


class Manner(Check):
    """No blame, no lecture, no shouting."""

    check = "tone"

    async def look(self, text: str, context: Context) -> list[Finding]:
        found = manner(text)
        return [self.finding("tone", 0.8, "redraft", span=found[1], reason=found[0])] if found else []


OUTBOUND: tuple[type[Check], ...] = (Leak, Grounded, Promise, Manner)
"""In the order in which their findings are told."""
