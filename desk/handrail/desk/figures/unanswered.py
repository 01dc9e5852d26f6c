"""The table of questions that had no answer: which line of whom, and how that was found out."""

from typing import LiteralString

from handrail.conversation import events as e
from handrail.conversation.database import Connection
from handrail.conversation.events import Event
from handrail.desk.table import Table

FOR_WANT = ("not_covered", "low_confidence")
"""Reasons of handoffs for which there was no answer that holds."""

POLICY_TAGS = ("policy_missing", "policy_outdated", "phrase_not_understood")
"""What people say when they wrap up that speaks of an answer which the bot should have had."""

PUT: LiteralString = "INSERT INTO unanswered (conversation_id, seq, at, why)"

# An offer after an answer, or after what a tool has said, or to somebody who says that all is done, is no question
# without an answer.
OFFERED: LiteralString = f"""
{PUT} SELECT %(id)s, %(upto)s, %(at)s, 'offered' WHERE NOT EXISTS (
    SELECT FROM events WHERE conversation_id = %(id)s AND seq > %(upto)s AND seq < %(seq)s AND (
        kind IN ('tool_ran', 'action_proposed', 'action_succeeded', 'action_failed', 'action_unknown')
        OR (kind = 'bot_said' AND jsonb_array_length(data -> 'citations') > 0)
        OR (kind = 'checked' AND data -> 'findings' @> '[{{"check": "settled"}}]')
    )
) ON CONFLICT DO NOTHING
"""
HANDED_OVER: LiteralString = f"""
{PUT} SELECT %(id)s, %(upto)s, %(at)s, 'handed_over' FROM escalations
WHERE conversation_id = %(id)s AND ended_at IS NULL AND reason = ANY(%(reasons)s) ON CONFLICT DO NOTHING
"""
# What was asked is the customer's last line before a person was asked for that does not call for one itself.
TAGGED: LiteralString = f"""
{PUT} SELECT %(id)s, s.seq, x.asked_at, 'tagged' FROM (
    SELECT seq, asked_at FROM escalations WHERE conversation_id = %(id)s ORDER BY seq DESC LIMIT 1
) x JOIN events s ON s.conversation_id = %(id)s AND s.kind = 'customer_said' AND s.seq < x.seq
ORDER BY EXISTS (
    SELECT FROM events c WHERE c.conversation_id = %(id)s AND c.seq > s.seq AND c.seq < x.seq AND c.kind = 'checked'
        AND c.data ->> 'direction' = 'inbound' AND c.data -> 'subject' = to_jsonb(s.seq)
        AND c.data -> 'findings' @> '[{{"check": "asks_for_person"}}]'
), s.seq DESC LIMIT 1
ON CONFLICT (conversation_id, seq) DO UPDATE SET why = 'tagged'
"""


async def _turn(connection: Connection, event: Event, data: e.TurnEnded) -> None:
    parameters = {"id": event.conversation_id, "upto": data.upto, "at": event.at, "seq": event.seq}
    if data.outcome == "offered":
        await connection.execute(OFFERED, parameters)
    elif data.outcome == "handed_over":
        await connection.execute(HANDED_OVER, {**parameters, "reasons": list(FOR_WANT)})


async def _wrapped_up(connection: Connection, event: Event, data: e.WrappedUp) -> None:
    if not set(POLICY_TAGS).isdisjoint(data.tags):
        await connection.execute(TAGGED, {"id": event.conversation_id})


class UnansweredTable(Table):
    """Questions without an answer; what was asked stands in the log alone."""

    name = "unanswered"
    emptied = "DELETE FROM unanswered"
    steps = {e.TurnEnded: _turn, e.WrappedUp: _wrapped_up}
