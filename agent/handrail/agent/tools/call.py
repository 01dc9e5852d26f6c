"""Calling a tool: with its time-out, and with every end as a value."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic_core import to_json

from handrail.agent.tools.api import Context, Customer, Refusal, Tool
from handrail.agent.tools.binding import Unbound, bind
from handrail.agent.tools.offer import Misfit, Undone
from handrail.conversation.events import ToolRan

End = Literal["done", "refused", "invalid", "failed", "unknown"]
"""`refused`: a business rule said no. `invalid`: the arguments don't fit. `failed`: a read brought no answer, or
a write certainly never happened. `unknown`: a write whose end was not seen, so that its effect may have happened."""

NOBODY = Customer(id=None, level="none")
log = logging.getLogger("handrail.tools")


@dataclass(frozen=True, slots=True)
class Called:
    """How a call ended. `value` is the validated JSON of the result; `code` is stable; `message` is for the customer
    where the call was refused, else for the log."""

    end: End
    value: Any = None
    code: str = ""
    message: str = ""
    rule: str | None = None
    alternatives: tuple[str, ...] = ()
    milliseconds: float = 0.0

    @property
    def ok(self) -> bool:
        return self.end == "done"


def ran(tool: Tool, arguments: Mapping[str, Any], called: Called, *, turn_id: str, call_id: str) -> ToolRan:
    """The event of a read that was made. `turn_id` is empty where a person made it."""
    return ToolRan(
        turn_id=turn_id,
        call_id=call_id,
        tool=tool.name,
        arguments=dict(arguments),
        ok=called.ok,
        result=called.value,
        error=called.code,
        message=called.message,
        milliseconds=called.milliseconds,
    )


async def call(tool: Tool, ctx: Context, arguments: Mapping[str, Any], *, seconds: float | None = None) -> Called:
    """Bind `arguments`, call the tool, and serialise its result; never raises but for cancellation.

    A write that breaks or does not end within `seconds` (the tool's own time-out where not given) is `unknown`; a read
    `failed`. What broke is logged, without the arguments.
    """
    allowed = admitted(tool, ctx)
    if isinstance(allowed, Called):
        return allowed
    bound = bind(tool, arguments)
    if isinstance(bound, Unbound):
        return Called("invalid", code="arguments", message=str(bound))
    limit = tool.timeout if seconds is None else seconds

    async def run() -> Any:
        return serialised(tool, await tool.run(allowed, **bound.values))

    return await guarded(tool, run, limit, broken="unknown" if tool.effect == "write" else "failed")


def admitted(tool: Tool, ctx: Context) -> Context | Called:
    """The context as this tool may have it: the last door, whatever came before.

    A customer who is not known as well as the tool needs is turned away; one who is merely claimed is nobody to a tool
    that asks for no identity.
    """
    if not ctx.customer.reaches(tool.identity):
        return Called("failed", code="identity", message=f"{tool.name} needs a customer who is {tool.identity}")
    if tool.identity == "none" and ctx.customer.level == "known":
        return replace(ctx, customer=NOBODY)
    return ctx


async def guarded(tool: Tool, run: Callable[[], Awaitable[Any]], seconds: float, *, broken: End) -> Called:
    """Await `run()` for at most `seconds` and tell its end; `broken` is what a time-out or an exception comes to."""
    began = time.perf_counter()
    try:
        async with asyncio.timeout(seconds):
            called = Called("done", value=await run())
    except Refusal as refusal:
        called = refused(refusal)
    except Undone as undone:
        log.warning("%s was not done: %s (%s)", tool.name, undone, undone.code)
        called = Called("failed", code=undone.code, message=str(undone))
    except TimeoutError:
        log.warning("%s did not end within %.1f s", tool.name, seconds)
        called = Called(broken, code="timeout", message=f"no answer within {seconds:g} s")
    except Misfit as error:
        log.error("%s: %s", tool.name, error)
        called = Called(broken, code="error", message="its answer is not what it says it returns")
    except Exception as error:
        log.exception("%s broke", tool.name)
        called = Called(broken, code="error", message=type(error).__name__)
    return replace(called, milliseconds=round((time.perf_counter() - began) * 1000, 3))


def refused(refusal: Refusal) -> Called:
    """A refusal as a value."""
    return Called(
        "refused",
        code=refusal.code,
        message=refusal.message,
        rule=refusal.rule,
        alternatives=tuple(refusal.alternatives),
    )


def serialised(tool: Tool, value: Any) -> Any:
    """The JSON of a result. Raises `ValueError` where it is not what the tool says it returns."""
    if tool.returns is None:
        return json.loads(to_json(value, inf_nan_mode="null"))
    checked = tool.returns.validate_python(value)
    return json.loads(tool.returns.dump_json(checked))
