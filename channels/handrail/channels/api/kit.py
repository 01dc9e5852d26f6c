"""What every route works with, made once for an application."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from handrail.channels.api.limits import Limits
from handrail.channels.api.ports import Handrail
from handrail.channels.metrics.exposition import Metrics
from handrail.channels.openid.port import OpenId
from handrail.channels.sessions import Sessions
from handrail.channels.tokens import ConversationTokens, signing_key
from handrail.channels.users import Users
from handrail.desk.looks import Looks


@dataclass(frozen=True, slots=True)
class Kit:
    """The agent, and the API's own parts. `closing` is set when the server stops: streams end then."""

    handrail: Handrail
    users: Users
    sessions: Sessions
    tokens: ConversationTokens
    limits: Limits
    looks: Looks
    metrics: Metrics
    openid: OpenId | None = None
    closing: asyncio.Event = field(default_factory=asyncio.Event)


def make_kit(handrail: Handrail) -> Kit:
    """The parts over an agent, with the limits that its settings give."""
    server = handrail.settings.server
    users = Users(handrail.database, handrail.clock)
    return Kit(
        handrail=handrail,
        users=users,
        sessions=Sessions(handrail.database, handrail.clock, users, handrail.settings.login),
        tokens=ConversationTokens(signing_key(handrail.settings), handrail.clock, server.token_days),
        limits=Limits(
            requests=server.requests_per_minute,
            conversations=server.conversations_per_minute,
            messages=server.messages_per_minute,
            logins=server.logins_per_minute,
        ),
        looks=Looks(handrail.database, handrail.clock),
        metrics=Metrics(handrail),
        openid=_provider(handrail, users),
    )


def _provider(handrail: Handrail, users: Users) -> OpenId | None:
    """The login through a provider, where the settings name one."""
    settings = handrail.settings.login.openid
    if settings is None:
        return None
    from handrail.channels.openid.login import OpenId as Provided

    return Provided(settings, users, handrail.database, handrail.clock)


def _kit(request: Request) -> Kit:
    kit: Kit = request.app.state.kit
    return kit


WithKit = Annotated[Kit, Depends(_kit)]
