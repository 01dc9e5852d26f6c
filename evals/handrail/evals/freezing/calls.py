"""What the tools answered in a conversation, from its log."""

from collections.abc import Sequence
from typing import Any

from handrail.conversation.events import (
    ActionFailed,
    ActionProposed,
    ActionSucceeded,
    ActionUnknown,
    Event,
    ToolRan,
)

from .record import End, Recorded

BROKEN = frozenset({"timeout", "error", "identity", "arguments", "no_preview"})
"""Codes of calls that came to nothing without a rule that says so."""


def recorded_calls(events: Sequence[Event]) -> list[Recorded]:
    """Every call that the bot made, in order; what people looked up for themselves is left out."""
    proposed = {e.data.action_id: e.data for e in events if isinstance(e.data, ActionProposed) and not e.data.name}
    found: list[Recorded] = []
    for event in events:
        data = event.data
        match data:
            case ToolRan() if data.turn_id:
                end: End = "done" if data.ok else "failed" if data.error in BROKEN else "refused"
                found.append(_call(data, end, data.result, data.error, data.message))
            case ActionProposed() if not data.name:
                found.append(Recorded(tool=data.tool, arguments=data.arguments, preview=data.preview))
            case ActionSucceeded() if asked := proposed.get(data.action_id):
                found.append(_call(asked, "done", data.result))
            case ActionFailed() if asked := proposed.get(data.action_id):
                found.append(_call(asked, "refused" if data.message else "failed", None, data.code, data.message))
            case ActionUnknown() if asked := proposed.get(data.action_id):
                found.append(_call(asked, "unknown", None, data.why))
    return found


def _call(asked: ToolRan | ActionProposed, end: End, value: Any = None, code: str = "", message: str = "") -> Recorded:
    return Recorded(tool=asked.tool, arguments=asked.arguments, end=end, value=value, code=code, message=message)
