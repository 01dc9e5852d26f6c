"""The desk's tables, kept in step with the log: the queue, waits, tickets, promises, approvals, letters, figures."""

from handrail.conversation import events as e
from handrail.conversation.database import Connection
from handrail.conversation.events import Event
from handrail.conversation.projection import Projection

from .figures.contacts import ContactsTable
from .figures.escalations import EscalationsTable
from .figures.unanswered import UnansweredTable
from .outbox import TOPIC
from .queue_table import QueueTable
from .table import Table
from .waits_table import HandlingsTable, WaitsTable


async def _ticket_opened(connection: Connection, event: Event, data: e.TicketOpened) -> None:
    query = """
        INSERT INTO tickets (ticket_id, conversation_id, state, answer_by, opened_at, moved_at, moved_seq)
        VALUES (%(ticket)s, %(id)s, 'open', %(by)s, %(at)s, %(at)s, %(seq)s)
        ON CONFLICT (conversation_id) DO UPDATE SET
            ticket_id = excluded.ticket_id, state = 'open', answer_by = excluded.answer_by,
            moved_at = excluded.moved_at, moved_seq = excluded.moved_seq
    """
    parameters = {
        "ticket": data.ticket_id, "id": event.conversation_id, "by": data.answer_by, "at": event.at, "seq": event.seq,
    }  # fmt: skip
    await connection.execute(query, parameters)


async def _ticket_moved(connection: Connection, event: Event, data: e.TicketMoved) -> None:
    query = "UPDATE tickets SET state = %s, moved_at = %s, moved_seq = %s WHERE ticket_id = %s"
    await connection.execute(query, [data.state, event.at, event.seq, data.ticket_id])


async def _contact_left(connection: Connection, event: Event, _: e.ContactLeft) -> None:
    await connection.execute(
        "UPDATE tickets SET has_contact = true WHERE conversation_id = %s", [event.conversation_id]
    )


async def _ticket_closed(connection: Connection, event: Event, data: e.Closed) -> None:
    if data.reason == "forgotten":
        query = "UPDATE tickets SET state = 'closed', has_contact = false WHERE conversation_id = %s"
        await connection.execute(query, [event.conversation_id])


class TicketsTable(Table):
    """The tickets and their states."""

    name = "tickets"
    emptied = "DELETE FROM tickets"
    steps = {
        e.TicketOpened: _ticket_opened,
        e.TicketMoved: _ticket_moved,
        e.ContactLeft: _contact_left,
        e.Closed: _ticket_closed,
    }


async def _promised(connection: Connection, event: Event, data: e.PromiseMade) -> None:
    query = """
        INSERT INTO promises (conversation_id, promise_id, owner, due, made_at, made_seq)
        VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
    """
    parameters = [event.conversation_id, data.promise_id, data.owner, data.due, event.at, event.seq]
    await connection.execute(query, parameters)


async def _settled(connection: Connection, event: Event, data: e.PromiseSettled) -> None:
    query = "UPDATE promises SET kept = %s, settled_at = %s WHERE conversation_id = %s AND promise_id = %s"
    await connection.execute(query, [data.kept, event.at, event.conversation_id, data.promise_id])


async def _reminded(connection: Connection, event: Event, data: e.PromiseDue) -> None:
    query = "UPDATE promises SET reminded_at = %s WHERE conversation_id = %s AND promise_id = %s"
    await connection.execute(query, [event.at, event.conversation_id, data.promise_id])


async def _released(connection: Connection, event: Event, data: e.PromiseReleased) -> None:
    query = "DELETE FROM promises WHERE conversation_id = %s AND promise_id = %s AND kept IS NULL"
    await connection.execute(query, [event.conversation_id, data.promise_id])


class PromisesTable(Table):
    """What is owed, by whom, by when."""

    name = "promises"
    emptied = "DELETE FROM promises"
    steps = {
        e.PromiseMade: _promised,
        e.PromiseDue: _reminded,
        e.PromiseReleased: _released,
        e.PromiseSettled: _settled,
    }


async def _call_booked(connection: Connection, event: Event, data: e.CallbackBooked) -> None:
    query = """
        INSERT INTO callbacks (conversation_id, callback_id, department, at, booked_at) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (conversation_id) DO UPDATE SET
            callback_id = excluded.callback_id, department = excluded.department, at = excluded.at,
            booked_at = excluded.booked_at, ended = NULL
    """
    await connection.execute(query, [event.conversation_id, data.callback_id, data.department, data.at, event.at])


