"""What the tools have brought to light, in lines that fit any business: records found in whatever JSON they gave."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from handrail.conversation.events import ActionProposed, ActionSucceeded, Event, ToolRan

from . import wording
from .fields import ID, SKIP, Field, Teller, field_of, is_amount, words_of

SHOWN = 5
"""Fields of a record that a line tells."""


@dataclass(frozen=True, slots=True)
class Record:
    """Something a tool told of: an order, a booking, a plan. `refs` are the events that tell of it, newest last."""

    kind: str
    id: str
    fields: Mapping[str, Field]
    refs: tuple[str, ...]
    weight: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.kind} {self.id}".strip()

    @property
    def text(self) -> str:
        """`Order W10021: dispatched, total $129.00, expected 17 June.`"""
        best = sorted(self.fields.values(), key=lambda f: -f.weight)[:SHOWN]
        told = [f for f in self.fields.values() if f in best]
        told.sort(key=lambda f: f.weight < 6)
        name = self.name[:1].upper() + self.name[1:]
        return f"{name}: {', '.join(dict.fromkeys(f.text for f in told))}." if told else f"{name}."


def records(events: Iterable[Event], teller: Teller) -> list[Record]:
    """The records of all successful tool results, those that matter most first.

    What is told of one record by several results is joined, and the newest word on a field holds. A record matters that
    the conversation or an action names by its id, and then the newer one.
    """
    joined: dict[tuple[str, str], Record] = {}
    for age, (ref, tool, result) in enumerate(_results(events)):
        scalar = not isinstance(result, Mapping | list)
        found = list(_split(result, wording.subject(tool) if scalar else wording.noun(tool)))
        several = len(found) > 1
        for order, (kind, value) in enumerate(found):
            record = _record(kind, value, ref, teller)
            if not record.fields and not record.id:
                continue
            weight = age * 0.1 - order * 0.01 + _named(record, teller, several=several)
            known = joined.pop((record.kind, record.id), None)
            joined[record.kind, record.id] = _join(known, replace(record, weight=weight))
    return sorted(joined.values(), key=lambda r: -r.weight)


def _named(record: Record, teller: Teller, *, several: bool) -> float:
    """How much it counts that a record is the one spoken of: most by the customer or a call, less by us."""
    words = words_of(record.id)
    if words and words <= teller.chosen:
        return 3
    if words and words <= teller.mentioned:
        return 1
    return -1.5 if several else 0


def _results(events: Iterable[Event]) -> Iterator[tuple[str, str, Any]]:
    tools: dict[str, str] = {}
    for event in events:
        if isinstance(event.data, ActionProposed):
            tools[event.data.action_id] = event.data.tool
        elif isinstance(event.data, ToolRan) and event.data.ok:
            yield f"seq:{event.seq}", event.data.tool, event.data.result
        elif isinstance(event.data, ActionSucceeded):
            yield f"seq:{event.seq}", tools.get(event.data.action_id, ""), event.data.result


def _split(value: Any, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The records in a result: itself, the items of a list, or those that an envelope holds."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from _split(item, wording.singular(kind))
    elif isinstance(value, Mapping):
        inner = {k: v for k, v in value.items() if isinstance(v, Mapping | list) and v}
        envelope = {k for k in value if k not in inner and not SKIP.search(k)} <= {
            "count",
            "total",
            "page",
            "has_more",
        }
        if inner and envelope and not is_amount(value):
            for key, held in inner.items():
                yield from _split(held, wording.singular(wording.spaced(key).split(" ")[-1]))
        elif value:
            yield kind, value
    elif value is not None and not isinstance(value, bool):
        yield kind, {"value": value}


def _record(kind: str, value: Mapping[str, Any], ref: str, teller: Teller) -> Record:
    key = _id_key(kind, value)
    if key is not None:
        stem = wording.spaced(ID.sub("", wording.snake(key)))
        kind = stem or kind
    currency = str(value.get("currency") or "")
    fields = {
        k: field
        for k, v in value.items()
        if k != key and not SKIP.search(k) and (field := field_of(k, v, currency, teller)) is not None
    }
    return Record(kind, "" if key is None else str(value[key]), fields, (ref,))


def _id_key(kind: str, value: Mapping[str, Any]) -> str | None:
    keys = [k for k, v in value.items() if isinstance(v, str | int) and not isinstance(v, bool) and v != ""]
    snake = {k: wording.snake(k) for k in keys}
    own = [k for k in keys if snake[k] in (f"{kind}_id", "id", f"{kind}_number", "number", "reference", f"{kind}_code")]
    other = [k for k in keys if ID.search(snake[k]) and not SKIP.search(snake[k])]
    return next(iter(own or other), None)


def _join(known: Record | None, record: Record) -> Record:
    if known is None:
        return record
    weight = max(known.weight, record.weight) + 0.2
    return replace(record, fields={**known.fields, **record.fields}, refs=(*known.refs, *record.refs), weight=weight)
