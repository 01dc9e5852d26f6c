"""The queue's table: who waits for a person, who has taken them, what is parked."""

from handrail.conversation import events as e
from handrail.conversation.database import Connection
from handrail.conversation.events import Event

from .table import Table


async def _waiting(connection: Connection, event: Event, data: e.HandoffRequested) -> None:
    query = """
        INSERT INTO queue AS q (conversation_id, handoff_id, state, mode, reason, urgency, department, skills, since,
            answer_by, moved_at, moved_seq)
        VALUES (%(id)s, %(handoff)s, 'waiting', %(mode)s, %(reason)s, %(urgency)s, %(department)s, %(skills)s, %(at)s,
            %(by)s, %(at)s, %(seq)s)
        ON CONFLICT (conversation_id) DO UPDATE SET
            handoff_id = excluded.handoff_id, state = 'waiting', mode = excluded.mode, reason = excluded.reason,
            urgency = excluded.urgency, department = excluded.department, skills = excluded.skills,
            answer_by = excluded.answer_by, kept_for = NULL, parked_until = NULL, woken_at = NULL,
            since = CASE WHEN q.state = 'waiting' THEN q.since ELSE excluded.since END,
            person = NULL, person_name = NULL, moved_at = excluded.moved_at, moved_seq = excluded.moved_seq
    """
    await connection.execute(
        query,
        {
            "id": event.conversation_id, "handoff": data.handoff_id, "mode": data.mode, "reason": data.reason,
            "urgency": data.urgency, "department": data.department, "skills": list(data.skills), "at": event.at,
            "by": data.answer_by, "seq": event.seq,
        },
    )  # fmt: skip


async def _claimed(connection: Connection, event: Event, data: e.HandoffClaimed) -> None:
    # A person may take a conversation that nobody has handed over.
    query = """
        INSERT INTO queue (conversation_id, state, since, person, person_name, moved_at, moved_seq)
        VALUES (%(id)s, 'claimed', %(at)s, %(by)s, %(name)s, %(at)s, %(seq)s)
        ON CONFLICT (conversation_id) DO UPDATE SET
            state = 'claimed', person = excluded.person, person_name = excluded.person_name,
            kept_for = NULL, parked_until = NULL, woken_at = NULL,
            moved_at = excluded.moved_at, moved_seq = excluded.moved_seq
    """
    parameters = {"id": event.conversation_id, "at": event.at, "by": data.by, "name": data.name, "seq": event.seq}
    await connection.execute(query, parameters)


async def _ended(connection: Connection, event: Event, data: e.GivenBack | e.WrappedUp) -> None:
    state = "given_back" if isinstance(data, e.GivenBack) else "wrapped_up"
    query = """
        UPDATE queue SET state = %s, moved_at = %s, moved_seq = %s, parked_until = NULL, woken_at = NULL
        WHERE conversation_id = %s
    """
    await connection.execute(query, [state, event.at, event.seq, event.conversation_id])


async def _returned(connection: Connection, event: Event, data: e.HandoffReturned) -> None:
    query = """
        UPDATE queue SET
            state = 'waiting', handoff_id = %(handoff)s, person = NULL, person_name = NULL, department = %(department)s,
            kept_for = nullif(%(to)s, ''), mode = %(mode)s, answer_by = %(by)s, parked_until = NULL, woken_at = NULL,
            moved_at = %(at)s, moved_seq = %(seq)s
        WHERE conversation_id = %(id)s
    """
    parameters = {
        "id": event.conversation_id, "handoff": data.handoff_id, "department": data.department, "to": data.to,
        "mode": data.mode, "by": data.answer_by, "at": event.at, "seq": event.seq,
    }  # fmt: skip
    await connection.execute(query, parameters)


async def _parked(connection: Connection, event: Event, data: e.SetAside) -> None:
    query = "UPDATE queue SET parked_until = %s, parked_seq = %s, woken_at = NULL WHERE conversation_id = %s"
    await connection.execute(query, [data.until, event.seq, event.conversation_id])


async def _woken(connection: Connection, event: Event, _: e.TakenUp) -> None:
    query = "UPDATE queue SET parked_until = NULL, woken_at = %s WHERE conversation_id = %s"
    await connection.execute(query, [event.at, event.conversation_id])


async def _spoke(connection: Connection, event: Event, _: e.PersonSaid) -> None:
    query = "UPDATE queue SET spoke_seq = %s WHERE conversation_id = %s"
    await connection.execute(query, [event.seq, event.conversation_id])


async def _unqueued(connection: Connection, event: Event, data: e.Closed) -> None:
    if data.reason == "forgotten":
        await connection.execute("DELETE FROM queue WHERE conversation_id = %s", [event.conversation_id])


class QueueTable(Table):
    """Who waits for a person, and who has taken them."""

    name = "queue"
    emptied = "DELETE FROM queue"
    steps = {
        e.HandoffRequested: _waiting,
        e.HandoffClaimed: _claimed,
        e.HandoffReturned: _returned,
        e.SetAside: _parked,
        e.TakenUp: _woken,
        e.GivenBack: _ended,
        e.WrappedUp: _ended,
        e.PersonSaid: _spoke,
        e.Closed: _unqueued,
    }
