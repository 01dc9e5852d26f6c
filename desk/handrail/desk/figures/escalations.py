"""The table of escalations: each time a person was asked for, what came of it, and what was said of it afterwards."""

from handrail.conversation import events as e
from handrail.conversation.database import Connection
from handrail.conversation.events import Event
from handrail.desk.table import Table


async def _asked(connection: Connection, event: Event, data: e.HandoffRequested) -> None:
    await _end(connection, event, "again")
    query = """
        INSERT INTO escalations (conversation_id, seq, contact, reason, triggers, department, mode, urgency, asked_at,
            answer_by)
        VALUES (%(id)s, %(seq)s, coalesce((SELECT max(seq) FROM contacts WHERE conversation_id = %(id)s), 0),
            %(reason)s, %(triggers)s, %(department)s, %(mode)s, %(urgency)s, %(at)s, %(by)s)
    """
    parameters = {
        "id": event.conversation_id, "seq": event.seq, "reason": data.reason, "triggers": list(data.triggers),
        "department": data.department, "mode": data.mode, "urgency": data.urgency, "at": event.at,
        "by": data.answer_by,
    }  # fmt: skip
    await connection.execute(query, parameters)


async def _claimed(connection: Connection, event: Event, _: e.HandoffClaimed) -> None:
    # A supervisor may take it from a colleague's hands: those have had it until now.
    query = f"""
        UPDATE escalations SET {HELD} held_since = %(at)s, claimed_at = coalesce(claimed_at, %(at)s)
        WHERE conversation_id = %(id)s AND ended_at IS NULL
    """
    await connection.execute(query, {"at": event.at, "id": event.conversation_id})


async def _answered(connection: Connection, event: Event, _: e.PersonSaid) -> None:
    query = """
        UPDATE escalations SET answered_at = %s
        WHERE conversation_id = %s AND ended_at IS NULL AND answered_at IS NULL
    """
    await connection.execute(query, [event.at, event.conversation_id])


async def _returned(connection: Connection, event: Event, data: e.HandoffReturned) -> None:
    query = f"""
        UPDATE escalations SET {HELD} held_since = NULL, department = %(department)s, mode = %(mode)s,
            answer_by = %(by)s
        WHERE conversation_id = %(id)s AND ended_at IS NULL
    """
    parameters = {
        "at": event.at, "id": event.conversation_id, "department": data.department, "mode": data.mode,
        "by": data.answer_by,
    }  # fmt: skip
    await connection.execute(query, parameters)


async def _aside(connection: Connection, event: Event, _: e.SetAside) -> None:
    query = f"""
        UPDATE escalations SET {HELD} held_since = NULL
        WHERE conversation_id = %(id)s AND ended_at IS NULL
    """
    await connection.execute(query, {"at": event.at, "id": event.conversation_id})


async def _on_again(connection: Connection, event: Event, _: e.TakenUp) -> None:
    query = "UPDATE escalations SET held_since = %s WHERE conversation_id = %s AND ended_at IS NULL"
    await connection.execute(query, [event.at, event.conversation_id])


async def _given_back(connection: Connection, event: Event, _: e.GivenBack) -> None:
    await _end(connection, event, "given_back")


async def _wrapped_up(connection: Connection, event: Event, data: e.WrappedUp) -> None:
    query = """
        UPDATE escalations SET disposition = %s, tags = %s WHERE conversation_id = %s AND ended_at IS NULL
    """
    await connection.execute(query, [data.disposition, list(data.tags), event.conversation_id])
    await _end(connection, event, "wrapped_up")


async def _closed(connection: Connection, event: Event, _: e.Closed) -> None:
    await _end(connection, event, "closed")


async def _end(connection: Connection, event: Event, how: str) -> None:
    query = f"""
        UPDATE escalations SET {HELD} held_since = NULL, ended_at = %(at)s, ended = %(how)s
        WHERE conversation_id = %(id)s AND ended_at IS NULL
    """
    await connection.execute(query, {"at": event.at, "id": event.conversation_id, "how": how})


HELD = "held_seconds = held_seconds + coalesce(extract(epoch FROM %(at)s - held_since), 0),"
"""Counts the time in a person's hands up to the event: what is parked, or waits in the queue again, is not."""


class EscalationsTable(Table):
    """Each time a person was asked for."""

    name = "escalations"
    emptied = "DELETE FROM escalations"
    steps = {
        e.HandoffRequested: _asked,
        e.HandoffClaimed: _claimed,
        e.HandoffReturned: _returned,
        e.PersonSaid: _answered,
        e.SetAside: _aside,
        e.TakenUp: _on_again,
        e.GivenBack: _given_back,
        e.WrappedUp: _wrapped_up,
        e.Closed: _closed,
    }
