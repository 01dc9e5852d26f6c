"""The checks of what is about to be said, as validators."""

from handrail.conversation.events import Finding
from handrail.guardrails.check import Check
from handrail.guardrails.context import Context
from handrail.guardrails.grounded import Grounds, bare, grounds, support
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
        found = grounds(text, context.evidence, context.zones, context.names)
        likeness = None
        if not found.settled and found.near is not None:
            likeness = await context.likeness(bare(text), found.near.text)
        held = support(found, likeness)
        near = (found.near.ref,) if found.near is not None and found.near.ref != "said" else ()
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
        if found.claims:
            told.append(self._supported(found, held, context, near))
        return told

    def _supported(self, found: Grounds, held: float, context: Context, near: tuple[str, ...]) -> Finding:
        if found.against:
            return self.finding(
                "unsupported", max(0.9, 1 - held), "redraft", reason="a source says the opposite", evidence=near
            )
        if held < context.checks.grounded_at:
            return self.finding("unsupported", 1 - held, "redraft", reason="no source says this", evidence=near)
        return self.finding("supported", held, evidence=near)


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
            for leak in leaks(text, context.evidence, context.situation, context.prompts)
        ]


class Manner(Check):
    """No blame, no lecture, no shouting."""

    check = "tone"

    async def look(self, text: str, context: Context) -> list[Finding]:
        found = manner(text)
        return [self.finding("tone", 0.8, "redraft", span=found[1], reason=found[0])] if found else []


OUTBOUND: tuple[type[Check], ...] = (Leak, Grounded, Promise, Manner)
"""In the order in which their findings are told."""
