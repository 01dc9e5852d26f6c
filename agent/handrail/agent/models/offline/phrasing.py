"""What the built-in engine says of its own: a file of phrases, and what it can do in words."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache

from handrail.agent.models.offline.sayings import READS
from handrail.agent.models.offline.words import either, humanised
from handrail.agent.models.texts import text
from handrail.agent.tools.api import Tool

TOLD = 4
PEOPLE = (
    r"(?:customer|user|client|guest|patient|member|caller|reader|visitor|passenger|tenant|student|traveller|subscriber|"
    r"buyer|shopper|account holder|borrower)"
)
"""What businesses call those whom they serve, in the descriptions of their tools."""


@cache
def _phrases() -> dict[str, str]:
    return tomllib.loads(text("offline.toml"))


def say(key: str, **values: object) -> str:
    """The phrase `key` with its values."""
    return _phrases()[key].format(**values)


def ability(tool: Tool) -> str:
    """What a tool does, in a few words after "I can": from its description where that is short, else its name."""
    first = addressed(
        re.split(r"[.:;,(]|, | (?:with|as long as|that has|and tell)\b", tool.description.strip())[0].strip()
    )
    words = first.split()
    if 2 <= len(words) <= 9 and not words[0].lower().endswith("s"):
        return first[:1].lower() + first[1:]
    name = humanised(tool.name)
    verb, _, rest = name.partition(" ")
    return f"look up your {rest}" if verb in READS and rest else name


def abilities(tools: Sequence[Tool]) -> str:
    """What some of the tools do, in a row."""
    return either([ability(tool) for tool in tools[:TOLD]], last="and")


def addressed(text: str) -> str:
    """What is written of "the customer", or whatever a business calls them, said to them."""
    text = re.sub(rf"\b[Tt]he {PEOPLE}'s\b", "your", text)
    verb = re.compile(rf"\b[Tt]he {PEOPLE} (\w+?)(s?)\b")
    text = verb.sub(lambda m: "you " + {"ha": "have", "i": "are", "wa": "were", "doe": "do"}.get(m[1], m[1]), text)
    return re.sub(rf"\b[Tt]he {PEOPLE}\b", "you", text)
