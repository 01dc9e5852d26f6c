"""What a person at the desk looks up in the business's systems: by the agent's tools, under its rules, on the log."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from handrail.agent.clean import without_instructions
from handrail.agent.services import Services
from handrail.agent.tools.api import Tool
from handrail.agent.tools.call import call, ran
from handrail.conversation.errors import Conflict, Fenced, Invalid, NotFound
from handrail.conversation.events import Event, Level
from handrail.conversation.log import Fence
from handrail.conversation.situation import Situation
from handrail.desk.staff import Staff

KNOWN = 10
"""So many values are offered for an argument."""
NOT_HOLDER = "you do not hold this conversation"


@dataclass(frozen=True, slots=True)
class Offer:
    """A tool as a form. `known` are values for its arguments that came up in the conversation, the newest
    first; `needs` is the identity that it asks for, where the customer has not proven it."""

    name: str
    effect: Literal["read", "write"]
    description: str
    parameters: Mapping[str, Any]
    known: Mapping[str, tuple[str, ...]]
    needs: Level | None


class Lookups:
    """Reads for people. The customer whose things are read is the one proven on the log, and nobody else."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def offers(self, conversation_id: str) -> tuple[Offer, ...]:
        """The tools that there are. Raises `NotFound`."""
        situation = await self._services.situations.get(conversation_id)
        return tuple(self._offer(tool, situation) for tool in self._services.workspace.tools)

    async def run(
        self, conversation_id: str, staff: Staff, name: str, arguments: Mapping[str, Any], *, key: str | None = None
    ) -> Event:
        """Call a reading tool, and return the `ToolRan` that says what came of it.

        Raises `Conflict` where `staff` do not hold the conversation (`not_holder`) or the customer has not proven who
        they are as the tool asks (`identity`), `Invalid` where the arguments do not fit, and `NotFound`.
        """
        services = self._services
        head = await services.log.head(conversation_id)
        if head.holder != staff.actor:
            raise Conflict(NOT_HOLDER, code="not_holder")
        tool = services.workspace.by_name.get(name)
        if tool is None or tool.effect != "read":
            raise NotFound(f"there is no tool called {name!r} that reads")
        context = services.actions.context(await services.situations.get(conversation_id))
        if not context.customer.reaches(tool.identity):
            raise Conflict(f"{name} needs a customer who is {tool.identity}", code="identity")
        called = await call(tool, context, arguments)
        if called.end == "invalid":
            raise Invalid(called.message, code="arguments")
        called, checked = await without_instructions(called, "", name, services.rails)
        event = ran(tool, arguments, called, turn_id="", call_id=f"desk-{secrets.token_hex(6)}")
        try:
            # The key lies with the first event, by which a repeated request is known.
            stored = await services.log.append(
                conversation_id, staff.actor, event, *checked, fence=Fence(head.epoch), key=key
            )
        except Fenced as error:
            raise Conflict(NOT_HOLDER, code="not_holder") from error
        return stored[0]

    def _offer(self, tool: Tool, situation: Situation) -> Offer:
        names = tool.parameters.get("properties", {})
        known = {name: tuple(dict.fromkeys(_values(situation, name)))[:KNOWN] for name in names}
        proven = self._services.actions.context(situation).customer.reaches(tool.identity)
        return Offer(
            tool.name, tool.effect, tool.description, tool.parameters, known, None if proven else tool.identity
        )


def _values(situation: Situation, name: str) -> Iterator[str]:
    """What was called so in what was asked for and looked up, the newest first."""
    for result in reversed(situation.results):
        yield from _called(result.arguments, name)
        yield from _called(result.result, name)
    for action in reversed(situation.actions):
        yield from _called(action.arguments, name)


def _called(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for field, inner in value.items():
            if field == name and isinstance(inner, str | int) and not isinstance(inner, bool):
                yield str(inner)
            else:
                yield from _called(inner, name)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _called(inner, name)
