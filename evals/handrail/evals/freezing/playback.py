"""Playback: a workspace whose tools answer from what was recorded. No system of the business is called."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic_core import to_jsonable_python

from handrail.agent.tools.api import Context, Person, Preview, Refusal, Tool
from handrail.agent.tools.binding import Bound, bind
from handrail.agent.tools.offer import Undone
from handrail.agent.workspace import Workspace

from .record import Frozen, Known, Recorded

NOT_RECORDED = "not_recorded"


class Tape:
    """The recorded calls. `missing` are the calls that were made and not recorded, as they are told to people."""

    def __init__(self, calls: Sequence[Recorded]) -> None:
        self._calls = calls
        self._used: set[int] = set()
        self.missing: list[str] = []

    def ended(self, tool: Tool, arguments: Mapping[str, Any]) -> Recorded | None:
        """How this call ended. Called again, it ends as the next time that it was recorded, the last one for ever."""
        found = self._find(tool, arguments, lambda call: call.end is not None)
        self._note(found, tool, arguments)
        return found

    def put(self, tool: Tool, arguments: Mapping[str, Any]) -> Recorded | None:
        """What this change would have done; or that a rule refused it, where that was looked up."""
        found = self._find(tool, arguments, lambda call: call.preview is not None)
        found = found or self._find(tool, arguments, lambda call: call.end == "refused")
        self._note(found, tool, arguments)
        return found

    def _find(self, tool: Tool, arguments: Mapping[str, Any], fits: Callable[[Recorded], bool]) -> Recorded | None:
        those = [(place, c) for place, c in enumerate(self._calls) if c.tool == tool.name and fits(c)]
        asked = _plain(arguments)
        same = [one for one in those if _same(_bound(tool, one[1].arguments), asked)]
        close = same or [one for one in those if _same(_bound(tool, one[1].arguments), asked, but_prose=True)]
        if not close:
            return None
        place, call = next((one for one in close if one[0] not in self._used), close[-1])
        self._used.add(place)
        return call

    def _note(self, found: Recorded | None, tool: Tool, arguments: Mapping[str, Any]) -> None:
        told = f"{tool.name} {json.dumps(_plain(arguments), ensure_ascii=False, sort_keys=True)}"
        if found is None and told not in self.missing:
            self.missing.append(told)


@dataclass(frozen=True, slots=True)
class Playback(Workspace):
    """The workspace's tools of today, with the answers of then; also those that sources add."""

    tape: Tape = field(default_factory=lambda: Tape(()))

    @classmethod
    def of(cls, workspace: Workspace, frozen: Frozen, said: Sequence[str]) -> "Playback":
        """That of a frozen case, in which the customer says these lines."""
        tape = Tape(frozen.calls)
        tools = {name: played(tool, tape) for name, tool in workspace.by_name.items()}
        return cls(
            folder=workspace.folder,
            data_folder=workspace.data_folder,
            find_customer=_directory(frozen.customers, said),
            by_name=tools,
            tape=tape,
        )

    def adopt(self, tools: Iterable[Tool]) -> None:
        """As a workspace does; the tools of sources play back too."""
        Workspace.adopt(self, [played(tool, self.tape) for tool in tools])


def played(tool: Tool, tape: Tape) -> Tool:
    """The tool with its answers from the tape."""

    async def run(_: Context, /, **arguments: Any) -> Any:
        return _answer(tape.ended(tool, arguments))

    async def preview(_: Context, /, **arguments: Any) -> Preview:
        call = tape.put(tool, arguments)
        if call is None or call.preview is None:
            _answer(call)
        told = (call.preview if call else None) or {}
        return Preview(
            summary=told.get("summary", ""), facts=told.get("facts", {}), rule=told.get("rule"),
            approval=told.get("approval", ""),
        )  # fmt: skip

    async def lookup(_: Context, /, **arguments: Any) -> Any | None:
        call = tape.ended(tool, arguments)
        return call.value if call is not None and call.end == "done" else None

    writes = tool.effect == "write"
    return replace(
        tool, run=run, preview=preview if writes else None, lookup=lookup if tool.lookup else None, returns=None
    )


def _answer(call: Recorded | None) -> Any:
    if call is None:
        raise Undone(NOT_RECORDED, "this call was not recorded")
    if call.end == "done":
        return call.value
    if call.end == "refused":
        raise Refusal(call.code, call.message)
    if call.end == "unknown":
        raise TimeoutError(call.code)
    raise Undone(call.code or "error", call.message or "it failed then")


def _directory(customers: Sequence[Known], said: Sequence[str]) -> Callable[..., Awaitable[Person | None]]:
    """Finds a customer by their id, or by what they said of themselves."""
    words = "\n".join(said).casefold()

    async def find_customer(_: Any, claim: Mapping[str, str]) -> Person | None:
        for known in customers:
            by_id = claim.get("customer_id") == known.customer_id
            by_word = all(value.casefold() in words for value in claim.values())
            if by_id or ("customer_id" not in claim and claim and by_word):
                return Person(known.customer_id, known.name, known.email, facts=known.facts)
        return None

    return find_customer


def _bound(tool: Tool, recorded: Mapping[str, Any]) -> Mapping[str, Any]:
    """Recorded arguments as the tool takes them today, with what it takes where nothing is given."""
    bound = bind(tool, recorded)
    return _plain(bound.values) if isinstance(bound, Bound) else recorded


def _plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as JSON has them."""
    made: dict[str, Any] = to_jsonable_python(dict(arguments), fallback=str)
    return made


def _same(recorded: Mapping[str, Any], asked: Mapping[str, Any], *, but_prose: bool = False) -> bool:
    """Whether two calls ask for the same. With `but_prose` a text of several words may be worded otherwise."""
    for name in {*recorded, *asked}:
        one, other = recorded.get(name), asked.get(name)
        prose = but_prose and _is_prose(one) and _is_prose(other)
        if not prose and _bare(one) != _bare(other):
            return False
    return True


def _bare(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.casefold().split())
    if isinstance(value, Mapping):
        return {name: _bare(part) for name, part in value.items() if part is not None}
    return [_bare(part) for part in value] if isinstance(value, list | tuple) else value


def _is_prose(value: Any) -> bool:
    return isinstance(value, str) and " " in value.strip() and not any(map(str.isdecimal, value))
