"""What a model writes, piece by piece, read into text for the customer and one tool call."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from handrail.agent.models.protocol import FIND_TOOL, Call, Draft
from handrail.conversation.events import Reason
from handrail.conversation.spending import Usage

HAND_OVER = "hand_over"
REASONS: frozenset[str] = frozenset(get_args(Reason))
THOUGHT = ("<think>", "</think>")
HELD = ("{", "<tool_call>", "```json")
"""Some models write a tool call as text: what begins so is held back until it is whole."""
PLEASANTRY = re.compile(r"\b(anything else|something else|else (?:i|we) can|help you with)\b", re.IGNORECASE)
CITED = re.compile(r"\[\d")
LONGEST = 12_000
"""Characters after which a server that keeps no limit is not read any further; three times of what it may write."""
WINDOW, PERIOD = 320, 64
"""Output goes round in circles where its last `WINDOW` characters repeat a piece of at most `PERIOD`."""


class Nonsense(Exception):  # noqa: N818 - it judges what came, it never leaves the engine
    """The model's output is nothing that can be used; the message says why."""


@dataclass(slots=True)
class _Asked:
    """A tool call as it comes together from the stream."""

    id: str = ""
    name: str = ""
    arguments: str = ""


class Output:
    """Collects one stream. `text` gives what may be shown of a piece, `end` the draft once the stream has ended."""

    def __init__(self, tools: Collection[str]) -> None:
        self._tools = frozenset(tools)
        self._held = ""
        self._open = False
        self._shown = ""
        self._size = self._looked = 0
        self._asked: list[_Asked] = []
        self._by_index: dict[int, _Asked] = {}

    def text(self, content: str) -> str:
        """Take a piece of content; what of it (and of what was held back) is for the customer.

        Raises `Nonsense` where the model does nothing but repeat itself.
        """
        self._look(content)
        if self._open:
            self._shown += content
            return content
        self._held += content
        return self._show(self._held) if self._decided() else ""

    def call(self, index: int, identifier: str, name: str, arguments: str) -> None:
        """Take a piece of a tool call. Some servers give every call the index 0, so a new id begins a new one."""
        asked = self._by_index.get(index)
        if asked is None or (identifier and asked.id and identifier != asked.id and name):
            asked = self._by_index[index] = _Asked()
            self._asked.append(asked)
        self._size += len(name) + len(arguments)
        asked.id = asked.id or identifier
        asked.name += name
        asked.arguments += arguments

    def rest(self) -> str:
        """At the end: text that was held back and is for the customer after all."""
        if self._open or not self._held.strip():
            return ""
        written = _call_in_text(self._held)
        if written is None:
            if self._held.lstrip().startswith((THOUGHT[0], *HELD)):
                raise Nonsense("the reply is neither text nor a tool call")
            return self._show(self._held)
        self._asked.append(written)
        return ""

    @property
    def endless(self) -> bool:
        """Whether more came than any reply has."""
        return self._size > LONGEST

    @property
    def written(self) -> str:
        """All that the model wrote so far, for counting."""
        return self._shown + self._held + "".join(asked.name + asked.arguments for asked in self._asked)

    def end(self, usage: Usage, finish: str) -> Draft:
        """The draft that the stream came to. Raises `Nonsense` where it is none."""
        shown = self._shown
        if not self._asked:
            if not shown.strip():
                raise Nonsense("the reply is empty")
            return Draft("ask" if _asks(shown) else "answer", text=shown, usage=usage, complete=finish != "length")
        asked = self._asked[0]
        arguments = self._arguments(asked)
        if asked.name == HAND_OVER:
            reason = str(arguments.get("reason", ""))
            return Draft("give_up", text=shown, reason=reason if reason in REASONS else "not_covered", usage=usage)
        return Draft("act", text=shown, call=Call(asked.name, arguments), usage=usage)

    def _arguments(self, asked: _Asked) -> Mapping[str, Any]:
        if asked.name not in self._tools and asked.name not in (HAND_OVER, FIND_TOOL):
            raise Nonsense(f"there is no tool {asked.name!r}")
        try:
            arguments = json.loads(asked.arguments or "{}")
        except (ValueError, RecursionError) as error:
            raise Nonsense(f"the arguments of {asked.name} are no JSON: {error}") from error
        if not isinstance(arguments, dict):
            raise Nonsense(f"the arguments of {asked.name} are no object")
        return arguments

    def _look(self, content: str) -> None:
        """Look for circles, each time that as much has come as one may have."""
        self._size += len(content)
        self._looked += len(content)
        if self._looked < PERIOD:
            return
        self._looked = 0
        tail = (self._shown + self._held + content)[-WINDOW:]
        if len(tail) == WINDOW and any(tail[size:] == tail[:-size] for size in range(1, PERIOD + 1)):
            raise Nonsense("the reply repeats itself without end")

    def _decided(self) -> bool:
        """Whether what was held back is surely text for the customer. Takes away a thought that is over."""
        start = self._held.lstrip()
        if start.startswith(THOUGHT[0]):
            _, closed, after = start.partition(THOUGHT[1])
            if not closed:
                return False
            self._held = start = after.lstrip()
        if not start:
            return False
        return not any(start.startswith(mark) or mark.startswith(start) for mark in (THOUGHT[0], *HELD))

    def _show(self, content: str) -> str:
        content = content.lstrip()
        self._open, self._held, self._shown = True, "", self._shown + content
        return content


def _asks(shown: str) -> bool:
    """Whether a reply is a question to the customer, rather than an answer that ends politely."""
    last = re.split(r"(?<=[.!?])\s+", shown.strip())[-1]
    return last.endswith("?") and not PLEASANTRY.search(last) and not CITED.search(shown)


def _call_in_text(held: str) -> _Asked | None:
    bare = re.sub(r"^\s*(?:<tool_call>|```json)|(?:</tool_call>|```)\s*$", "", held).strip()
    try:
        value = json.loads(bare)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return None
    arguments = value.get("arguments", value.get("parameters", {}))
    return _Asked(name=value["name"], arguments=arguments if isinstance(arguments, str) else json.dumps(arguments))
