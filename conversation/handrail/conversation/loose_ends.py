"""Loose ends: conversations that somebody must look at again, in case the process that works on them is killed.

A customer's line that waits for its answer stands in `conversations` itself (`Reader.due`). What else may be owed is
noted here with the event that makes it so, in the same transaction; whoever looks and finds nothing owed takes the note
away. Notes on actions tell beyond that which effects nobody has seen yet.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, LiteralString

from handrail.conversation import events as e
from handrail.conversation.database import Connection, Database
from handrail.conversation.events import Data, Event

SECONDS: Mapping[str, float] = {
    "put": 5.0, "claimed": 20.0, "unknown": 10.0, "ended": 5.0, "proven": 5.0, "given_back": 5.0,
}  # fmt: skip
"""How long after an event the first look is due: its own process gets so long to deal with it, a claim's longer than a
turn's lease. Each look after that comes after twice as long, up to an hour."""

ACTION = {
    "action_claimed": "claimed", "action_unknown": "unknown", "action_succeeded": "ended", "action_failed": "ended",
}  # fmt: skip

LOOKS = 30
"""After so many looks, about a day, what is left is for a person alone."""

PUT: LiteralString = """
INSERT INTO loose_ends (conversation_id, ref, stage, tool, since, seq, look_at)
VALUES (%(id)s, %(ref)s, %(stage)s,
    (SELECT data ->> 'tool' FROM events WHERE conversation_id = %(id)s AND kind = 'action_proposed'
        AND data ->> 'action_id' = %(ref)s), %(at)s, %(seq)s, %(look_at)s)
ON CONFLICT (conversation_id, ref) DO UPDATE SET
    stage = excluded.stage, seq = excluded.seq, looks = 0, look_at = excluded.look_at
"""
TAKE: LiteralString = """
UPDATE loose_ends l SET looks = l.looks + 1,
    look_at = CASE WHEN l.looks < %(looks)s THEN %(now)s + least(3600, 5 * 2 ^ l.looks) * interval '1 second' END
FROM (
    SELECT conversation_id, ref FROM loose_ends WHERE look_at <= %(now)s ORDER BY look_at LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
) due
WHERE l.conversation_id = due.conversation_id AND l.ref = due.ref RETURNING l.conversation_id
"""
TIDY: LiteralString = "DELETE FROM loose_ends WHERE conversation_id = %(id)s AND seq <= %(seq)s"


class LooseEnds:
    """The projection: one row for each action that was claimed, and for each conversation that may go on by itself."""

    name = "loose_ends"
    rings = ""
    kinds = frozenset(
        data.kind
        for data in (
            e.ActionClaimed, e.ActionUnknown, e.ActionSucceeded, e.ActionFailed, e.IdentityAsked, e.IdentityProven,
            e.GivenBack, e.WrappedUp, e.ActionProposed,
        )
    )  # fmt: skip

    async def apply(self, connection: Connection, event: Event) -> None:
        """Take one event in."""
        found = _place(event.data)
        if found is None:
            return
        ref, stage = found
        parameters = {
            "id": event.conversation_id, "ref": ref, "stage": stage, "at": event.at, "seq": event.seq,
            "look_at": event.at + timedelta(seconds=SECONDS[stage]),
        }  # fmt: skip
        await connection.execute(PUT, parameters)

    async def clear(self, connection: Connection) -> None:
        """Empty the table."""
        await connection.execute("DELETE FROM loose_ends")


async def take(database: Database, now: datetime, limit: int) -> list[str]:
    """Conversations whose look is due. Each is given to one process, and to another only when its pause is over."""
    parameters: dict[str, Any] = {"now": now, "limit": limit, "looks": LOOKS}
    async with database.connection() as connection:
        rows = await (await connection.execute(TAKE, parameters)).fetchall()
    return list(dict.fromkeys(row["conversation_id"] for row in rows))


async def tidy(database: Database, conversation_id: str, seq: int) -> None:
    """Nothing was owed as of `seq`: take away what was noted up to there."""
    async with database.connection() as connection:
        await connection.execute(TIDY, {"id": conversation_id, "seq": seq})


def _place(data: Data) -> tuple[str, str] | None:
    """The row that an event puts: its ref and its stage."""
    match data:
        case e.ActionProposed(name=name) if name:
            # What a person put before the customer is done on their yes, whoever's process hears it.
            return data.action_id, "put"
        case e.ActionClaimed() | e.ActionUnknown() | e.ActionSucceeded() | e.ActionFailed():
            return data.action_id, ACTION[data.kind]
        case e.IdentityAsked() | e.IdentityProven(level="verified"):
            return "identity", "proven"
        case e.GivenBack() | e.WrappedUp():
            return "handover", "given_back"
    return None
