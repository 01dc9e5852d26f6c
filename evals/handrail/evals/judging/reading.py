"""What a judge reads: the lines of a conversation and the sources it rests on, as data that can't be taken for more."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handrail.conversation.events import (
    ActionFailed,
    ActionProposed,
    ActionSucceeded,
    Announced,
    BotSaid,
    CustomerSaid,
    Event,
    PersonSaid,
    ToolRan,
)
from handrail.evals.case import Case
from handrail.guardrails.mask import mask
from handrail.guardrails.placeholders import Placeholders
from handrail.knowledge.tokens import count

Passages = Callable[[str], str | None]
"""From the id of a passage to its text, as it was shown to whoever answered; None where it is not known."""
TOKENS = 6000
"""So much of a record is shown; of a longer one the middle is left out."""
SOURCE = 1500
"""Characters of one source."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line: `desk` is a bot or a person, which a judge is not told."""

    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A conversation as a judge reads it. `sources` are passages that were cited, and what tools told; `at` is when it
    began, where that is known."""

    lines: tuple[Spoken, ...]
    sources: tuple[Any, ...] = ()
    at: datetime | None = None


def of_case(case: Case) -> Reading:
    """Both sides as they were recorded. Of what answers rested on nothing is known."""
    return Reading(
        tuple(Spoken("customer" if t.role == "customer" else "desk", t.text) for t in case.recorded), at=case.now
    )


def of_log(log: Sequence[Event], passages: Passages) -> Reading:
    """What was said, and the sources in the log: passages that replies cite and results of tools."""
    lines: list[Spoken] = []
    sources: list[Any] = []
    seen: set[str] = set()
    reply, tools = "", dict[str, str]()
    for event in log:
        data = event.data
        if isinstance(data, ActionProposed):
            tools[data.action_id] = data.tool
            sources.append({"tool": data.tool, "would": data.preview})
        if isinstance(data, BotSaid) and data.reply_id == reply and lines:
            lines[-1] = Spoken("desk", f"{lines[-1].text}{data.text}")
        elif isinstance(data, CustomerSaid | BotSaid | PersonSaid | Announced) and data.text:
            lines.append(Spoken("customer" if isinstance(data, CustomerSaid) else "desk", data.text))
            reply = data.reply_id if isinstance(data, BotSaid) else ""
        if isinstance(data, BotSaid):
            cited = [c.passage for c in data.citations if c.passage and c.passage not in seen]
            sources += [text for passage in cited if (text := passages(passage)) is not None]
            seen.update(cited)
        sources += _told(event, tools)
    return Reading(tuple(lines), tuple(sources), log[0].at if log else None)


def _told(event: Event, tools: dict[str, str]) -> Iterator[Any]:
    match event.data:
        case ToolRan(tool=tool, ok=True, result=result):
            yield {"tool": tool, "told": result}
        case ToolRan(tool=tool, error=error, message=message):
            yield {"tool": tool, "refused": message or error}
        case ActionSucceeded(action_id=action, result=result):
            yield {"tool": tools.get(action, ""), "done": result}
        case ActionFailed(action_id=action, code=code, message=message):
            yield {"tool": tools.get(action, ""), "refused": message or code}


def told(reading: Reading, regions: Sequence[str]) -> str:
    """The record as JSON lines: no text in it can begin a line of the record or end the record. Numbers of cards and
    the like are masked, contact data and names are hidden. Lines keep their numbers where the middle is left out."""
    known = Placeholders(regions)
    for line in reading.lines:
        if line.by == "customer":
            known.meet(line.text)
    said = [
        json.dumps({"line": n, "by": line.by, "text": known.hide(mask(line.text).text)}, ensure_ascii=False)
        for n, line in enumerate(reading.lines, 1)
    ]
    sources = [_source(n, one, known) for n, one in enumerate(reading.sources, 1)]
    began = [json.dumps({"began": f"{reading.at:%A %d %B %Y, %H:%M %Z}"})] if reading.at else []
    return "\n".join([*began, *_fitting(sources, TOKENS // 2), *_fitting(said, TOKENS - TOKENS // 2)])


def _source(number: int, source: Any, known: Placeholders) -> str:
    text = source if isinstance(source, str) else json.dumps(known.hide_all(source), ensure_ascii=False, default=str)
    masked = known.hide(mask(text).text)
    whole = isinstance(source, str) or len(masked) > SOURCE
    return json.dumps({"source": number, "text": masked[:SOURCE] if whole else json.loads(masked)}, ensure_ascii=False)


def _fitting(rows: Sequence[str], tokens: int) -> list[str]:
    """The rows, those in the middle left out where they are too long together: how it began and ended says most."""
    sizes = [count(row) for row in rows]
    if sum(sizes) <= tokens:
        return list(rows)
    head, tail, left = 0, 0, tokens
    while head + tail < len(rows):
        # The end is worth two of the beginning.
        back = tail < 2 * (head + 1)
        size = sizes[len(rows) - 1 - tail] if back else sizes[head]
        if size > left:
            break
        left -= size
        head, tail = head + (not back), tail + back
    out = json.dumps({"left out": f"{len(rows) - head - tail} lines"})
    return [*rows[:head], out, *rows[len(rows) - tail :]]
