"""`handrail serve`."""

import asyncio
import logging
import signal
from contextlib import AsyncExitStack
from types import FrameType

from rich.console import Console
from rich.logging import RichHandler

from handrail.conversation.settings import Settings


async def serve(settings: Settings, host: str | None, port: int | None) -> None:
    """Put the agent together and serve it until it is told to stop."""
    from handrail.agent.bootstrap import build
    from handrail.channels.api.server import serve as run
    from handrail.channels.cli.freezing import keep_freezing
    from handrail.channels.tokens import conversation_links
    from handrail.channels.tracing.exporting import traced
    from handrail.conversation.clock import SystemClock
    from handrail.evals.freezing.freezer import Freezer

    signal.signal(signal.SIGTERM, _told_to_stop)
    console = Console(stderr=True)
    handler = RichHandler(console=console, show_path=False, markup=False, log_time_format="%H:%M:%S")
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler])
    logging.getLogger("handrail").setLevel(logging.INFO)
    changed = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    server = settings.server.model_copy(update=changed)
    settings = settings.model_copy(update={"server": server})
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        with console.status("Starting: database, policies, engine …") as status:
            told = build(
                settings,
                clock=clock,
                link=conversation_links(settings, clock),
                progress=lambda done, total: status.update(f"Indexing the policies: {done} of {total} passages …"),
            )
            handrail = await stack.enter_async_context(told)
        address = f"http://{server.host}:{server.port}"
        console.print(f"[bold]Handrail[/bold] for {settings.business.name}, engine: [bold]{handrail.engine}[/bold]")
        console.print(f"  customers  {address}/\n  desk       {address}/desk\n  API        {address}/openapi.json")
        if settings.mcp.is_open:
            console.print(f"  assistants {address}/mcp")
        await stack.enter_async_context(traced(handrail.log, settings))
        freezer = Freezer(handrail.log, settings)
        beside = asyncio.create_task(keep_freezing(freezer, at_wrap_up=settings.evals.freeze))
        stack.callback(beside.cancel)
        await run(handrail)


def _told_to_stop(sig: int, _: FrameType | None) -> None:
    """End as a process does that ran to its end, so that all is put away and an embedded Postgres ends too: by default
    SIGTERM, which uvicorn raises anew once it has stopped, ends it where it stands."""
    raise SystemExit(128 + sig)
