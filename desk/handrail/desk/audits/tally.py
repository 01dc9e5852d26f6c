"""What people said of audited contacts, beside what the bot's word is for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

from handrail.conversation.database import Connection, Database
from handrail.desk.figures import statements
from handrail.desk.figures.chosen import By


def _chosen(by: By | None) -> LiteralString:
    return f"""
    WITH chosen AS MATERIALIZED (
        SELECT k.*, {statements.CONTACT_KEYS[by]} AS key, {statements.STANDING} AS standing FROM contacts k
        WHERE k.began_at >= %(from)s AND k.began_at < %(to)s AND {statements.OF_CONTACT}
            AND (%(department)s::text IS NULL OR k.department = %(department)s)
    ), counted AS MATERIALIZED (SELECT * FROM chosen WHERE standing NOT IN ('open', 'uncounted'))
    """


def cells(by: By | None) -> LiteralString:
    """Contacts that are over, those that are alike together."""
    return f"""
    {_chosen(by)}, said AS (
        SELECT a.conversation_id, a.contact, 1 / a.chance AS weight,
            avg(CASE t.settled WHEN 'yes' THEN 1.0 WHEN 'no' THEN 0.0 END)::float AS settled,
            avg(t.person_needed::int)::float AS person_needed
        FROM audits a JOIN audit_tags t ON t.audit_id = a.id AND t.settled <> 'skipped' GROUP BY a.id
    )
    SELECT c.key, c.channel, c.standing IN ('verified', 'assumed') AS contained,
        NOT c.handled AND NOT c.escalated AND c.disposition IS NULL AS alone,
        s.settled, s.person_needed, coalesce(s.weight, 0) AS weight, count(s.contact) AS said, count(*) AS n
    FROM counted c LEFT JOIN said s ON s.conversation_id = c.conversation_id AND s.contact = c.seq
    GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
    """


PAIRS: LiteralString = f"""
{_chosen(None)}
SELECT array_agg(t.settled ORDER BY t.person) AS said FROM counted c
JOIN audits a ON a.conversation_id = c.conversation_id AND a.contact = c.seq
JOIN audit_tags t ON t.audit_id = a.id AND t.settled IN ('yes', 'no')
GROUP BY a.id HAVING count(*) > 1 ORDER BY a.id
"""
DRAWN: LiteralString = f"""
{_chosen(None)}
SELECT count(*) AS n FROM counted c JOIN audits a ON a.conversation_id = c.conversation_id AND a.contact = c.seq
"""


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
    """The cells of all contacts and of each group; what those said who tagged the same one; how many were drawn."""

    total: tuple[Cell, ...]
    groups: tuple[Cell, ...]
    pairs: tuple[tuple[str, ...], ...]
    drawn: int


async def tally(database: Database, told: Mapping[str, Any], by: By | None) -> Tally:
    """Count them, at one moment. `told` is as `Figures.parameters` gives it."""
    async with database.transaction() as connection:
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        total = await _rows(connection, cells(None), told)
        groups = await _rows(connection, cells(by), told) if by else []
        pairs = await _rows(connection, PAIRS, told)
        drawn = await _rows(connection, DRAWN, told)
    return Tally(
        tuple(Cell(**row) for row in total),
        tuple(Cell(**row) for row in groups),
        tuple(tuple(row["said"]) for row in pairs),
        drawn[0]["n"],
    )


async def _rows(connection: Connection, query: LiteralString, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    return await (await connection.execute(query, told)).fetchall()
