"""A contact as whoever audits it sees it: what was said and done, and nothing of what the bot or others think of it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from handrail.conversation.events import Announced, Closed, Event, ToolRan
from handrail.desk import wording
from handrail.desk.hiding import of_events
from handrail.desk.story import Deed, tell
from handrail.guardrails.placeholders import Placeholders

Who = Literal["customer", "bot", "notice", "look_up", "action"]

CHARACTERS = 2000
"""How much of what a tool was given, and of what it gave, is shown."""

STAGES = {
    "succeeded": "Done", "failed": "Tried, without effect", "unknown": "Uncertain whether it went through",
    "claimed": "Uncertain whether it went through", "dropped": "Offered, and not done",
    "refused": "Asked for, and not approved",
}  # fmt: skip
"""How an action ended; any other was offered and left open."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was said (`customer`, `bot`, `notice`: the system) or done (`look_up`, `action`). `ok` says of
    what was done whether it went well, `detail` what the tool was given and gave; `sources` are the policies cited."""

    seq: int
    at: datetime
    who: Who
    text: str
    detail: str = ""
    ok: bool = True
    sources: tuple[str, ...] = ()


def steps(events: Sequence[Event], contact: int, regions: Sequence[str]) -> tuple[Step, ...]:
    """The contact that begins at this seq, to where it was closed. Names and contact data are hidden as in the gaps."""
    hidden = of_events(events, regions)
    part = list(_part(events, contact))
    story = tell(part)
    deeds = {int(deed.refs[-1].removeprefix("seq:")): deed for deed in story.deeds.values()}
    replies = {line.seq: line for line in story.said}
    found = []
    for event in part:
        line, deed = replies.get(event.seq), deeds.get(event.seq)
        if line is not None and line.text.strip() and line.speaker != "person":
            sources = tuple(dict.fromkeys(f"{c.title} (version {c.version})" for c in line.citations))
            found.append(Step(event.seq, event.at, line.speaker, hidden.hide(line.text), sources=sources))
        elif deed is not None:
            found.append(_deed(event, deed, hidden))
        elif isinstance(event.data, ToolRan):
            found.append(_look_up(event, event.data, hidden))
        elif isinstance(event.data, Announced) and event.data.text:
            found.append(Step(event.seq, event.at, "notice", hidden.hide(event.data.text)))
    return tuple(found)


def _part(events: Sequence[Event], contact: int) -> Iterator[Event]:
    for event in events:
        if event.seq < contact:
            continue
        yield event
        if isinstance(event.data, Closed):
            return


def _deed(event: Event, deed: Deed, hidden: Placeholders) -> Step:
    how = STAGES.get(deed.stage, "Offered, and left open")
    text = hidden.hide(f"{how}: {wording.lower_first(deed.what.rstrip('.'))}")
    return Step(event.seq, event.at, "action", text, _written(deed.arguments, hidden), deed.stage == "succeeded")


def _look_up(event: Event, ran: ToolRan, hidden: Placeholders) -> Step:
    text = wording.spaced(ran.tool).capitalize()
    if not ran.ok:
        text = hidden.hide(f"{text}: {ran.message or wording.spaced(ran.error)}")
    detail = f"{_written(ran.arguments, hidden)}\n{_written(ran.result, hidden)}".strip()
    return Step(event.seq, event.at, "look_up", text, detail, ran.ok)


def _written(value: object, hidden: Placeholders) -> str:
    if not value:
        return ""
    return json.dumps(hidden.hide_all(value), ensure_ascii=False, indent=1, default=str)[:CHARACTERS]
