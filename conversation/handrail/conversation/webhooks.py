"""The tables `[webhooks.NAME]`: who else is told what happens in conversations.

[webhooks.crm]
url = "https://crm.example/hooks/handrail"
secret = "whsec_…"
events = ["handoff.requested", "conversation.resolved"]
"""

import base64
import binascii
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, SecretStr, model_validator

from handrail.conversation.sections import Section, Url, private_url

PREFIX = "whsec_"

EventName = Literal[
    "conversation.opened",
    "message.created",
    "handoff.requested",
    "handoff.claimed",
    "handoff.requeued",
    "handoff.returned",
    "conversation.resolved",
    "tag.added",
    "conversation.closed",
]
"""What an endpoint can be told of."""

USUAL: tuple[EventName, ...] = tuple(name for name in get_args(EventName) if name != "message.created")

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]


def key_of(secret: str) -> bytes:
    """The bytes of a `whsec_` secret. Raises `ValueError` where it is none, or not of 24 to 64 bytes."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise ValueError("must be `whsec_` and 24 to 64 bytes in base64; `handrail webhooks secret` makes one")
    return key


def _signing(secret: SecretStr) -> SecretStr:
    key_of(secret.get_secret_value())
    return secret


Signing = Annotated[SecretStr, AfterValidator(_signing)]


class Webhook(Section):
    """An endpoint of another system."""

    url: Url
    secret: Signing
    old_secret: Signing | None = None
    """Signed with as well, until the receiver knows the new one."""
    events: tuple[EventName, ...] = USUAL
    content: bool = False
    """Whether what was written goes along, and not only that something was."""
    internal: bool = False
    """Whether the address may lie in a network of one's own, also without https."""
    timeout_seconds: float = Field(default=10.0, gt=0, le=60)

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        if not self.internal:
            private_url(self.url)
        return self
