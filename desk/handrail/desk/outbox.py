"""Letters that go out for lines of the log: at least once each, and none lost."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import LiteralString

from handrail.conversation.bell import Bell
from handrail.conversation.clock import Clock
from handrail.conversation.database import Database
from handrail.conversation.errors import Conflict, HandrailError, Invalid
from handrail.conversation.events import Delivered, Noted, PersonSaid
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.conversation.situations import Situations

from .mail import ConsoleMailer, Mail, Mailer

logger = logging.getLogger(__name__)

TOPIC = "outbox"
"""The bell's word for a letter to send."""

LEASE = timedelta(minutes=2)
FIRST, LONGEST = timedelta(seconds=30), timedelta(hours=6)
TRIES = 14
"""With the pauses between them these last for more than two days."""

POLL_SECONDS = 15.0

LinkBack = Callable[[str], str]
"""The address under which a customer reads a conversation again, by its id."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A row of the outbox in hand. What is written back holds only while `lease` is still that of the row."""

    id: int
    conversation_id: str
    seq: int
    attempts: int
    lease: str


class Outbox:
    """Delivers what the `outbox` table holds. Several processes may: each letter is in one hand at a time."""

    def __init__(
        self,
        database: Database,
        log: Log,
        situations: Situations,
        mailer: Mailer,
        *,
        clock: Clock,
        settings: Settings,
        link: LinkBack | None = None,
    ) -> None:
        self._database = database
        self._log = log
        self._situations = situations
        self._mailer = mailer
        self._clock = clock
        self._settings = settings
        self._link = link or self._plain_link

    async def run(self, bell: Bell) -> None:
        """Deliver whatever is due, again and again, until cancelled."""
        async with bell.hear(TOPIC) as ticks:
            while True:
                try:
                    if await self.deliver():
                        continue
                except HandrailError as error:
                    logger.warning("The outbox can't be read: %s", error)
                await ticks.wait(POLL_SECONDS)

    async def deliver(self, limit: int = 20) -> int:
        """Try every letter that is due now, once; return how many were tried."""
        letters = await self._take(limit)
        await asyncio.gather(*(self._try(letter) for letter in letters))
        return len(letters)

    async def _take(self, limit: int) -> list[Letter]:
        # A letter in hand is due again when its lease ends, so one whose process died is taken up by another.
        query = """
            UPDATE outbox SET lease = %(lease)s, due_at = %(until)s, attempts = attempts + 1
            WHERE id IN (
                SELECT id FROM outbox WHERE state = 'due' AND due_at <= %(now)s
                ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
            )
            RETURNING id, conversation_id, seq, attempts
        """
        now, lease = self._clock.now(), secrets.token_hex(8)
        parameters = {"lease": lease, "until": now + LEASE, "now": now, "limit": limit}
        async with self._database.connection() as connection:
            rows = await (await connection.execute(query, parameters)).fetchall()
        return [Letter(lease=lease, **row) for row in rows]

    async def _try(self, letter: Letter) -> None:
        try:
            situation = await self._situations.get(letter.conversation_id)
            if situation.forgotten:
                await self._settle(letter, "dropped")
            elif not situation.contact:
                await self._settle(letter, "held")
            else:
                await self._send(letter, situation.contact)
        except Invalid as error:
            await self._settle(letter, "failed", str(error))
            await self._note(letter, str(error))
        except HandrailError as error:
            logger.warning("Letter %s of %s waits: %s", letter.id, letter.conversation_id, error)
            await self._again(letter, str(error))

    async def _send(self, letter: Letter, to: str) -> None:
        (event,) = await self._log.read(letter.conversation_id, letter.seq - 1, 1)
        if not isinstance(event.data, PersonSaid) or not event.data.text:
            await self._settle(letter, "dropped")
            return
        mail = self._mail(letter, to, event.data)
        await self._mailer.send(mail)
        channel = "console" if isinstance(self._mailer, ConsoleMailer) else "email"
        delivered = Delivered.model_validate({"channel": channel, "to": to, "subject": mail.subject})
        try:
            await self._log.append(letter.conversation_id, "system", delivered, key=f"letter:{letter.seq}")
        except Conflict:
            # Forgotten while the letter was on its way: there is nothing to write down any more.
            logger.info("Letter %s went out to a conversation that is forgotten by now", letter.id)
        await self._settle(letter, "sent")

    def _mail(self, letter: Letter, to: str, said: PersonSaid) -> Mail:
        business = self._settings.business.name
        text = (
            f"{said.text}\n\n{said.name}, {business}\n\n"
            f"Read everything and answer here: {self._link(letter.conversation_id)}\n"
        )
        domain = self._settings.mail.sender.rpartition("@")[2]
        # Always the same for one line, so that a letter that went twice can be told.
        message_id = f"<{letter.conversation_id}.{letter.seq}@{domain}>"
        return Mail(to=to, subject=f"Your question to {business}", text=text, message_id=message_id)

    def _plain_link(self, conversation_id: str) -> str:
        server = self._settings.server
        base = server.public_url or f"http://{server.host}:{server.port}"
        return f"{base.rstrip('/')}/#{conversation_id}"

    async def _note(self, letter: Letter, why: str) -> None:
        note = Noted(by="system", text=f"An answer could not be delivered by e-mail: {why}.")
        await self._log.append(letter.conversation_id, "system", note, key=f"letter-failed:{letter.seq}")

    async def _again(self, letter: Letter, error: str) -> None:
        if letter.attempts >= TRIES:
            await self._settle(letter, "failed", error)
            await self._note(letter, error)
            return
        pause = min(FIRST * 2 ** (letter.attempts - 1), LONGEST)
        query = "UPDATE outbox SET due_at = %s, error = %s, lease = NULL WHERE id = %s AND lease = %s"
        await self._write(query, [self._clock.now() + pause, error[:500], letter.id, letter.lease])

    async def _settle(self, letter: Letter, state: str, error: str = "") -> None:
        query = "UPDATE outbox SET state = %s, error = %s, done_at = %s, lease = NULL WHERE id = %s AND lease = %s"
        await self._write(query, [state, error[:500], self._clock.now(), letter.id, letter.lease])

    async def _write(self, query: LiteralString, parameters: list[object]) -> None:
        async with self._database.connection() as connection:
            await connection.execute(query, parameters)
