"""Signals: customers' lines that show that something is missing, by people's tags and for want of an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, LiteralString

from handrail.conversation.database import Database

Kind = Literal["policy_missing", "policy_outdated", "phrase", "tool", "needless", "late"]
"""What is missing: a policy, or its newest rule; a way of saying it; a tool, or one that works; a handoff was needless,
or was wanted and not made by the bot."""

BY_TAG: Mapping[str, Kind] = {
    "policy_outdated": "policy_outdated", "policy_missing": "policy_missing", "phrase_not_understood": "phrase",
    "tool_failed": "tool", "should_not_have_escalated": "needless",
}  # fmt: skip
"""Of several tags the first of these tells."""
LATE = ("needed_judgement", "customer_wanted_person")
"""Tags that say that a person was needed, where the bot had called none."""
LOOKED_AT = 400
"""Signals that are looked at, the latest."""

READ: LiteralString = """
WITH signals AS (
    SELECT u.conversation_id, u.seq, u.at FROM unanswered u WHERE u.at >= %(since)s
    UNION
    SELECT x.conversation_id, (
        SELECT max(s.seq) FROM events s
        WHERE s.conversation_id = x.conversation_id AND s.kind = 'customer_said' AND s.seq < x.seq
    ), x.asked_at FROM escalations x WHERE x.asked_at >= %(since)s AND x.tags && %(tags)s
    UNION
    SELECT k.conversation_id, (
        SELECT max(s.seq) FROM events s
        WHERE s.conversation_id = k.conversation_id AND s.kind = 'customer_said' AND s.seq >= k.seq AND s.seq < (
            SELECT min(c.seq) FROM events c
            WHERE c.conversation_id = k.conversation_id AND c.kind = 'handoff_claimed' AND c.seq > k.seq
        )
    ), k.began_at FROM contacts k WHERE k.began_at >= %(since)s AND NOT k.escalated AND k.tags && %(late)s
)
SELECT DISTINCT ON (s.conversation_id, s.seq) s.conversation_id, s.seq, s.at, k.tags, k.escalated,
    x.held_seconds, x.seq AS handoff, (
        SELECT max(b.seq) FROM events b
        WHERE b.conversation_id = s.conversation_id AND b.kind = 'customer_said' AND b.seq < s.seq
    ) AS before, (
        SELECT count(*) FROM contacts l
        WHERE NOT l.trial AND l.began_at > s.at AND l.began_at <= s.at + %(window)s
            AND (l.conversation_id, l.seq) <> (k.conversation_id, k.seq)
            AND (l.conversation_id = k.conversation_id OR (l.customer_ref = k.customer_ref AND l.intent = k.intent))
    ) AS repeats
FROM signals s
JOIN LATERAL (
    SELECT * FROM contacts c WHERE c.conversation_id = s.conversation_id AND c.seq <= s.seq ORDER BY c.seq DESC LIMIT 1
) k ON NOT k.trial
LEFT JOIN LATERAL (
    SELECT * FROM escalations e WHERE e.conversation_id = s.conversation_id AND e.seq > s.seq ORDER BY e.seq LIMIT 1
) x ON true
WHERE s.seq IS NOT NULL
ORDER BY s.conversation_id, s.seq, s.at
"""


@dataclass(frozen=True, slots=True)
class Signal:
    """One line of a customer. `minutes` of people were spent on it, None where nobody took it; the customer came back
    with the same `repeats` times. `tagged` tells whether a person said so, or there was just no answer."""

    conversation_id: str
    seq: int
    at: datetime
    kind: Kind
    tagged: bool
    minutes: float | None
    repeats: int

    @property
    def key(self) -> tuple[str, int]:
        return self.conversation_id, self.seq


async def read_signals(database: Database, since: datetime, window: timedelta) -> list[Signal]:
    """The signals since then, the latest of them, in the order in which they came."""
    told = {"since": since, "window": window, "tags": ["tool_failed", "should_not_have_escalated"], "late": list(LATE)}
    async with database.connection() as connection:
        rows = await (await connection.execute(READ, told)).fetchall()
    handoffs = {(row["conversation_id"], row["seq"]): row["handoff"] for row in rows}
    found = [_signal(row) for row in rows if not _takes_up(row, handoffs)]
    return sorted(found, key=lambda signal: (signal.at, signal.key))[-LOOKED_AT:]


def kind_of(tags: Sequence[str], *, escalated: bool) -> tuple[Kind, bool]:
    """What the tags of a contact tell, and whether they tell anything; an untagged question wants an answer."""
    kind = next((BY_TAG[tag] for tag in BY_TAG if tag in tags), None)
    if kind is None and not escalated and not set(LATE).isdisjoint(tags):
        kind = "late"
    return kind or "policy_missing", kind is not None


def _takes_up(row: Mapping[str, Any], handoffs: Mapping[tuple[str, int], int | None]) -> bool:
    """Whether a line only takes up the person who was offered for the line before it, which had no answer."""
    before = (row["conversation_id"], row["before"])
    return row["handoff"] is not None and handoffs.get(before) == row["handoff"]


def _signal(row: Mapping[str, Any]) -> Signal:
    kind, tagged = kind_of(row["tags"], escalated=row["escalated"])
    held = row["held_seconds"]
    return Signal(
        conversation_id=row["conversation_id"],
        seq=row["seq"],
        at=row["at"],
        kind=kind,
        tagged=tagged,
        minutes=None if held is None else held / 60,
        repeats=row["repeats"],
    )
