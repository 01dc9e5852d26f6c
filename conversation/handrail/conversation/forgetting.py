"""Forgetting a customer: destroying the keys of every conversation they were ever known in."""

from datetime import datetime

from handrail.conversation.events import Closed
from handrail.conversation.log import Log


async def forget_customer(log: Log, customer_ref: str) -> list[str]:
    """Make all that was said in this customer's conversations unreadable, for good; return which they were.

    What remains is that and when something happened, without names or texts. Doing it again does no harm.
    """
    forgotten = await known(log, customer_ref)
    for conversation_id in forgotten:
        await forget(log, conversation_id)
    return forgotten


async def known(log: Log, customer_ref: str) -> list[str]:
    """The conversations in which this customer was ever known and that can still be read."""
    return [id_ for id_ in await log.of_customer(customer_ref) if not (await log.head(id_)).forgotten]


async def forget_resting(log: Log, before: datetime, limit: int = 100) -> int:
    """Forget conversations that are closed and in which nothing has happened since `before`; return how many."""
    resting = await log.resting(before, limit)
    for conversation_id in resting:
        await forget(log, conversation_id)
    return len(resting)


async def forget(log: Log, conversation_id: str) -> None:
    """Forget one conversation: its key first, then its end is written down."""
    await log.vault.forget(conversation_id)
    await log.append(conversation_id, "system", Closed(reason="forgotten"), key="forgotten")
