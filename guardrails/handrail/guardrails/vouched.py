"""Whether the evidence vouches for the hard facts of a sentence, each exactly."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from handrail.guardrails.facts import Known, Name, codes, known, names
from handrail.guardrails.moments import Dated, days, minutes, weekdays
from handrail.guardrails.quantities import Quantity, quantities
from handrail.guardrails.verdict import Evidence

FREE = 2
"""Numbers up to this need no evidence where no unit follows: "two ways to do that"."""
POUNDS = frozenset({"pound", "money", "kg"})


@dataclass(frozen=True, slots=True)
class Missing:
    """A hard fact that is in no source: `number`, `code`, `date` or `name`, and where it stands."""

    kind: str
    span: tuple[int, int]


def vouch(
    text: str, evidence: Evidence, zones: tuple[str, ...] = (), allowed: Sequence[str] = ()
) -> tuple[tuple[Missing, ...], int]:
    """The hard facts of `text` that are in no source, and how many hard facts it has."""
    sources = [known(t, zones) for t in (*evidence.passages.values(), *evidence.results.values(), *evidence.said)]
    dated, timed, named_days = days(text), minutes(text), weekdays(text)
    taken = [d.span for d in dated] + [t.span for t in timed]
    coded = [c for c in codes(text) if _apart(c.span, taken)]
    taken += [c.span for c in coded]
    counted = [q for q in quantities(text) if _apart(q.span, taken)]
    named = [n for n in names(text) if _apart(n.span, taken)]
    free = {w for name in allowed for w in re.findall(r"[\w'\-]+", name.lower())}
    missing = [Missing("date", span) for span in _unknown(dated, sources)]
    missing += [Missing("date", s) for w, s in named_days if not any(w in k.weekdays for k in sources)]
    missing += [Missing("date", t.span) for t in timed if not any(t.minute in k.minutes for k in sources)]
    missing += [
        Missing("code", c.span) for c in coded if not any(c.key in k.codes or c.key in k.words for k in sources)
    ]
    missing += [Missing("number", q.span) for q in counted if not _counted(q, sources)]
    missing += [Missing("name", n.span) for n in named if not _called(n, sources, free)]
    stated = len({d.span for d in dated}) + len(timed) + len(named_days) + len(coded) + len(counted) + len(named)
    return tuple(missing), stated


def _apart(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    return all(span[1] <= a or b <= span[0] for a, b in taken)


def _unknown(dated: Sequence[Dated], sources: Sequence[Known]) -> list[tuple[int, int]]:
    """Where days stand that no source names. Of the two readings of `4/5/2026` one is enough."""
    spans = {d.span for d in dated if any(d.day.same(k) for source in sources for k in source.days)}
    return sorted({d.span for d in dated} - spans)


def _counted(number: Quantity, sources: Sequence[Known]) -> bool:
    if not number.unit:
        return number.value <= FREE or any(number.value in k.values for k in sources)
    for source in sources:
        for value, unit in source.quantities:
            same = unit == number.unit or not unit or {unit, number.unit} <= POUNDS
            if same and abs(value - number.value) < 0.005:
                return True
    return False


def _called(name: Name, sources: Sequence[Known], free: set[str]) -> bool:
    return all(part in free or any(part in k.words for k in sources) for part in name.parts)
