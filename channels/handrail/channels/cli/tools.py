"""`handrail tools`: what the agent can do, on what terms, and what is left out and why."""

from typing import TYPE_CHECKING, Annotated

import typer

from handrail.channels.cli.workspace import Workspace, run

if TYPE_CHECKING:
    from handrail.agent.sources.sources import Sources
    from handrail.agent.tools.api import Tool
    from handrail.conversation.settings import Settings

app = typer.Typer(help="The tools: of the workspace's own files, of MCP servers, of OpenAPI documents.")


@app.callback(invoke_without_command=True)
def tools(context: typer.Context, workspace: Workspace = None) -> None:
    """List the tools with their terms; what a source offers and is not taken is told with its mend."""
    if context.invoked_subcommand is None:
        run(_list, workspace)


@app.command("call")
def call_one(
    name: Annotated[str, typer.Argument(help="The tool, as `handrail tools` lists it.")],
    arguments: Annotated[str, typer.Option(help="Its arguments as a JSON object.")] = "{}",
    customer: Annotated[str | None, typer.Option(help="Act as if this customer had proven who they are.")] = None,
    workspace: Workspace = None,
) -> None:
    """Try a tool that reads, as the agent would call it, and print its result. Writes are only previewed."""
    run(lambda settings: _call(settings, name, arguments, customer), workspace)


async def _list(settings: "Settings") -> int:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from handrail.agent.sources.sources import open_sources
    from handrail.agent.workspace import load_workspace
    from handrail.conversation.clock import SystemClock

    console = Console(highlight=False)
    own = load_workspace(settings)
    async with open_sources(settings, SystemClock()) as sources:
        own.adopt(sources.tools)
        table = Table("tool", "from", "does", "customer", "terms", box=box.SIMPLE_HEAD)
        for tool in own.tools:
            table.add_row(tool.name, tool.source or "workspace", tool.effect, tool.identity, tool.terms or "its own")
        if own.tools:
            console.print(table)
        else:
            console.print("There are no tools yet: list Python files in business.tools, or sources in tools.sources.")
        shown: set[str] = set()
        for left in sources.left:
            console.print(Text(f"not taken: {left.name} of {left.source} ({left.why})"))
            if left.mend and left.source not in shown:
                shown.add(left.source)
                mend = left.mend.replace("\n", "\n  ")
                console.print(Text(f"  to take it, write {mend}", style="dim"), soft_wrap=True)
        for source, fault in sources.faults.items():
            console.print(Text(f"✗ {source}: {fault}", style="red"))
        return 1 if sources.faults else 0


async def _call(settings: "Settings", name: str, given: str, customer: str | None) -> int:
    import json
    from contextlib import AsyncExitStack

    from rich.console import Console

    from handrail.agent.parts import open_database
    from handrail.agent.sources.sources import open_sources
    from handrail.agent.workspace import load_workspace
    from handrail.conversation.clock import SystemClock
    from handrail.conversation.errors import Invalid

    clock, console = SystemClock(), Console(highlight=False)
    try:
        arguments = json.loads(given)
    except ValueError as error:
        raise Invalid(f"--arguments is no JSON: {error}", code="arguments") from error
    if not isinstance(arguments, dict):
        raise Invalid('--arguments must be a JSON object, like {"order_id": "W1"}', code="arguments")
    own = load_workspace(settings)
    async with AsyncExitStack() as stack:
        sources = await stack.enter_async_context(open_sources(settings, clock))
        own.adopt(sources.tools)
        tool = own.by_name.get(name)
        if tool is None:
            raise Invalid(_no_tool(name, own.by_name, sources), code="no_tool")
        database = await stack.enter_async_context(open_database(settings))
        resources = await stack.enter_async_context(own.open(database.url, clock.now()))
        said, code = await _told(tool, arguments, customer, settings, resources)
        console.print(said, soft_wrap=True)
        return code


async def _told(
    tool: "Tool", arguments: dict[str, object], customer: str | None, settings: "Settings", resources: object
) -> tuple[str, int]:
    """What a read returned or a write would do, and the exit code."""
    import json

    from handrail.agent.proposal import facts_of, prepare
    from handrail.agent.tools.api import Context, Customer
    from handrail.agent.tools.call import Called, call
    from handrail.conversation.clock import SystemClock
    from handrail.conversation.events import Level
    from handrail.conversation.situation import Identity

    level: Level = "verified" if customer else "none"
    if tool.identity != "none" and not customer:
        return f"{tool.name} needs a customer who has proven who they are: give --customer ID", 1
    ctx = Context(
        Customer(customer, level), SystemClock().now(), settings.business.timezone, resources=resources
    )  # fmt: skip
    if tool.effect == "write":
        prepared = await prepare(tool, arguments, ctx, Identity(level=level, customer_id=customer), str)
        if not isinstance(prepared, Called):
            return f"would: {json.dumps(facts_of(prepared.preview), ensure_ascii=False, indent=2)}", 0
        called = prepared
    else:
        called = await call(tool, ctx, arguments)
    if called.ok:
        return json.dumps(called.value, ensure_ascii=False, indent=2, default=str), 0
    return f"{called.end} ({called.code}): {called.message}", 1


def _no_tool(name: str, known: "dict[str, Tool]", sources: "Sources") -> str:
    left = next((left for left in sources.left if left.name == name), None)
    if left is not None:
        return f"{name} is not taken: {left.why}" + (f"; to take it, write {left.mend}" if left.mend else "")
    return f"there is no tool {name!r}; there are: {', '.join(known) or 'none'}"
