"""CSV with a mapping of columns: a row for each message, or one for each conversation."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

from handrail.conversation.errors import Invalid
from handrail.conversation.events import Reason
from handrail.evals.formats.building import Options, moment, said_so, transcript
from handrail.evals.formats.records import text_of
from handrail.evals.tags import Tag
from handrail.evals.transcript import Transcript

OURS = ("id", "role", "text", "escalate", "reason", "by", "at", "line", "purpose")
"""What a column can be; any other name given to one is a label."""
SPEAKER = re.compile(r"^\s*(?P<who>[^:\n]{1,40}):\s*(?P<text>.*)$")
Row = Mapping[str, str]
REASONS = frozenset(get_args(Reason))


def table(path: Path, options: Options) -> Iterator[tuple[str, Transcript | ValueError]]:
    """The conversations of a table, each with its place. Rows with the same id belong together, in their order.

    Raises `Invalid` where a column that was named is not there, or there is none for id and text.
    """
    text = text_of(path)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=_delimiter(text.partition("\n")[0]))
    columns = _columns(list(reader.fieldnames or []), options)
    talks: dict[str, list[Row]] = {}
    places: dict[str, int] = {}
    for row in reader:
        told = {ours: row.get(theirs) or "" for ours, theirs in columns.items()}
        places.setdefault(told["id"], reader.line_num)
        talks.setdefault(told["id"], []).append(told)
    for id_, rows in talks.items():
        try:
            yield f"{path.name}:{places[id_]}", _transcript(id_, rows, options)
        except ValueError as error:
            yield f"{path.name}:{places[id_]}", error


def _delimiter(head: str) -> str:
    """What the line of columns is cut by. (`csv.Sniffer` guesses quotes as well, and wrongly from one line.)"""
    return max(",;\t|", key=head.count)


def _columns(there: list[str], options: Options) -> dict[str, str]:
    """Their columns by what they are of ours; those that are called as ours are need no mapping."""
    known = {name.strip().casefold(): name for name in there}
    columns = {ours: known[ours] for ours in OURS if ours in known}
    for ours, theirs in options.columns.items():
        if theirs.strip().casefold() not in known:
            raise Invalid(f"there is no column {theirs!r}; there are {', '.join(there)}")
        columns[ours] = known[theirs.strip().casefold()]
    missing = [name for name in ("id", "text") if name not in columns]
    if missing:
        raise Invalid(
            f"no column is mapped to {' and '.join(missing)} (--map id=…,text=…); there are {', '.join(there)}"
        )
    return columns


def _transcript(id_: str, rows: list[Row], options: Options) -> Transcript:
    customers = {name.casefold() for name in options.customers}
    if "role" in rows[0]:
        lines = [(row["role"].strip().casefold() in customers, row["text"]) for row in rows]
    else:
        lines = [line for row in rows for line in _spoken(row["text"], customers)]
    labels: dict[str, str] = {}
    for row in rows:
        labels |= {name: value for name, value in row.items() if name not in OURS and value}
    purpose = next((row["purpose"] for row in rows if row.get("purpose")), "")
    return transcript(id_, lines, purpose=purpose, tags=list(_tags(rows, options)), labels=labels)


def _spoken(text: str, customers: set[str]) -> Iterator[tuple[bool, str]]:
    """The lines of a whole chat in one field: `Customer: …`, `Agent: …`. A line without a speaker goes on with the last
    one's; before any, it is the customer's."""
    customer, said = True, list[str]()
    for line in text.splitlines():
        found = SPEAKER.match(line)
        who = found["who"].strip().casefold() if found else ""
        if found and (who in customers or who in ("agent", "assistant", "bot", "support", "operator")):
            yield customer, "\n".join(said)
            customer, said = who in customers, [found["text"]]
        else:
            said.append(line)
    yield customer, "\n".join(said)


def _tags(rows: list[Row], options: Options) -> Iterator[Tag]:
    """One tag for each tagger: of several rows the last that says anything."""
    told: dict[str, Tag] = {}
    for row in rows:
        if not row.get("escalate", "").strip():
            continue
        by = row.get("by") or "the table"
        reason = row.get("reason", "").strip().casefold().replace(" ", "_") or None
        if reason is not None and reason not in REASONS:
            raise ValueError(f"{reason!r} is no reason; there are {', '.join(sorted(REASONS))}")
        told[by] = Tag.model_validate(
            {
                "escalate": said_so(row["escalate"]), "reason": reason, "by": by,
                "at": moment(row.get("at"), options.now), "line": row.get("line") or None,
            }
        )  # fmt: skip
    yield from told.values()
