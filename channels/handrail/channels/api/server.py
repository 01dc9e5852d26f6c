"""Runs the application under uvicorn."""

import sys
from collections.abc import Callable
from types import FrameType

import uvicorn

from handrail.channels.api.app import create_app
from handrail.channels.api.kit import Kit
from handrail.channels.api.people import password_link
from handrail.channels.api.ports import Handrail

SECONDS_TO_STOP = 10


class Server(uvicorn.Server):
    """uvicorn waits for open connections when it stops, and streams never end by themselves: so they are told to."""

    def __init__(self, config: uvicorn.Config, kit: Kit) -> None:
        super().__init__(config)
        self._kit = kit

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._kit.closing.set()
        super().handle_exit(sig, frame)


async def serve(handrail: Handrail, *, tell: Callable[[str], object] = sys.stdout.write) -> None:
    """Serve until SIGINT or SIGTERM. While no admin has a password, a one-time link to set one is told."""
    app = create_app(handrail)
    kit: Kit = app.state.kit
    settings = handrail.settings.server
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    token = await kit.users.first_link()
    if token is not None:
        # On a line of its own, whole: what breaks lines would break the link.
        tell(f"Set the admin's password here (works once, for two days):\n{password_link(base, token)}\n")
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=SECONDS_TO_STOP,
        access_log=False,
    )
    await Server(config, kit).serve()
