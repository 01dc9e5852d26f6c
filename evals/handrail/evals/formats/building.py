"""What all formats make their transcripts with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from handrail.evals.tags import Tag
from handrail.evals.transcript import Transcript, TranscriptTurn

LONG = 20_000
YES = {"1", "true", "yes", "y", "x", "escalate", "escalated", "handoff", "needed"}
NO = {"0", "false", "no", "n", "", "none"}
UNSAID = {"null", "unknown", "?", "n/a"}


CUSTOMERS = ("customer", "user", "client", "visitor", "end-user", "contact")
"""Names under which customers write, unless others are told."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is read. `escalate` names what says that a person was needed: a field, a column or a label; `columns`
    are those of a table, ours by theirs; `customers` are the names under which customers write in it. `now` dates
    tags that have no date of their own."""

    escalate: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    customers: Sequence[str] = CUSTOMERS
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)


def transcript(
    id_: Any,
    lines: Iterable[tuple[bool, Any]],
    *,
    purpose: str = "",
    tags: Sequence[Tag] = (),
    labels: Mapping[str, Any] | None = None,
) -> Transcript:
    """A transcript of lines, each with whether the customer wrote it. Empty lines are left out, empty labels too.

    Raises `ValueError` where there is no id, or the customer says nothing.
    """
    if id_ in (None, ""):
        raise ValueError("it has no id")
    turns = tuple(
        TranscriptTurn(role="customer" if customer else "agent", text=str(text).strip()[:LONG])
        for customer, text in lines
        if text is not None and str(text).strip()
    )
    if not any(turn.role == "customer" for turn in turns):
        raise ValueError("the customer says nothing in it")
    kept = {name: str(value) for name, value in (labels or {}).items() if value not in (None, "", [])}
    return Transcript(id=str(id_), turns=turns, tags=tuple(tags), purpose=purpose, labels=kept)


def tag(escalate: bool | None, by: str, at: datetime) -> tuple[Tag, ...]:
    """The tag that says so; none where nothing is said."""
    return () if escalate is None else (Tag(escalate=escalate, by=by, at=at),)


def said_so(value: Any) -> bool | None:
    """Yes or no, as tables write it. Raises `ValueError` for what is neither."""
    if value is None or isinstance(value, bool):
        return value
    plain = str(value).strip().casefold()
    if plain in UNSAID:
        return None
    if plain in YES or plain in NO:
        return plain in YES
    raise ValueError(f"{value!r} is neither yes nor no")


def labelled(labels: Sequence[Any], options: Options, at: datetime) -> tuple[Tag, ...]:
    """A desk's own labels as a tag: whether the one that `options` names is among them. Without a name, none."""
    if options.escalate is None:
        return ()
    wanted = options.escalate.casefold()
    return tag(any(str(label).casefold() == wanted for label in labels), f"label {options.escalate}", at)


def moment(value: Any, otherwise: datetime) -> datetime:
    """A moment as seconds since 1970 or in ISO 8601; in UTC where it names no zone. Raises `ValueError`."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value, UTC)
        except (OverflowError, OSError) as error:
            raise ValueError(f"{value} is no moment in seconds since 1970") from error
    if not isinstance(value, str) or not value:
        return otherwise
    found = datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def dict_of(record: Any) -> dict[str, Any]:
    """The record as an object. Raises `ValueError` where it is none."""
    if isinstance(record, ValueError):
        raise record
    if not isinstance(record, dict):
        raise ValueError("it is no object")
    return record


def list_of(record: Mapping[str, Any], *names: str) -> list[Any]:
    """The first of these fields that is a list. Raises `ValueError` where none is."""
    for name in names:
        if isinstance(record.get(name), list):
            return list(record[name])
    raise ValueError(f"it has no list {' or '.join(names)}")
