"""Figures as a table for spreadsheets: a row for each group, shares with their intervals and counts."""

import csv
import io
from collections.abc import Iterator

from handrail.conversation.shares import Figure
from handrail.desk.figures.insights import LEFT_AT, STANDINGS, Group, Insights, Time
from handrail.evals.containment import Audits, Containment

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a cell a formula to spreadsheets: names come from other systems."""

COUNTS = (
    "contacts", "open", "uncounted", "ended", "preliminary", "turns", "model_calls", "tokens_in", "tokens_out", "cost",
    "handoffs",
)  # fmt: skip
SHARES = ("escalated", "satisfied", "satisfied_bot", "service_level", "tickets_in_time")
TIMES = ("first_reply", "first_response", "wait", "handling", "resolution_bot", "resolution_person")


def as_csv(insights: Insights, audits: Audits) -> str:
    """The groups, or the whole where nothing is split; a cell without data is empty."""
    out = io.StringIO(newline="")
    groups = [(group, audits.of(group.key)) for group in insights.groups] or [(insights.total, audits.total)]
    rows = [{**dict(_cells(group, insights.by or "all")), **dict(_audited(found))} for group, found in groups]
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _cells(group: Group, by: str) -> Iterator[tuple[str, object]]:
    yield by, f"'{group.key}" if group.key.startswith(FORMULA) else group.key
    for name in COUNTS:
        yield name, getattr(group, name)
    for name in STANDINGS:
        yield from _share(name, group.standings[name])
    for name in LEFT_AT:
        yield f"left_{name}", group.left_at[name]
    for name in SHARES:
        yield from _share(name, getattr(group, name))
    yield "score", _number(group.score)
    for name in TIMES:
        time: Time = getattr(group, name)
        yield f"{name}_median_s", _number(time.median)
        yield f"{name}_p90_s", _number(time.p90)
        yield f"{name}_n", time.n


def _audited(found: Containment) -> Iterator[tuple[str, object]]:
    yield from _share("contained_told", found.told)
    yield from _share("contained_corrected", found.corrected)
    yield from _share("person_needed", found.person_needed)
    yield "audits_needed", found.needs


def _share(name: str, found: Figure) -> Iterator[tuple[str, object]]:
    yield name, _number(found.value)
    yield f"{name}_low", _number(found.low)
    yield f"{name}_high", _number(found.high)
    yield f"{name}_n", found.n


def _number(value: float | None) -> object:
    return "" if value is None else round(float(value), 4)
