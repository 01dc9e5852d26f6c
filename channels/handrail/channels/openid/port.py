"""What the API asks of the login through a provider."""

from collections.abc import Mapping
from typing import Protocol

from handrail.channels.openid.visits import Visit
from handrail.channels.users import User


class Arrival(Protocol):
    """Somebody whom the provider vouched for."""

    @property
    def user(self) -> User: ...
    @property
    def id_token(self) -> str: ...
    @property
    def conversation_id(self) -> str | None: ...


class OpenId(Protocol):
    """Sends people to the provider and lets in those who come back with its word."""

    async def leave(
        self, redirect_uri: str, *, invitation: str | None = None, conversation_id: str | None = None
    ) -> tuple[str, Visit]:
        """Where to send a browser, and what it must bring back. Raises `Unavailable`."""
        ...

    async def come_back(self, answer: Mapping[str, str], browser: str) -> Arrival:
        """Who has come back with this answer of the provider's. Raises `Denied`, `Conflict`, `Unavailable`."""
        ...

    async def leaving(self, id_token: str, back_to: str) -> str | None:
        """Where to send a browser to be logged out of the provider too."""
        ...
