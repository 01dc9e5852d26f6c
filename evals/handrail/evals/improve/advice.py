"""What a person has to do where no file of policies mends a gap: a tool, or a threshold."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handrail.conversation.events import (
    ActionFailed,
    ActionProposed,
    ActionUnknown,
    CustomerSaid,
    Event,
    ToolRan,
    TurnEnded,
)
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.conversation.shares import Figure, wilson
from handrail.evals.freezing.contact import contact_of
from handrail.evals.freezing.expectation import needed_of
from handrail.evals.freezing.freezer import tagged
from handrail.evals.freezing.stand_ins import WORD, stands_out
from handrail.guardrails.contact import contacts
from handrail.guardrails.moments import days
from handrail.guardrails.quantities import MONEY, quantities

from .gaps import Gap

KINDS = {"email": "an e-mail address", "phone": "a phone number", "address": "a postal address"}
STEPS = 4
"""How many other thresholds are told of."""


async def advice_for(gap: Gap, log: Log, settings: Settings) -> tuple[str, ...]:
    """What is known of a gap that a person needs to mend it."""
    if gap.kind == "tool":
        return tuple(await _tool(gap, log))
    return tuple(_threshold(await _judged(log), settings.checks.handover_at))


@dataclass(frozen=True, slots=True)
class Judged:
    """A tagged contact: whether a person was needed, and the highest probability that the agent gave to it."""

    needed: bool
    probability: float


async def _judged(log: Log) -> list[Judged]:
    found = []
    for conversation_id, seq in await tagged(log):
        contact = contact_of(await log.read(conversation_id), seq)
        needed = needed_of(contact) if contact else None
        if contact is None or needed is None:
            continue
        ends = [e.data.confidence for e in contact.events if isinstance(e.data, TurnEnded) and e.data.confidence]
        if ends or contact.escalated:
            # A handoff that a rule made at once has no probability: no threshold changes it.
            found.append(Judged(needed, max((end.needs_person for end in ends), default=1.0)))
    return found


def _threshold(judged: Sequence[Judged], at: float) -> Iterator[str]:
    """What other thresholds would have come to on everything that was tagged."""
    yield f"handover_at under [checks] is {at:g}: of {len(judged)} tagged conversations, {_come(judged, at)}"
    values = sorted({round(one.probability, 2) for one in judged} - {round(at, 2)})
    nearest = sorted(sorted(values, key=lambda value: abs(value - at))[:STEPS])
    for value in nearest:
        yield f"at {value:g} it would have been {_come(judged, value)}"
    yield "handrail evals calibrate fits thresholds with a bound on what is missed; handover_at is written by hand"


def _come(judged: Sequence[Judged], at: float) -> str:
    missed = [one.probability < at for one in judged if one.needed]
    needless = [one.probability >= at for one in judged if not one.needed]
    return (
        f"{_share(wilson(sum(missed), len(missed)))} of the needed handoffs missed, "
        f"{_share(wilson(sum(needless), len(needless)))} of the others called needlessly"
    )


def _share(found: Figure) -> str:
    if found.value is None:
        return "none"
    return f"{found.value:.0%} ({found.low:.0%} to {found.high:.0%}, of {found.n})"


async def _tool(gap: Gap, log: Log) -> list[str]:
    failed: Counter[str] = Counter()
    inputs: Counter[str] = Counter()
    for conversation_id, _ in gap.keys:
        events = await log.read(conversation_id)
        failed.update(_failures(events))
        inputs.update(given_in([e.data.text for e in events if isinstance(e.data, CustomerSaid)]))
    told = [f"{call} ×{times}" for call, times in failed.most_common(5)]
    if told:
        return [f"a tool failed: {', '.join(told)}", "mend it in its system, then accept: the cases are played again"]
    given = ", ".join(name for name, _ in inputs.most_common(6)) or "nothing that stands out"
    asked = "; ".join(gap.examples)
    wanted = f"a tool is missing for: {asked}"
    return [wanted, f"what customers gave with it: {given}", "docs/connect.md tells how to write one"]


def _failures(events: Sequence[Event]) -> Iterator[str]:
    proposed = {e.data.action_id: e.data.tool for e in events if isinstance(e.data, ActionProposed)}
    for event in events:
        if isinstance(event.data, ToolRan) and not event.data.ok:
            yield f"{event.data.tool} ({event.data.error})"
        elif isinstance(event.data, ActionFailed) and event.data.action_id in proposed:
            yield f"{proposed[event.data.action_id]} ({event.data.code})"
        elif isinstance(event.data, ActionUnknown) and event.data.action_id in proposed:
            yield f"{proposed[event.data.action_id]} ({event.data.why})"


def given_in(lines: Sequence[str]) -> set[str]:
    """The kinds of things that customers' lines hold, which a tool could take: never the things themselves."""
    found: set[str] = set()
    for line in lines:
        found |= {f"an identifier like {re.sub('[0-9]', '0', w[0])}" for w in WORD.finditer(line) if stands_out(w[0])}
        found |= {KINDS[contact.kind] for contact in contacts(line) if contact.kind in KINDS}
        found |= {"an amount" for quantity in quantities(line) if quantity.unit == MONEY}
        found |= {"a day" for _ in days(line)}
    return found
