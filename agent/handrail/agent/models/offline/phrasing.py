"""What the built-in engine says of its own: a file of phrases, and what it can do in words."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache

from handrail.agent.models.offline.words import either, humanised
from handrail.agent.models.texts import text
from handrail.agent.router import READS
from handrail.agent.tools.api import Tool

TOLD = 4


@cache
def _phrases() -> dict[str, str]:
    return tomllib.loads(text("offline.toml"))


def say(key: str, **values: object) -> str:
    """The phrase `key` with its values."""
    return _phrases()[key].format(**values)


def ability(tool: Tool) -> str:
    """What a tool does, in a few words after "I can": from its description where that is short, else its name."""
    first = re.split(r"[.:;,(]|, | (?:with|as long as|that has|and tell)\b", tool.description.strip())[0].strip()
    first = re.sub(r"\bthe (?:customer|user)'s\b", "your", first, flags=re.IGNORECASE)
    first = re.sub(r"\bthe (?:customer|user)\b", "you", first, flags=re.IGNORECASE)
    words = first.split()
    if 2 <= len(words) <= 9 and not words[0].lower().endswith("s"):
        return first[:1].lower() + first[1:]
    name = humanised(tool.name)
    verb, _, rest = name.partition(" ")
    return f"look up your {rest}" if verb in READS and rest else name


def abilities(tools: Sequence[Tool]) -> str:
    """What some of the tools do, in a row."""
    return either([ability(tool) for tool in tools[:TOLD]], last="and")
