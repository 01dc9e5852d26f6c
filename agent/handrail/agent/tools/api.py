"""The tool API: what an integrator imports to let Handrail work with their systems.

from handrail.agent.tools import Context, Preview, Refusal, tool

@tool(effect="read", identity="verified", examples=["where is my parcel"])
async def order_status(ctx: Context, order_id: Annotated[str, Id(r"W\\d{5}")]) -> OrderStatus:
    '''Tell where an order stands: its state, its shipments and when they arrive.

    order_id: the number of the order, as printed in the confirmation
    '''
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from handrail.conversation.events import Citation, Level

Effect = Literal["read", "write"]
LEVELS: tuple[Level, ...] = ("none", "known", "verified")


@dataclass(frozen=True, slots=True)
class Customer:
    """The customer a call acts for, from the proven identity alone. `id` is None while nobody is known."""

    id: str | None
    level: Level
    name: str = ""

    def reaches(self, needed: Level) -> bool:
        """Whether they are known as well as is needed. A level without a customer (forgotten, say) is none."""
        level = self.level if self.id else "none"
        return LEVELS.index(level) >= LEVELS.index(needed)


@dataclass(frozen=True, slots=True)
class Context:
    """What a tool gets besides its arguments.

    `resources` is whatever the workspace's `lifespan` yielded (connections, clients). `idempotency_key` is set for
    writes: pass it on, or store it with the effect, so that `lookup` can find it again. No effect may happen after
    `deadline`: a system that can check it in the transaction of the effect should, against a process that was stopped
    for a while.
    """

    customer: Customer
    now: datetime
    timezone: str
    resources: Any = None
    idempotency_key: str | None = None
    deadline: datetime | None = None


class Refusal(Exception):  # noqa: N818 - it is an answer, not a failure
    """A tool's business rule says no: nothing happened. The agent tells the customer `message`; `code` is stable.
    With the code `needs_person` it offers one, who may lift the rule; a code that begins with `which_` asks the
    customer to choose among `alternatives`.

    `rule` names the policy that says so, `alternatives` what would work instead (free slots, say).
    """

    def __init__(self, code: str, message: str, *, rule: str | None = None, alternatives: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code, self.message, self.rule, self.alternatives = code, message, rule, alternatives


@dataclass(frozen=True, slots=True)
class Preview:
    """What a write would do, computed from the business state before consent is asked.

    `summary` is the exact effect in plain words, put into the consent question ("cancel order W10021 (2 items) and
    refund $129.00 to the card ending 4242"). `facts` (amounts, state, times) are part of what the customer consents to:
    if they differ when the action is claimed, consent is void and asked again. `rule` is the policy id it rests on.
    `approval` says why a colleague must approve it after the customer ("refunds over £200 need a colleague's word");
    where it is empty, nobody has to.
    """

    summary: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    rule: str | None = None
    approval: str = ""


Read = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Id:
    """An annotation for an argument that is an identifier: `pattern` is a regular expression that a whole id matches.

    `of` says which result fields hold such ids (`"order_id"`), so that "the second one" can be resolved. What customers
    add to an id (`#`, spaces, lower case) is taken away where the rest then matches.
    """

    pattern: str
    of: str = ""

    def clean(self, text: object) -> str:
        """The id as the business writes it. Raises `ValueError` where it can't be one."""
        bare = re.sub(r"[\s#]", "", str(text)).strip(".,;:!?")
        for candidate in (str(text), bare, bare.upper(), bare.lower()):
            if re.fullmatch(self.pattern, candidate):
                return candidate
        raise ValueError(f"{str(text)!r} does not look like {self.pattern}")

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.clean, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        pattern = f"({self.pattern})" if "|" in self.pattern else self.pattern
        return {**handler(core), "pattern": f"^{pattern}$"}


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the agent may call, with what the graph must know of it. Made by `tool`; see there."""

    name: str
    description: str
    run: Read
    effect: Effect
    identity: Level
    arguments: type[Any]
    """A pydantic model of the arguments, without the context."""
    examples: tuple[str, ...] = ()
    preview: Callable[..., Awaitable[Preview]] | None = None
    lookup: Callable[..., Awaitable[Any | None]] | None = None
    template: str = ""
    timeout: float = 10.0
    """Seconds."""
    result: Any = None
    """The annotation of what the function returns."""
    policy_date: str = ""
    """The result field with the day whose policies apply to what was shown (the day of an order, say)."""
    promised_by: str = ""
    """The result field with the day or moment by which the business has then done it: a promise of the business."""
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """The arguments as a JSON schema without references."""
    returns: TypeAdapter[Any] | None = field(default=None, compare=False, repr=False)
    """Validates and serialises what the function returns."""
    source: str = ""
    """The source of others that it comes from; empty for the workspace's own functions."""
    terms: str = ""
    """How a tool of others is kept to the customer's own things: `bound`, `owned` or `public`."""

    def schema(self) -> dict[str, Any]:
        """Name, description and parameters, as the `function` of a tool in OpenAI's Chat Completions."""
        return {"name": self.name, "description": self.description, "parameters": dict(self.parameters)}

    async def __call__(self, ctx: Context, /, *arguments: Any, **named: Any) -> Any:
        """Call the function itself, unchecked: for other tools of the same workspace, and for tests of a rule."""
        return await self.run(ctx, *arguments, **named)


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as the business knows them, for proving identity: `id`, and the contacts on file.

    `facts` sort customers (`{"tier": "gold", "country": "DE"}`): a policy may be for some of them only.
    """

    id: str
    name: str
    email: str | None = None
    phone: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


Directory = Callable[[Any, Mapping[str, str]], Awaitable[Person | None]]
"""`find_customer(resources, claim)`: the person whom a claim (`{"email": …}`, `{"order_id": …}`, `{"customer_id": …}`)
points at, or None."""


@dataclass(frozen=True, slots=True)
class WorkspaceInfo:
    """What a workspace's `lifespan` is told: its folder, the folder for its own files, and the DSN of the Postgres.

    `now` is what Handrail's clock says as it opens. In a `rehearsal` a case is played, and nothing may reach a real
    customer: open a sandbox, and where its data are seeded, lay them around `now`, which is the case's moment.
    """

    folder: Path
    data_folder: Path
    database_url: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    rehearsal: bool = False


Lifespan = Callable[[WorkspaceInfo], AbstractAsyncContextManager[Any]]
"""`lifespan(workspace)`: opens what the tools need; its value is `Context.resources`."""

__all__ = [
    "Citation", "Context", "Customer", "Directory", "Effect", "Id", "Level", "Lifespan", "Person", "Preview", "Refusal",
    "Tool", "WorkspaceInfo",
]  # fmt: skip
