"""Which tools show the identifiers that another tool needs: `find_orders` for `cancel_order`."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError

from handrail.agent.models.offline.sayings import READS
from handrail.agent.models.offline.slots import Slot, slots_of
from handrail.agent.models.offline.words import humanised, stem_set
from handrail.agent.toolbook import Toolbook
from handrail.agent.tools.api import Tool


def provider_for(slot: Slot, tool: Tool, book: Toolbook) -> Tool | None:
    """The tool that reads things with such ids and needs least to be told itself; None where there is none."""
    found = [other for other in book.tools if other is not tool and _shows(other, slot, book)]
    return min(found, key=lambda other: _effort(other, slot), default=None)


def providers_of(tool: Tool, book: Toolbook) -> list[Tool]:
    """The tools that show the ids which any slot of a tool takes."""
    found = (provider_for(slot, tool, book) for slot in slots_of(tool) if slot.kind == "id")
    return list(dict.fromkeys(provider for provider in found if provider is not None))


def _shows(tool: Tool, slot: Slot, book: Toolbook) -> bool:
    if tool.effect != "read" or any(other.required and set(other.of) & set(slot.of) for other in slots_of(tool)):
        return False
    fields = result_fields(tool)
    if fields:
        return bool(set(slot.of) & fields)
    # A foreign tool does not say what it returns: its name has to do ("list_orders" for an order_id).
    verb, _, rest = humanised(tool.name).partition(" ")
    if verb not in READS:
        return False
    lists = not any(other.required for other in slots_of(tool))
    return bool((stem_set(slot.noun) | (_done_to(slot, book) if lists else frozenset())) & stem_set(rest))


def _done_to(slot: Slot, book: Toolbook) -> frozenset[str]:
    """What the tools that take such an id first change, by their names: a confirmation_code is that of a reservation
    where cancel_reservation takes it."""
    takers = (tool for tool in book.tools if tool.effect == "write" and _first_id(tool) == slot.path)
    return frozenset[str]().union(*(stem_set(humanised(tool.name).partition(" ")[2]) for tool in takers))


def _first_id(tool: Tool) -> tuple[str, ...]:
    return next((slot.path for slot in slots_of(tool) if slot.kind == "id" and slot.required), ())


def _effort(tool: Tool, slot: Slot) -> tuple[int, int, int]:
    needed = sum(other.required for other in slots_of(tool))
    named = bool(stem_set(slot.noun) & stem_set(humanised(tool.name)))
    return needed, 0 if named else 1, len(slots_of(tool))


@lru_cache(maxsize=512)
def result_fields(tool: Tool) -> frozenset[str]:
    """The names of all fields in what a tool returns; empty where its signature does not say."""
    if tool.result is None:
        return frozenset()
    try:
        adapter = tool.returns or TypeAdapter(tool.result)
        return frozenset(_names(adapter.json_schema(mode="serialization")))
    except (PydanticSchemaGenerationError, PydanticUserError):
        return frozenset()


def _names(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        properties = schema.get("properties")
        if isinstance(properties, Mapping):
            yield from properties
        for part in schema.values():
            yield from _names(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _names(part)
