"""The tables `[outside.NAME]`: other desks at which people answer.

[outside.zendesk]
kind = "zendesk"
url = "https://example.zendesk.com"
user = "handrail@example.com"
token = "…"
secret = "…"
"""

from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from handrail.conversation.sections import Section, Url, private_url


class _Desk(Section):
    """What every desk has."""

    url: Url
    token: SecretStr
    """Opens its API for us."""
    secret: SecretStr
    """Signs what it sends us."""
    departments: tuple[str, ...] = ()
    """Whose conversations go there; all of them where none is named."""
    live: bool = False
    """Whether somebody is there to chat while a department is open, and not only to answer tickets."""
    capacity: int = Field(default=10, ge=1)
    """How many live conversations its people have at once, all together, for what waiting customers are told."""
    internal: bool = False
    """Whether the address may lie in a network of one's own, also without https."""
    timeout_seconds: float = Field(default=10.0, gt=0, le=60)

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        if not self.internal:
            private_url(self.url)
        return self

    def serves(self, department: str) -> bool:
        """Whether conversations of a department go there."""
        return not self.departments or department in self.departments


class ZendeskDesk(_Desk):
    """Zendesk Support: a handoff becomes a ticket."""

    kind: Literal["zendesk"]
    user: str
    """The e-mail address of the agent whose API token it is."""
    group: int | None = None
    """The id of the group that gets the tickets."""
    tags: tuple[str, ...] = ("handrail",)


class ChatwootDesk(_Desk):
    """Chatwoot: customers write there, Handrail is the agent bot of the inbox."""

    kind: Literal["chatwoot"]
    account: int
    account_secret: SecretStr | None = None
    """Signs what a webhook of the account sends, where there is one beside the bot's."""
    live: bool = True


OutsideDesk = Annotated[ZendeskDesk | ChatwootDesk, Field(discriminator="kind")]
