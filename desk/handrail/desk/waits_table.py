"""The tables of how long things take: each stay in the queue and in a person's hands, and the waits that were told."""

from handrail.conversation import events as e
from handrail.conversation.database import Connection
from handrail.conversation.events import Event

from .table import Table


async def _asked(connection: Connection, event: Event, data: e.HandoffRequested) -> None:
    await _end(connection, event)
    await _begin(connection, event, data.department, data.mode, data.urgency)


async def _returned(connection: Connection, event: Event, data: e.HandoffReturned) -> None:
    await _end(connection, event)
    await _begin(connection, event, data.department, data.mode, None)


async def _begin(connection: Connection, event: Event, department: str, mode: str, urgency: str | None) -> None:
    # What comes back is as urgent as it was.
    query = """
        INSERT INTO handlings (conversation_id, seq, department, mode, urgency, asked_at)
        SELECT %(id)s, %(seq)s, %(department)s, %(mode)s, coalesce(%(urgency)s, (
            SELECT urgency FROM handlings WHERE conversation_id = %(id)s ORDER BY seq DESC LIMIT 1
        ), 'normal'), %(at)s
    """
    parameters = {
        "id": event.conversation_id, "seq": event.seq, "department": department, "mode": mode, "urgency": urgency,
        "at": event.at,
    }  # fmt: skip
    await connection.execute(query, parameters)


async def _claimed(connection: Connection, event: Event, data: e.HandoffClaimed) -> None:
    query = """
        UPDATE handlings SET claimed_at = coalesce(claimed_at, %s), person = %s
        WHERE conversation_id = %s AND ended_at IS NULL
    """
    await connection.execute(query, [event.at, data.by, event.conversation_id])


async def _parked(connection: Connection, event: Event, _: e.SetAside) -> None:
    query = "UPDATE handlings SET parked = true WHERE conversation_id = %s AND ended_at IS NULL"
    await connection.execute(query, [event.conversation_id])


async def _ended(connection: Connection, event: Event, _: e.GivenBack | e.WrappedUp | e.Closed) -> None:
    await _end(connection, event)


async def _end(connection: Connection, event: Event) -> None:
    query = "UPDATE handlings SET ended_at = %s WHERE conversation_id = %s AND ended_at IS NULL"
    await connection.execute(query, [event.at, event.conversation_id])


class HandlingsTable(Table):
    """How long conversations waited for people and were with them."""

    name = "handlings"
    emptied = "DELETE FROM handlings"
    steps = {
        e.HandoffRequested: _asked,
        e.HandoffReturned: _returned,
        e.HandoffClaimed: _claimed,
        e.SetAside: _parked,
        e.GivenBack: _ended,
        e.WrappedUp: _ended,
        e.Closed: _ended,
    }


async def _told(connection: Connection, event: Event, data: e.WaitTold) -> None:
    query = """
        INSERT INTO waits (conversation_id, seq, handoff_id, department, told_at, place, earliest, latest, low, high,
            free)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    """
    parameters = [
        event.conversation_id, event.seq, data.handoff_id, data.department, event.at, data.place, data.earliest,
        data.latest, data.low, data.high, data.free,
    ]  # fmt: skip
    await connection.execute(query, parameters)


async def _came(connection: Connection, event: Event, _: e.HandoffClaimed) -> None:
    query = "UPDATE waits SET came_at = %s WHERE conversation_id = %s AND came_at IS NULL AND NOT off"
    await connection.execute(query, [event.at, event.conversation_id])


async def _off(
    connection: Connection,
    event: Event,
    _: e.HandoffRequested | e.HandoffReturned | e.GivenBack | e.WrappedUp | e.Closed,
) -> None:
    query = "UPDATE waits SET off = true WHERE conversation_id = %s AND came_at IS NULL AND NOT off"
    await connection.execute(query, [event.conversation_id])


class WaitsTable(Table):
    """The waits that customers were told."""

    name = "waits"
    emptied = "DELETE FROM waits"
    steps = {
        e.WaitTold: _told,
        e.HandoffClaimed: _came,
        e.HandoffRequested: _off,
        e.HandoffReturned: _off,
        e.GivenBack: _off,
        e.WrappedUp: _off,
        e.Closed: _off,
    }
