"""What every route works with, made once by `create_app`."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from handrail.channels.api.limits import Limits
from handrail.channels.api.ports import Handrail
from handrail.channels.sessions import Sessions
from handrail.channels.tokens import ConversationTokens
from handrail.channels.users import Users


@dataclass(frozen=True, slots=True)
class Kit:
    """The agent, and the API's own parts. `closing` is set when the server stops: streams end then."""

    handrail: Handrail
    users: Users
    sessions: Sessions
    tokens: ConversationTokens
    limits: Limits
    closing: asyncio.Event = field(default_factory=asyncio.Event)


def _kit(request: Request) -> Kit:
    kit: Kit = request.app.state.kit
    return kit


WithKit = Annotated[Kit, Depends(_kit)]