async def _call_ended(connection: Connection, event: Event, data: e.CallbackEnded) -> None:
    query = "UPDATE callbacks SET ended = %s WHERE conversation_id = %s AND callback_id = %s"
    await connection.execute(query, [data.why, event.conversation_id, data.callback_id])


class CallbacksTable(Table):
    """The calls that are booked."""

    name = "callbacks"
    emptied = "DELETE FROM callbacks"
    steps = {e.CallbackBooked: _call_booked, e.CallbackEnded: _call_ended}


async def _to_send(connection: Connection, event: Event, _: e.PersonSaid) -> None:
    query = """
        INSERT INTO outbox (conversation_id, seq, due_at, made_at)
        SELECT conversation_id, %(seq)s, %(at)s, %(at)s FROM tickets
        WHERE conversation_id = %(id)s AND state <> 'closed'
        ON CONFLICT DO NOTHING
    """
    await connection.execute(query, {"id": event.conversation_id, "seq": event.seq, "at": event.at})


async def _to_release(connection: Connection, event: Event, _: e.ContactLeft) -> None:
    # Without its lease, a delivery that has just found no address can't hold the letter back any more.
    query = """
        UPDATE outbox SET state = 'due', due_at = %s, attempts = 0, lease = NULL
        WHERE conversation_id = %s AND target = 'mail' AND state IN ('due', 'held', 'failed')
    """
    await connection.execute(query, [event.at, event.conversation_id])


async def _approval_asked(connection: Connection, event: Event, data: e.ApprovalAsked) -> None:
    query = """
        INSERT INTO approvals (conversation_id, action_id, asked_at, expires_at)
        VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
    """
    await connection.execute(query, [event.conversation_id, data.action_id, event.at, data.expires_at])


async def _approval_decided(connection: Connection, event: Event, data: e.ApprovalGiven | e.ApprovalRefused) -> None:
    state = "approved" if isinstance(data, e.ApprovalGiven) else "refused"
    query = "UPDATE approvals SET state = %s WHERE conversation_id = %s AND action_id = %s AND state = 'waiting'"
    await connection.execute(query, [state, event.conversation_id, data.action_id])


async def _approval_over(
    connection: Connection, event: Event, data: e.ActionClaimed | e.ActionDropped | e.ActionFailed
) -> None:
    query = "DELETE FROM approvals WHERE conversation_id = %s AND action_id = %s"
    await connection.execute(query, [event.conversation_id, data.action_id])


async def _approvals_forgotten(connection: Connection, event: Event, data: e.Closed) -> None:
    if data.reason == "forgotten":
        await connection.execute("DELETE FROM approvals WHERE conversation_id = %s", [event.conversation_id])


class ApprovalsTable(Table):
    """The actions that wait for a colleague's word, or have it and were not carried out yet."""

    name = "approvals"
    emptied = "DELETE FROM approvals"
    steps = {
        e.ApprovalAsked: _approval_asked,
        e.ApprovalGiven: _approval_decided,
        e.ApprovalRefused: _approval_decided,
        e.ActionClaimed: _approval_over,
        e.ActionDropped: _approval_over,
        e.ActionFailed: _approval_over,
        e.Closed: _approvals_forgotten,
    }


class OutboxTable(Table):
    """The letters to send: one for each line that a person wrote on a ticket.

    It is written with the log but not made anew with it: what was sent stays sent.
    """

    name = "outbox"
    rings = TOPIC
    emptied = "DELETE FROM outbox WHERE false"
    steps = {e.PersonSaid: _to_send, e.ContactLeft: _to_release}


DESK_PROJECTIONS: tuple[Projection, ...] = (
    QueueTable(),
    HandlingsTable(),
    WaitsTable(),
    TicketsTable(),
    PromisesTable(),
    CallbacksTable(),
    ApprovalsTable(),
    OutboxTable(),
    ContactsTable(),
    EscalationsTable(),
    UnansweredTable(),
)
"""The desk's projections, in the order in which they must be applied: letters look at tickets, escalations at contacts,
and what had no answer at escalations."""
