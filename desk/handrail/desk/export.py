"""Everything that is kept of a customer's conversations, for the customer: to read, and for machines."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from handrail.conversation.events import Announced, BotSaid, CodeSent, CustomerSaid, Data, Event, PersonSaid
from handrail.conversation.log import Log
from handrail.conversation.situations import Situations

FORMAT = "handrail-export/1"
OURS: Mapping[type[Data], set[str]] = {CodeSent: {"digest"}}
"""Fields that are no data of the customer's but keep codes safe."""


class Entry(BaseModel):
    """One event of the log, with all that it carries."""

    seq: int
    at: datetime
    kind: str
    actor: str
    data: dict[str, Any]


class Line(BaseModel):
    """One line that the customer wrote or was shown."""

    at: datetime
    speaker: str
    name: str = ""
    text: str


class Conversation(BaseModel):
    """One conversation. Where it is `forgotten`, only that it was there is left."""

    id: str
    channel: str
    opened_at: datetime
    updated_at: datetime
    forgotten: bool
    transcript: list[Line] = []
    events: list[Entry] = []


class Export(BaseModel):
    """What is kept of one customer. `claimed` are conversations in which somebody said that they were this customer
    and nobody proved it: they may be another's, and are left out."""

    format: str = FORMAT
    business: str
    made_at: datetime
    customer_id: str | None = None
    conversations: list[Conversation]
    claimed: list[str] = []


class Exports:
    """Gathers what is kept."""

    def __init__(self, log: Log, situations: Situations, business: str, timezone: str = "UTC") -> None:
        self._log = log
        self._situations = situations
        self._business = business
        self._zone = ZoneInfo(timezone)

    async def of_customer(self, customer_id: str) -> Export:
        """Every conversation that was proven to be this customer's, from old to new."""
        ref = self._log.vault.ref(customer_id)
        proven: list[str] = []
        claimed: list[str] = []
        for id_ in await self._log.of_customer(ref):
            identity = (await self._situations.get(id_)).identity
            mine = identity.level == "verified" and identity.customer_ref == ref
            (proven if mine else claimed).append(id_)
        return await self._export(proven, customer_id, claimed)

    async def of_conversation(self, conversation_id: str) -> Export:
        """One conversation, whoever its customer is. Raises `NotFound`."""
        return await self._export([conversation_id], None, ())

    async def _export(self, ids: Iterable[str], customer_id: str | None, claimed: Sequence[str]) -> Export:
        found = [await self._conversation(id_) for id_ in ids]
        return Export(
            business=self._business,
            made_at=self._log.clock.now(),
            customer_id=customer_id,
            conversations=sorted(found, key=lambda one: one.opened_at),
            claimed=list(claimed),
        )

    async def _conversation(self, conversation_id: str) -> Conversation:
        head = await self._log.head(conversation_id)
        tail = await self._log.tail(conversation_id)
        known: dict[str, Any] = {
            "id": conversation_id, "channel": head.channel, "opened_at": head.opened_at,
            "updated_at": head.updated_at, "forgotten": tail.forgotten,
        }  # fmt: skip
        if tail.forgotten:
            return Conversation(**known)
        return Conversation(**known, transcript=_lines(tail.events), events=[_entry(event) for event in tail.events])

    def zipped(self, export: Export) -> bytes:
        """A ZIP file: `export.json`, and a text for each conversation that reads without any program."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("export.json", export.model_dump_json(indent=2))
            for conversation in export.conversations:
                opened = conversation.opened_at.astimezone(self._zone)
                file.writestr(f"conversations/{opened:%Y-%m-%d}-{conversation.id}.txt", self._text(conversation))
        return buffer.getvalue()

    def _text(self, conversation: Conversation) -> str:
        opened = conversation.opened_at.astimezone(self._zone)
        head = f"{self._business}: conversation {conversation.id} of {opened:%d %B %Y, %H:%M %Z}\n\n"
        if conversation.forgotten:
            return head + "It was forgotten: nothing of what was said is left.\n"
        lines = (
            f"{line.at.astimezone(self._zone):%Y-%m-%d %H:%M} {line.name or line.speaker}: {line.text}\n"
            for line in conversation.transcript
        )
        return head + "".join(lines)


def _entry(event: Event) -> Entry:
    data = event.data.model_dump(mode="json", exclude=OURS.get(type(event.data)))
    return Entry(seq=event.seq, at=event.at, kind=event.kind, actor=event.actor, data=data)


def _lines(events: Iterable[Event]) -> list[Line]:
    lines: list[Line] = []
    reply = ""
    for event in events:
        said = event.data
        if isinstance(said, BotSaid) and said.reply_id == reply:
            lines[-1] = lines[-1].model_copy(update={"text": f"{lines[-1].text.rstrip()} {said.text.lstrip()}"})
            continue
        if isinstance(said, CustomerSaid | BotSaid | PersonSaid | Announced):
            speaker = {CustomerSaid: "customer", BotSaid: "assistant", PersonSaid: "person", Announced: "notice"}
            name = said.name if isinstance(said, PersonSaid) else ""
            lines.append(Line(at=event.at, speaker=speaker[type(said)], name=name, text=said.text))
            reply = said.reply_id if isinstance(said, BotSaid) else ""
    return lines
