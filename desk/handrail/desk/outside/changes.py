"""What becomes of lines that were written at another desk: changed, taken back, or a file comes after them.

What was said stays on the log as it was said: whoever read it has read it. What became of it is told beside it.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Protocol

from handrail.conversation.errors import Conflict
from handrail.conversation.events import Announced, CustomerSaid, Event, Noted, PersonSaid
from handrail.conversation.log import Log

from .attachments import told, words
from .port import Attached, Edited, Person, PersonWrote, TakenBack

EDITED = "(edited)"
"""What the customer's line begins with that takes the place of another."""


class Hears(Protocol):
    """Hears customers."""

    async def hear(self, conversation_id: str, text: str, key: str | None = None) -> Event: ...


class Changes:
    """Of one desk. Each change counts once, however often it comes."""

    def __init__(self, name: str, log: Log) -> None:
        self._name, self._log = name, log

    async def taken_back(self, conversation_id: str, news: TakenBack) -> None:
        """A note for the desk, where the line had reached its reader."""
        key = f"{self._name}:{news.message_id}"
        if await self._said_by_person(conversation_id, key):
            text = f"A line to the customer was taken back in {self._name}; they may have read it."
        elif await self._said_by_customer(conversation_id, key):
            text = f"The customer took a line back in {self._name}."
        else:
            return
        await self._note(conversation_id, text, f"back:{news.message_id}")

    async def edited(self, conversation_id: str, news: Edited, turns: Hears) -> None:
        """A customer is heard again with the new words; of a person's change the desk is told."""
        key = f"{self._name}:{news.message_id}"
        version = hashlib.sha256(news.text.encode()).hexdigest()[:16]
        if news.by_customer:
            said = await self._said_by_customer(conversation_id, key)
            # Where numbers were blacked out, what was written before can't be told any more.
            if said is None or said.masked or not news.text or words(said.text) == news.text:
                return
            await turns.hear(conversation_id, f"{EDITED} {news.text}", f"{key}:{version}")
            return
        line = await self._said_by_person(conversation_id, key)
        if line is not None and words(line.text) != news.text:
            text = f"{line.name} changed a line to the customer in {self._name}: {news.text}"
            await self._note(conversation_id, text, f"edited:{news.message_id}:{version}")

    async def attached(
        self, conversation_id: str, news: Attached, say: Callable[[PersonWrote], Awaitable[None]]
    ) -> None:
        """The file goes after its line, by whom the line was. Raises `Conflict` where the line has not come yet, or
        was for people alone, so that it is sent again for a while."""
        key = f"{self._name}:{news.message_id}"
        line = await self._said_by_person(conversation_id, key)
        if line is None:
            raise Conflict("the line that this goes along with is not here; send it again", code="early")
        message_id = f"{news.message_id}:{news.attachment_id}"
        if (await self._log.head(conversation_id)).holder == f"person:{line.by}":
            person = Person(line.by.removeprefix(f"{self._name}."), line.name)
            await say(PersonWrote(news.thread, message_id, person, "", (news.attachment,)))
            return
        # Whoever wrote it has let go of the conversation meanwhile, and is not to get it back for that.
        text = told(f"{line.name} sent a file along.", (news.attachment,))
        announced = Announced(code="attached", text=text)
        await self._log.append(conversation_id, "system", announced, key=f"{self._name}:{message_id}")

    async def _said_by_person(self, conversation_id: str, key: str) -> PersonSaid | None:
        stored = await self._log.stored(conversation_id, self._name, key)
        return next((event.data for event in stored if isinstance(event.data, PersonSaid)), None)

    async def _said_by_customer(self, conversation_id: str, key: str) -> CustomerSaid | None:
        stored = await self._log.stored(conversation_id, "customer", key)
        return next((event.data for event in stored if isinstance(event.data, CustomerSaid)), None)

    async def _note(self, conversation_id: str, text: str, key: str) -> None:
        await self._log.append(conversation_id, "system", Noted(by="system", text=text), key=f"{self._name}:{key}")
