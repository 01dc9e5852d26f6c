"""What a customer does on every channel: begin a conversation, and write."""

from handrail.channels.api.kit import Kit
from handrail.channels.api.outputs import Started
from handrail.conversation.errors import Invalid
from handrail.conversation.events import Event, Opened


async def begin(kit: Kit, opened: Opened, *, actor: str = "customer", customer_token: str | None = None) -> Started:
    """Begin a conversation, for the customer whom a token of the company's own site names, where one is given.

    Raises `Denied`, `Conflict` and `Unavailable` as the token does.
    """
    event = await kit.handrail.log.open(opened, actor=actor)
    if customer_token is not None:
        await kit.handrail.identity.token(event.conversation_id, customer_token)
    token, expires = kit.tokens.issue(event.conversation_id)
    return Started(id=event.conversation_id, token=token, expires_at=expires)


async def write(
    kit: Kit,
    conversation_id: str,
    text: str,
    *,
    key: str | None = None,
    address: str | None = None,
    wants_person: bool = False,
) -> Event:
    """Put the customer's line on the log; a turn answers it outside of the request.

    The same `key` returns the event of the first time. Raises `Invalid` where the text is longer than the settings
    allow, and `NotFound`.
    """
    expect_short(kit, text)
    key = f"message:{key}" if key else None
    return await kit.handrail.turns.hear(conversation_id, text, key, address=address, wants_person=wants_person)


def expect_short(kit: Kit, text: str) -> None:
    """Raise `Invalid` where a message is longer than the settings allow."""
    longest = kit.handrail.settings.server.max_message_characters
    if len(text) > longest:
        raise Invalid(f"a message has at most {longest} characters", code="too_long")
