"""What customers say to a tool: its examples, or what its name, description and choices make likely."""

import re
from collections.abc import Iterator

from handrail.agent.models.offline.slots import slots_of
from handrail.agent.models.offline.words import humanised
from handrail.agent.tools.api import Tool

ALIKE = {
    "are": "is", "was": "is", "were": "is", "have": "has", "had": "has", "did": "do", "does": "do", "could": "can",
    "our": "my", "an": "a", "any": "a", "some": "a", "i'd": "would", "we": "i", "i've": "has",
}  # fmt: skip
OPENERS = frozenset({
    "where", "when", "what", "which", "who", "how", "why", "is", "has", "do", "can", "will", "would", "should", "may",
    "i", "you", "my", "the", "a", "there", "it", "please", "still", "not",
})  # fmt: skip
MADE_UP = 16
"""For how many choices of its arguments a phrase is made up."""
READS = frozenset(
    {"get", "find", "list", "search", "show", "read", "look", "lookup", "check", "fetch", "view", "query", "track"}
)


def opening(text: str) -> str:
    """The words of form that a text opens with, in one form each; empty where they are fewer than three."""
    words: list[str] = []
    for word in re.findall(r"[a-z']+", text.lower().replace("’", "'").replace("'s ", " is ")):
        form = ALIKE.get(word, word)
        if form not in OPENERS:
            break
        words.append(form)
    return " ".join(words) if len(words) >= 3 else ""


def words_of(tool: Tool) -> Iterator[str]:
    """The words that a tool is spoken of with: of its name, its examples and the choices of its arguments."""
    choices = (choice for field in tool.parameters.get("properties", {}).values() for choice in field.get("enum", ()))
    for text in (humanised(tool.name), *tool.examples, *map(str, choices)):
        yield from (word.lower() for word in re.findall(r"[A-Za-z]{3,}", text.replace("_", " ")))


def phrases_of(tool: Tool) -> list[str]:
    """What a tool is known by: its description, its examples, and its name as a customer would say it."""
    name = humanised(tool.name)
    verb, _, rest = name.partition(" ")
    said = f"show me my {rest}" if verb in READS and rest else f"{verb} my {rest}" if rest else name
    first = re.split(r"(?<=[.!?])\s", tool.description.strip())[0]
    made = () if tool.examples else _made_up(tool, verb, rest)
    return list(dict.fromkeys([tool.description.strip() or name, first or name, said, *tool.examples, *made]))


def _made_up(tool: Tool, verb: str, rest: str) -> Iterator[str]:
    """What customers may say to a tool that nobody wrote examples for: questions after a read, and what a choice is."""
    name = f"{verb} {rest}".strip()
    if verb in READS and rest:
        yield f"what {rest} do I have"
        yield f"what is my {rest}"
        yield f"do you have any {rest}"
        if any(slot.kind == "id" and slot.required for slot in slots_of(tool)):
            yield f"where is my {rest}"
    fields = tool.parameters.get("properties", {}).values()
    choices = [str(choice) for field in fields for choice in field.get("enum", ()) if isinstance(choice, str)]
    for choice in choices[:MADE_UP]:
        yield f"{name} {humanised(choice)}"
