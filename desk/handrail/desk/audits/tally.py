"""What people said of audited contacts, beside what the bot's word is for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

from handrail.conversation.database import Connection, Database
from handrail.desk.figures import statements
from handrail.desk.figures.chosen import By


def cells(by: By | None) -> LiteralString:
    """Contacts that are over, those that are alike together."""
    return f"""
    WITH chosen AS MATERIALIZED (
        SELECT k.*, {statements.CONTACT_KEYS[by]} AS key, {statements.STANDING} AS standing FROM contacts k
        WHERE k.began_at >= %(from)s AND k.began_at < %(to)s AND {statements.OF_CONTACT}
            AND (%(department)s::text IS NULL OR k.department = %(department)s)
    ), said AS (
        SELECT a.conversation_id, a.contact, 1 / a.chance AS weight,
            avg(CASE t.settled WHEN 'yes' THEN 1.0 WHEN 'no' THEN 0.0 END)::float AS settled,
            avg(t.person_needed::int)::float AS person_needed
        FROM audits a JOIN audit_tags t ON t.audit_id = a.id AND t.settled <> 'skipped' GROUP BY a.id
    )
    SELECT c.key, c.channel, c.standing IN ('verified', 'assumed') AS contained,
        NOT c.handled AND NOT c.escalated AND c.disposition IS NULL AS alone,
        s.settled, s.person_needed, coalesce(s.weight, 0) AS weight, count(s.contact) AS said, count(*) AS n
    FROM chosen c LEFT JOIN said s ON s.conversation_id = c.conversation_id AND s.contact = c.seq
    WHERE c.standing NOT IN ('open', 'uncounted') GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
    """


DRAWN: LiteralString = f"""
SELECT array_agg(t.settled ORDER BY t.person) FILTER (WHERE t.settled IN ('yes', 'no')) AS said
FROM audits a JOIN contacts k ON k.conversation_id = a.conversation_id AND k.seq = a.contact
LEFT JOIN audit_tags t ON t.audit_id = a.id
WHERE k.began_at >= %(from)s AND k.began_at < %(to)s AND {statements.OF_CONTACT}
    AND (%(department)s::text IS NULL OR k.department = %(department)s)
GROUP BY a.id ORDER BY a.id
"""
"""Those that were drawn, and what people said of each."""


@dataclass(frozen=True, slots=True)
class Cell:
    """`n` contacts that are alike: of the group `key`, contained or not as the bot's word is, and `alone` where no
    person had a hand in them or was called for.

    `settled` is the share of people's yes among yes and no, `person_needed` of those who said that one should have been
    called; None where nobody said either. `said` of them have a word of people, `weight` is one over their chance.
    """

    key: str
    channel: str
    contained: bool
    alone: bool
    settled: float | None
    person_needed: float | None
    weight: float
    said: int
    n: int


@dataclass(frozen=True, slots=True)
class Tally:
    """The cells of all contacts (whatever their keys) and of each group; what those said who tagged the same one; how
    many were drawn."""

    total: tuple[Cell, ...]
    groups: tuple[Cell, ...]
    pairs: tuple[tuple[str, ...], ...]
    drawn: int


async def tally(database: Database, told: Mapping[str, Any], by: By | None) -> Tally:
    """Count them, at one moment. `told` is as `Figures.parameters` gives it."""
    async with database.transaction() as connection:
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        groups = [Cell(**row) for row in await _rows(connection, cells(by), told)]
        # A contact that cites several policies is in several groups: the groups do not add up to all.
        apart = [Cell(**row) for row in await _rows(connection, cells(None), told)] if by == "policy" else groups
        drawn = [tuple(row["said"] or ()) for row in await _rows(connection, DRAWN, told)]
    return Tally(tuple(apart), tuple(groups), tuple(said for said in drawn if len(said) > 1), len(drawn))


async def _rows(connection: Connection, query: LiteralString, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    return await (await connection.execute(query, told)).fetchall()
