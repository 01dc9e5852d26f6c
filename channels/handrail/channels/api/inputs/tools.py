"""What people may send to have a tool called."""

import json
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    Field,
    StrictInt,
)

from handrail.channels.api.inputs.base import VISIBLE, Input


def plain_json(value: dict[str, Any]) -> dict[str, Any]:
    """JSON that a database can hold."""
    text = json.dumps(value, ensure_ascii=False)
    if "\\u0000" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("holds characters that no text has")
    return value


class ToolCall(Input):
    """A tool, and what it is called with."""

    tool: Annotated[str, Field(min_length=1, max_length=128, pattern=VISIBLE, examples=["find_orders"])]
    arguments: Annotated[dict[str, Any], Field(max_length=50), AfterValidator(plain_json)] = {}


class LookUp(ToolCall):
    """A reading tool, and what it is asked."""


class Act(ToolCall):
    """A tool that changes something, as a preview has shown it."""

    fingerprint: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$", examples=["9f3c5b0a7d1e4f62"])]


class Perform(Act):
    """A tool that changes something, and the customer's line that is their yes to it."""

    said: Annotated[StrictInt, Field(ge=1, le=999_999_999, examples=[12])]
