"""The table of contacts, kept in step with the log."""

from collections.abc import Sequence
from dataclasses import fields
from typing import LiteralString

from handrail.conversation import events as e
from handrail.conversation.codec import event_of
from handrail.conversation.database import Connection
from handrail.conversation.events import Event

from .contact import KINDS, Contact, follow

# The first event tells whose conversation it is: it is read once, where no contact has begun yet. Of checks, which are
# most of the log by size, only those are read that say something. The names of the two tables' columns differ so, and
# one statement brings what is to be taken in and what it is added to.
SINCE: LiteralString = """
WITH last AS (SELECT * FROM contacts WHERE conversation_id = %(id)s ORDER BY seq DESC LIMIT 1)
SELECT e.seq AS event_seq, e.at, e.kind, e.actor, e.data, last.*
FROM events e LEFT JOIN last ON true
WHERE e.conversation_id = %(id)s AND e.seq > coalesce((SELECT seen_seq FROM last), 0) AND e.seq <= %(upto)s
    AND (e.kind = ANY(%(kinds)s) OR e.seq = 1)
    AND (e.kind <> 'checked' OR e.data -> 'findings' @> '[{"check": "settled"}]')
ORDER BY e.seq
"""
FOLLOWED = sorted(KINDS)
COLUMNS = tuple(each.name for each in fields(Contact))
PUT: LiteralString = """
INSERT INTO contacts (conversation_id, seq, channel, trial, began_at, seen_seq, customer_ref, first_reply_at,
    last_reply_at, ended_at, closed, intent, weight, policies, department, escalated, handled, acted, settled, score,
    outcome, disposition, tags, turns, model_calls, tokens_in, tokens_out, cost)
VALUES (%(conversation_id)s, %(seq)s, %(channel)s, %(trial)s, %(began_at)s, %(seen_seq)s, %(customer_ref)s,
    %(first_reply_at)s, %(last_reply_at)s, %(ended_at)s, %(closed)s, %(intent)s, %(weight)s, %(policies)s,
    %(department)s, %(escalated)s, %(handled)s, %(acted)s, %(settled)s, %(score)s, %(outcome)s, %(disposition)s,
    %(tags)s, %(turns)s, %(model_calls)s, %(tokens_in)s, %(tokens_out)s, %(cost)s)
ON CONFLICT (conversation_id, seq) DO UPDATE SET
    seen_seq = excluded.seen_seq, customer_ref = excluded.customer_ref, first_reply_at = excluded.first_reply_at,
    last_reply_at = excluded.last_reply_at, ended_at = excluded.ended_at, closed = excluded.closed,
    intent = excluded.intent, weight = excluded.weight, policies = excluded.policies,
    department = excluded.department, escalated = excluded.escalated, handled = excluded.handled,
    acted = excluded.acted, settled = excluded.settled, score = excluded.score, outcome = excluded.outcome,
    disposition = excluded.disposition, tags = excluded.tags, turns = excluded.turns,
    model_calls = excluded.model_calls, tokens_in = excluded.tokens_in, tokens_out = excluded.tokens_out,
    cost = excluded.cost
"""


class ContactsTable:
    """The projection: one row for each contact.

    Most events of a turn are not looked at as they come: where a turn ends, or something happens that people wait for,
    what has happened since the last time is read from the log and taken in at once. A turn costs two statements so.
    """

    name = "contacts"
    rings = ""
    kinds = frozenset(
        data.kind
        for data in (
            e.TurnEnded, e.HandoffRequested, e.HandoffClaimed, e.HandoffReturned, e.WrappedUp, e.Rated, e.Closed,
        )
    )  # fmt: skip

    async def apply(self, connection: Connection, event: Event) -> None:
        """Take in what has happened up to this event."""
        parameters = {"id": event.conversation_id, "upto": event.seq, "kinds": FOLLOWED}
        rows = await (await connection.execute(SINCE, parameters, prepare=True)).fetchall()
        last = _contact(rows[0]) if rows and rows[0]["seq"] is not None else None
        events = [_event(event.conversation_id, row) for row in rows]
        channel, trial = (last.channel, last.trial) if last else _opened(events)
        for contact in follow(last, events, channel, trial=trial):
            if contact is not last:
                await connection.execute(PUT, _row(contact), prepare=True)

    async def clear(self, connection: Connection) -> None:
        """Empty the table."""
        await connection.execute("DELETE FROM contacts")


def _event(conversation_id: str, row: dict[str, object]) -> Event:
    """What was private stays so: figures need none of it."""
    stored = {"conversation_id": conversation_id, "sealed": None, "holder": None}
    return event_of({**row, **stored, "seq": row["event_seq"]}, None)


def _opened(events: Sequence[Event]) -> tuple[str, bool]:
    """The channel of a conversation, and whether somebody of the staff began it to try things."""
    first = events[0] if events else None
    channel = first.data.channel if first and isinstance(first.data, e.Opened) else ""
    return channel, first is not None and first.actor.startswith("person:")


def _contact(row: dict[str, object]) -> Contact:
    values = {name: tuple(value) if isinstance(value := row[name], list) else value for name in COLUMNS}
    return Contact(**values)  # type: ignore[arg-type]


def _row(contact: Contact) -> dict[str, object]:
    return {name: list(value) if isinstance(value := getattr(contact, name), tuple) else value for name in COLUMNS}
