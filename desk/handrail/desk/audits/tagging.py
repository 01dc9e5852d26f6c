"""People say of drawn conversations whether the matter was settled, each on their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, LiteralString, cast

from handrail.conversation.database import Database
from handrail.conversation.errors import Invalid, NotFound
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.desk.acts import TAGS

from .shown import Step, steps

Settled = Literal["yes", "no", "cant_tell"]
Why = Literal["know_them", "language", "unreadable", "other"]
"""Why somebody leaves one to others: they know the customer, or not the language; it can't be read; something else."""

NOTE = "audit:{id}:{person}"

# Whoever asks gets what is open in an order of their own: two who tag at once seldom meet at the same one, and what is
# tagged at any time is a random part of what was drawn.
OPEN: LiteralString = """
FROM audits a JOIN conversations c ON c.id = a.conversation_id AND NOT c.forgotten
WHERE a.drawn_at > %(since)s
    AND NOT EXISTS (SELECT FROM audit_tags t WHERE t.audit_id = a.id AND t.person = %(person)s)
    AND (SELECT count(*) FROM audit_tags t WHERE t.audit_id = a.id AND t.settled <> 'skipped') < a.wanted
"""
NEXT: LiteralString = f"""
SELECT a.id, a.conversation_id, a.contact {OPEN} ORDER BY md5(a.id || %(person)s) LIMIT 1
"""
ONE: LiteralString = """
SELECT a.id, a.conversation_id, a.contact
FROM audits a JOIN conversations c ON c.id = a.conversation_id AND NOT c.forgotten WHERE a.id = %(id)s
"""
PUT: LiteralString = """
INSERT INTO audit_tags (audit_id, person, name, settled, person_needed, tags, reason, note, at)
VALUES (%(id)s, %(person)s, %(name)s, %(settled)s, %(person_needed)s, %(tags)s, %(reason)s, %(note)s, %(now)s)
ON CONFLICT (audit_id, person) DO UPDATE SET settled = excluded.settled, person_needed = excluded.person_needed,
    tags = excluded.tags, reason = excluded.reason, note = excluded.note, at = excluded.at
"""
COUNTS: LiteralString = f"""
SELECT (SELECT count(*) {OPEN}) AS open,
    (SELECT count(*) FROM audit_tags WHERE person = %(person)s AND settled <> 'skipped') AS mine,
    (SELECT count(*) FROM audits WHERE drawn_at > %(since)s) AS drawn,
    (SELECT count(DISTINCT audit_id) FROM audit_tags t JOIN audits a ON a.id = t.audit_id
        WHERE a.drawn_at > %(since)s AND t.settled <> 'skipped') AS tagged
"""
LIST: LiteralString = """
SELECT a.id, a.conversation_id, a.contact, a.drawn_at, a.wanted, t.person, t.name, t.settled, t.person_needed, t.tags,
    t.reason, t.note, t.at
FROM audits a LEFT JOIN audit_tags t ON t.audit_id = a.id ORDER BY a.drawn_at DESC, a.id, t.at LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Audit:
    """A contact to say something of, with the id of its audit and what was said and done in it."""

    id: str
    conversation_id: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many are open for one person and how many they have tagged; how many were drawn lately, and how many of those
    anybody has tagged."""

    open: int
    mine: int
    drawn: int
    tagged: int


@dataclass(frozen=True, slots=True)
class Tagged:
    """One drawn contact, with what one person said of it; nobody where `person` is empty."""

    id: str
    conversation_id: str
    contact: int
    drawn_at: datetime
    wanted: int
    person: str
    name: str
    settled: str
    person_needed: bool | None
    tags: tuple[str, ...]
    reason: str
    note: str
    at: datetime | None


class Tagging:
    """What people are asked, and what they answer. Who may is for the doors to see to."""

    def __init__(self, log: Log, settings: Settings) -> None:
        self._log, self._database, self._clock = log, log.database, log.clock
        self._settings, self._regions = settings.desk.audits, settings.checks.phone_regions

    async def next(self, person: str) -> Audit | None:
        """One that this person has not seen and that lacks somebody; None where there is none."""
        row = await _row(self._database, NEXT, self._told(person))
        if row is None:
            return None
        events = await self._log.read(row["conversation_id"])
        return Audit(row["id"], row["conversation_id"], steps(events, row["contact"], self._regions))

    async def tag(
        self,
        audit_id: str,
        person: str,
        name: str,
        settled: Settled,
        *,
        person_needed: bool | None = None,
        tags: Iterable[str] = (),
        note: str = "",
    ) -> None:
        """What a person says: was the matter settled, should a person have been called, what went wrong (`acts.TAGS`).

        Said again, it takes the place of what they said before. Raises `NotFound`, `Invalid`.
        """
        chosen = tuple(dict.fromkeys(tags))
        wrong = [tag for tag in chosen if tag not in TAGS]
        if wrong:
            raise Invalid(f"there is no tag {wrong[0]!r}; there are {', '.join(TAGS)}", code="tag")
        what = {"settled": settled, "person_needed": person_needed, "tags": list(chosen), "reason": ""}
        await self._put(audit_id, person, name, note, what)

    async def skip(self, audit_id: str, person: str, name: str, reason: Why, note: str = "") -> None:
        """Leave one to others. Raises `NotFound`."""
        what: dict[str, Any] = {"settled": "skipped", "person_needed": None, "tags": [], "reason": reason}
        await self._put(audit_id, person, name, note, what)

    async def counts(self, person: str) -> Counts:
        """How it stands for this person."""
        row = await _row(self._database, COUNTS, self._told(person))
        return Counts(**cast("dict[str, int]", row))

    async def list(self, limit: int = 100) -> list[Tagged]:
        """What was drawn and what people said of it, the latest first: not for who is yet to tag it."""
        async with self._database.connection() as connection:
            rows = await (await connection.execute(LIST, {"limit": limit})).fetchall()
        return [await self._tagged(row) for row in rows]

    async def _put(self, audit_id: str, person: str, name: str, note: str, what: dict[str, Any]) -> None:
        row = await _row(self._database, ONE, {"id": audit_id})
        if row is None:
            raise NotFound("no such audit")
        label = NOTE.format(id=audit_id, person=person)
        sealed = await self._log.vault.seal(row["conversation_id"], note.strip().encode(), label) if note else None
        told = {"id": audit_id, "person": person, "name": name, "note": sealed, "now": self._clock.now(), **what}
        async with self._database.connection() as connection:
            await connection.execute(PUT, told)

    async def _tagged(self, row: dict[str, Any]) -> Tagged:
        note = b""
        if row["note"] is not None:
            label = NOTE.format(id=row["id"], person=row["person"])
            note = await self._log.vault.unseal(row["conversation_id"], bytes(row["note"]), label) or b""
        said = {name: row[name] or "" for name in ("person", "name", "settled", "reason")}
        return Tagged(**{**row, **said, "tags": tuple(row["tags"] or ()), "note": note.decode()})

    def _told(self, person: str) -> dict[str, Any]:
        return {"person": person, "since": self._clock.now() - timedelta(days=self._settings.days)}


async def _row(database: Database, query: LiteralString, told: dict[str, Any]) -> dict[str, Any] | None:
    async with database.connection() as connection:
        return await (await connection.execute(query, told)).fetchone()
