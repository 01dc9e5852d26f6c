"""Tools that a person is likely to run next, with their arguments as the conversation has them. Nothing is called."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from handrail.agent.router import Router
from handrail.agent.tools.api import Tool
from handrail.conversation.errors import Unavailable
from handrail.conversation.events import (
    ActionDropped,
    ActionFailed,
    ActionProposed,
    ActionSucceeded,
    ApprovalRefused,
    CustomerSaid,
    Event,
    IdentityAsked,
    ReadyTool,
    ToolRan,
)
from handrail.conversation.situation import Situation
from handrail.desk.wording import deed

MOST = 3
"""Tools that are offered at most."""

PICKED = 4
"""Tools that are looked at for what the customer wrote last."""

LINES = 3
"""Lines of the customer's, the newest, in which identifiers are looked for and for which tools are picked."""

UNSEEN = ("claimed", "unknown", "waiting", "approved")
"""Stages of an action that is under way: it is settled or decided, not run again."""


class ReadyTools:
    """Offers what was begun and did not come about, then what fits the customer's last words and has its arguments."""

    def __init__(self, router: Router) -> None:
        self._router = router

    async def __call__(self, situation: Situation, events: Sequence[Event]) -> tuple[ReadyTool, ...]:
        """At most `MOST` tools, the likeliest first. Where tools can't be picked, those that were begun."""
        under_way = {action.tool for action in situation.actions if action.stage in UNSEEN}
        offered = {tool.tool: tool for tool in self._begun(events) if tool.tool not in under_way}
        said = [e for e in events if isinstance(e.data, CustomerSaid) and e.data.text][-LINES:]
        if said:
            text = "\n".join(e.data.text for e in said if isinstance(e.data, CustomerSaid))
            try:
                picked = await self._router.pick(text, situation, PICKED)
            except Unavailable:
                picked = ()
            known = _known(events)
            # Of what would change something, only what fits best is worth a person's look.
            for tool in (tool for place, tool in enumerate(picked) if tool.effect == "read" or not place):
                ready = _filled(tool, known, said)
                if ready is not None and tool.name not in under_way and not _done(ready, events):
                    offered.setdefault(tool.name, ready)
        return tuple(offered.values())[:MOST]

    def _begun(self, events: Sequence[Event]) -> Iterator[ReadyTool]:
        """Calls that were refused, failed, given up or never made, the newest first, as they were."""
        done, proposed = set(), {}
        for event in events:
            if isinstance(event.data, ActionSucceeded | ActionDropped):
                done.add(event.data.action_id)
            elif isinstance(event.data, ActionFailed | ApprovalRefused):
                done.discard(event.data.action_id)
            elif isinstance(event.data, ActionProposed):
                proposed[event.data.action_id] = event
        for event in reversed(events):
            data = event.data
            refused = isinstance(data, ToolRan) and not data.ok
            open_ = isinstance(data, ActionProposed) and data.action_id not in done
            if refused or open_ or isinstance(data, IdentityAsked):
                assert isinstance(data, ToolRan | ActionProposed | IdentityAsked)
                tool = self._router.book.by_name.get(data.tool)
                if tool is not None:
                    yield _ready(tool, data.arguments, (f"seq:{event.seq}",))


def _filled(tool: Tool, known: Mapping[str, tuple[Any, str]], said: Sequence[Event]) -> ReadyTool | None:
    """A tool with the arguments that are known; None where none of those that it requires is."""
    properties: Mapping[str, Any] = tool.parameters.get("properties", {})
    required = tool.parameters.get("required", ())
    arguments: dict[str, Any] = {}
    refs: list[str] = []
    for name in required:
        found = known.get(name) or _written(str(properties.get(name, {}).get("pattern", "")), said)
        if found is not None:
            arguments[name], ref = found
            refs.append(ref)
    return _ready(tool, arguments, tuple(refs)) if arguments else None


def _known(events: Sequence[Event]) -> Mapping[str, tuple[Any, str]]:
    """The identifiers that calls were given, the newest for each argument's name, with the ref of the call."""
    known: dict[str, tuple[Any, str]] = {}
    for event in events:
        if isinstance(event.data, ToolRan | ActionProposed | IdentityAsked):
            for name, value in event.data.arguments.items():
                if isinstance(value, str) and re.search(r"\d", value) and name.endswith(("id", "number", "code")):
                    known[name] = (value, f"seq:{event.seq}")
    return known


def _written(pattern: str, said: Sequence[Event]) -> tuple[str, str] | None:
    """The identifier of this pattern that the customer wrote last, as the tool's schema has it."""
    bare = pattern.removeprefix("^").removesuffix("$")
    if not re.search(r"\\d|\[.*0-9", bare):
        return None
    for event in reversed(said):
        text = event.data.text if isinstance(event.data, CustomerSaid) else ""
        for match in re.finditer(rf"(?<![\w-])(?:{bare})(?![\w-])", text, re.IGNORECASE):
            return match[0].upper() if re.fullmatch(bare, match[0].upper()) else match[0], f"seq:{event.seq}"
    return None


def _ready(tool: Tool, arguments: Mapping[str, Any], refs: tuple[str, ...]) -> ReadyTool:
    missing = tuple(name for name in tool.parameters.get("required", ()) if name not in arguments)
    title = deed(tool.name, arguments)
    refs = tuple(dict.fromkeys(refs))
    return ReadyTool(
        tool=tool.name, title=title, effect=tool.effect, arguments=dict(arguments), missing=missing, evidence=refs
    )


def _done(ready: ReadyTool, events: Sequence[Event]) -> bool:
    """Whether a write was made already with these arguments."""
    proposed = {e.data.action_id: e.data for e in events if isinstance(e.data, ActionProposed)}
    made = (proposed.get(e.data.action_id) for e in events if isinstance(e.data, ActionSucceeded))
    return any(p is not None and p.tool == ready.tool and ready.arguments.items() <= p.arguments.items() for p in made)
