"""Forgetting a customer: destroying the keys of every conversation they were ever known in."""

from handrail.conversation.events import Closed
from handrail.conversation.log import Log


async def forget_customer(log: Log, customer_ref: str) -> list[str]:
    """Make all that was said in this customer's conversations unreadable, for good; return which they were.

    What remains is that and when something happened, without names or texts. Doing it again does no harm.
    """
    forgotten = []
    for conversation_id in await log.of_customer(customer_ref):
        if not (await log.head(conversation_id)).forgotten:
            await forget(log, conversation_id)
            forgotten.append(conversation_id)
    return forgotten


async def forget(log: Log, conversation_id: str) -> None:
    """Forget one conversation: its key first, then its end is written down."""
    await log.vault.forget(conversation_id)
    await log.append(conversation_id, "system", Closed(reason="forgotten"), key="forgotten")
