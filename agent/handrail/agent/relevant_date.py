"""The day whose policies apply to a question: when the thing was bought, where that is known, else today."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from dateparser.search import search_dates

from handrail.agent.tools.api import Tool
from handrail.conversation.situation import Situation, ToolResult

BOUGHT = re.compile(
    r"\b(bought|purchased|ordered|placed|booked|order(?:ed)? (?:was )?(?:from|of|on|made)|purchase (?:from|of|on))\b",
    re.IGNORECASE,
)
POINTS_BACK = re.compile(
    r"\b(it|them|they|that|this|those|these|my|mine|the) ?(order|booking|one|trip|purchase|parcel|item)?s?\b",
    re.IGNORECASE,
)


def relevant_date(message: str, situation: Situation, tools: Mapping[str, Tool], now: datetime) -> date:
    """The day to ask the policies for.

    A date that the customer names for their purchase comes first; then, where the message names or points back at
    something that a tool has shown, the day in the `policy_date` field of its result; else the day of `now`.
    """
    return _told(message, now) or _shown(message, situation, tools) or now.date()


def _told(message: str, now: datetime) -> date | None:
    if not BOUGHT.search(message) or not re.search(
        r"\d|january|february|march|april|june|july|august|september|"
        r"october|november|december|yesterday|ago|last",
        message,
        re.I,
    ):
        return None
    settings = {
        "RELATIVE_BASE": now.replace(tzinfo=None),
        "PREFER_DATES_FROM": "past",
        "PREFER_DAY_OF_MONTH": "first",
        "REQUIRE_PARTS": ["month"],
    }
    found = search_dates(message, languages=["en"], settings=settings) or []
    past = [at.date() for _, at in found if at.date() <= now.date()]
    return past[0] if past else None


def _shown(message: str, situation: Situation, tools: Mapping[str, Tool]) -> date | None:
    records = [
        (record, field)
        for result in reversed(situation.results)
        if result.ok and (field := _field(result, tools))
        for record in _records(result.result)
        if record.get(field)
    ]
    asked = message.lower()
    named = [pair for pair in records if any(_names(asked, value) for value in pair[0].values())]
    distinct = {str(record[field])[:10] for record, field in records}
    if named:
        record, field = named[0]
    elif records and len(distinct) == 1 and POINTS_BACK.search(message):
        record, field = records[0]
    else:
        return None
    try:
        return date.fromisoformat(str(record[field])[:10])
    except ValueError:
        return None


def _field(result: ToolResult, tools: Mapping[str, Tool]) -> str:
    tool = tools.get(result.tool)
    return tool.policy_date if tool else ""


def _records(result: Any) -> list[Mapping[str, Any]]:
    if isinstance(result, Mapping):
        return [result]
    return [record for record in result if isinstance(record, Mapping)] if isinstance(result, list) else []


def _names(message: str, value: Any) -> bool:
    """Whether the message, in lower case, names this value as a number or code."""
    return isinstance(value, str) and len(value) >= 4 and value.lower() in message and any(c.isdigit() for c in value)
