"""Promises of the business that come of an action: what a tool's result names as the time by which it will be done."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from handrail.agent.tools.api import Tool
from handrail.conversation.events import PromiseMade
from handrail.conversation.situation import ActionState

OWNER = "general"
"""Who owes what a tool has promised: the department that takes what no other does."""


def promised(tool: Tool | None, action: ActionState, result: Any, zone: ZoneInfo) -> tuple[PromiseMade, ...]:
    """The promise that a result makes, where its tool names a field (`promised_by`) and the result fills it.

    A day without an hour is due at its end, in `zone`. What is no time is no promise.
    """
    value = result.get(tool.promised_by) if tool and tool.promised_by and isinstance(result, dict) else None
    due = _moment(value, zone)
    if due is None:
        return ()
    return (PromiseMade(promise_id=f"action-{action.action_id}", text=action.question, owner=OWNER, due=due),)


def _moment(value: object, zone: ZoneInfo) -> datetime | None:
    try:
        if len(str(value)) == len("2026-06-15"):
            return datetime.combine(date.fromisoformat(str(value)), time(23, 59), tzinfo=zone)
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=zone)
