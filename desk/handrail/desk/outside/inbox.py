"""What comes back from another desk: its people hold conversations as anybody does, under the same fence."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol
from zoneinfo import ZoneInfo

from handrail.conversation.errors import Conflict, Fenced
from handrail.conversation.events import Announced, Data, Event, HandoffClaimed, Noted, WrappedUp
from handrail.conversation.log import Fence, Head, Log
from handrail.conversation.settings import Settings
from handrail.conversation.situation import Situation
from handrail.conversation.situations import Situations

from .. import acts, notice
from ..staff import Staff
from .attachments import told
from .changes import Changes
from .port import Attached, CustomerWrote, Edited, Moved, News, OutsideDesk, Person, PersonWrote, TakenBack
from .threads import Threads, works_at

NOTHING = "[attached] a file"
"""What is told of a line without words whose files come apart, or were none that can be told."""

TRIES = 5
"""How often an act is begun again because somebody was faster."""


class Turns(Protocol):
    """Hears customers and answers them."""

    async def hear(self, conversation_id: str, text: str, key: str | None = None) -> Event: ...
    def wake(self, conversation_id: str) -> None: ...


Made = Callable[[Head, Situation], "tuple[str, list[Data], str | None] | None"]
"""From where a conversation stands: who acts, what they leave in the log and who holds it then; None for nothing."""


class Inbox:
    """Takes the webhooks of one desk. Each message counts once, however often it comes."""

    def __init__(
        self, name: str, desk: OutsideDesk, threads: Threads, log: Log, situations: Situations, settings: Settings
    ) -> None:
        self.name = name
        self._desk = desk
        self._threads = threads
        self._log = log
        self._situations = situations
        self._settings = settings
        self._changes = Changes(name, log)
        self._zone = ZoneInfo(settings.business.timezone)

    async def take(self, headers: Mapping[str, str], body: bytes, turns: Turns) -> None:
        """Take one webhook. Raises `Denied`, `Invalid`, and `Conflict` where it should be sent again."""
        for news in self._desk.read(headers, body, self._log.clock.now().timestamp()):
            await self._one(news, turns)

    async def _one(self, news: News, turns: Turns) -> None:
        if isinstance(news, CustomerWrote):
            await self._customer_wrote(news, turns)
            return
        thread = await self._threads.of_external(news.thread)
        if thread is None or (await self._log.head(thread.conversation_id)).forgotten:
            return
        match news:
            case PersonWrote():
                await self._person_wrote(thread.conversation_id, news)
            case Attached():
                id_ = thread.conversation_id
                await self._changes.attached(id_, news, lambda line: self._person_wrote(id_, line))
            case Edited():
                text = news.text[: self._settings.server.max_message_characters]
                await self._changes.edited(thread.conversation_id, replace(news, text=text), turns)
            case TakenBack():
                await self._changes.taken_back(thread.conversation_id, news)
            case Moved():
                if await self._threads.moved(news.thread, news.state, news.at):
                    await self._moved(thread.conversation_id, news, turns)

    async def _customer_wrote(self, news: CustomerWrote, turns: Turns) -> None:
        thread = await self._threads.from_there(news.thread, self._log)
        if news.state == "open":
            await self._opened(thread.conversation_id, None)
        elif news.state == "pending" and thread.state == "open":
            # Somebody gave it back to the bot, and the word of that has not come.
            await self._given_back(thread.conversation_id, None)
        if thread.state != news.state:
            await self._threads.moved(news.thread, news.state, thread.state_at)
        text = (told(news.text, news.attachments) or NOTHING)[: self._settings.server.max_message_characters]
        await turns.hear(thread.conversation_id, text, f"{self.name}:{news.message_id}")

    async def _person_wrote(self, conversation_id: str, news: PersonWrote) -> None:
        staff, now, key = self._staff(news.person), self._log.clock.now(), f"{self.name}:{news.message_id}"
        line = told(news.text, news.attachments) or NOTHING

        def made(head: Head, situation: Situation) -> tuple[str, list[Data], str | None]:
            if self._is_others(head.holder):
                text = f"{staff.name} wrote in {self.name}, and it was not sent: {line}"
                return "system", [Noted(by="system", text=text)], None
            said = acts.said(situation, staff, line, now, self._zone)
            if head.holder == staff.actor:
                return staff.actor, said, None
            return staff.actor, [*self._claimed(situation, staff), *said], staff.actor

        await self._act(conversation_id, made, key)

    async def _moved(self, conversation_id: str, news: Moved, turns: Turns) -> None:
        if news.state == "solved":
            await self._solved(conversation_id, news.person)
        elif self._desk.is_channel and news.state == "open":
            await self._opened(conversation_id, news.person)
        elif self._desk.is_channel and news.state == "pending":
            await self._given_back(conversation_id, news.person)
            turns.wake(conversation_id)

    async def _solved(self, conversation_id: str, person: Person | None) -> None:
        """Somebody settled it there: the conversation rests, whether or not they wrote before."""

        def made(head: Head, situation: Situation) -> tuple[str, list[Data], str | None] | None:
            if head.holder == "bot" or self._is_others(head.holder):
                return None
            staff = self._holder(head, situation, person)
            claimed = [] if head.holder == staff.actor else [HandoffClaimed(by=staff.id, name=staff.name)]
            wrapped = WrappedUp(by=staff.id, disposition="resolved")
            data = acts.wrapped_up(situation, wrapped, staff, self._log.clock.now())
            return staff.actor, [*claimed, *data], "bot"

        await self._act(conversation_id, made)

    async def _given_back(self, conversation_id: str, person: Person | None) -> None:
        def made(head: Head, situation: Situation) -> tuple[str, list[Data], str | None] | None:
            if head.holder == "bot" or self._is_others(head.holder):
                return None
            staff = self._holder(head, situation, person)
            claimed = [] if head.holder == staff.actor else [HandoffClaimed(by=staff.id, name=staff.name)]
            return staff.actor, [*claimed, *acts.given_back(situation, staff, "", self._log.clock.now())], "bot"

        await self._act(conversation_id, made)

    async def _opened(self, conversation_id: str, person: Person | None) -> None:
        """Somebody took it from the bot there. What the bot itself handed over waits in the queue by then."""

        def made(head: Head, situation: Situation) -> tuple[str, list[Data], str | None] | None:
            if head.holder != "bot":
                return None
            staff = self._staff(person or Person("desk", ""))
            return staff.actor, self._claimed(situation, staff), staff.actor

        await self._act(conversation_id, made)

    async def _act(self, conversation_id: str, made: Made, key: str | None = None) -> None:
        """Append what is made of where the conversation stands, anew where somebody was faster."""
        for _ in range(TRIES):
            head = await self._log.head(conversation_id)
            found = made(head, await self._situations.get(conversation_id))
            if found is None:
                return
            actor, data, holder = found
            try:
                # The key counts for all who work there: a message has one author, and is taken once.
                await self._log.append(
                    conversation_id, actor, *data, fence=Fence(head.epoch), key=key, keys=self.name, holder=holder
                )
                return
            except Fenced:
                continue
        raise Conflict("the conversation changes hands too fast; send it again")

    def _claimed(self, situation: Situation, staff: Staff) -> list[Data]:
        code = situation.handoff.department if situation.handoff else "general"
        departments = self._settings.desk.departments
        department = departments.get(code) or departments["general"]
        joined = Announced(code="person_joined", text=notice.joined(staff.name, department.name))
        return [HandoffClaimed(by=staff.id, name=staff.name), joined]

    def _staff(self, person: Person) -> Staff:
        return Staff(f"{self.name}.{person.id}", person.name or self._settings.business.name)

    def _holder(self, head: Head, situation: Situation, person: Person | None) -> Staff:
        """Who acts: the person that is named; where it is not known, or only by a number, who holds it already."""
        holder, handoff = head.holder.removeprefix("person:"), situation.handoff
        if works_at(self.name, head.holder) and (person is None or not person.name):
            return Staff(holder, handoff.name if handoff and handoff.by == holder else self._settings.business.name)
        return self._staff(person or Person("desk", ""))

    def _is_others(self, holder: str) -> bool:
        """Whether somebody holds it who does not work there."""
        return holder.startswith("person:") and not works_at(self.name, holder)
