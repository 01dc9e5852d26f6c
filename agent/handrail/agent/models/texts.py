"""The texts of the prompts: files of this package."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

FOLDER = "handrail.agent.models"


@cache
def text(name: str) -> str:
    """The prompt file `prompts/<name>`."""
    return (files(FOLDER) / "prompts" / name).read_text(encoding="utf-8")


@cache
def _specs() -> dict[str, dict[str, Any]]:
    return {spec["name"]: spec for spec in json.loads(text("tools.json"))}


def spec(name: str) -> dict[str, Any]:
    """The function that the engine may call besides the tools: `find_tool` or `hand_over`."""
    return _specs()[name]
