"""Chatwoot: customers write in its inboxes, Handrail is their agent bot until people are called.

After the published description of its API (https://developers.chatwoot.com, `swagger.json`), of agent bots, and of the
signature of webhooks, which agent bots have since version 4.13 (https://github.com/chatwoot/chatwoot/pull/13892).
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from handrail.conversation.errors import Denied, Invalid
from handrail.conversation.outside import ChatwootDesk

from ..standard import TOLERANCE
from ..wire import Wire
from .attachments import Attachment, attachment
from .port import Case, CustomerWrote, Edited, Line, Moved, News, Person, PersonWrote, State, TakenBack
from .requests import Requests

STATES: Mapping[str, State] = {"open": "open", "snoozed": "open", "pending": "pending", "resolved": "solved"}
NAMES: Mapping[State, str] = {"open": "open", "pending": "pending", "solved": "resolved"}
INCOMING, OUTGOING = ("incoming", "0"), ("outgoing", "1")
MARK = "handrail"
"""The attribute by which Handrail knows its own messages, whosever token sent them."""

MOVES = ("conversation_status_changed", "conversation_opened", "conversation_resolved")


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class _Sender(_Part):
    id: str = ""
    name: str | None = None
    type: str | None = None


class _Meta(_Part):
    assignee: _Sender | None = None


class _Conversation(_Part):
    id: str
    status: str = "pending"


class _File(_Part):
    file_type: str | None = None
    data_url: str | None = None
    fallback_title: str | None = None


class _Message(_Part):
    id: str
    attachments: list[_File] = []
    content: str | None = None
    message_type: str
    private: bool = False
    content_attributes: dict[str, Any] | None = None
    sender: _Sender | None = None
    conversation: _Conversation

    @property
    def attributes(self) -> Mapping[str, Any]:
        return self.content_attributes or {}

    @property
    def by_customer(self) -> bool:
        """Whether the customer wrote it."""
        return self.message_type in INCOMING and not self.private

    @property
    def files(self) -> tuple[Attachment, ...]:
        """What goes along with it; a place or a contact has a title and no file."""
        return tuple(
            attachment(each.fallback_title, each.data_url)
            if each.fallback_title or each.data_url
            else Attachment(each.file_type or "a file")
            for each in self.attachments
        )

    @property
    def by_person(self) -> bool:
        """Whether somebody who works there wrote it to the customer: no bot, no rule, and not we ourselves."""
        user = self.sender is not None and self.sender.type == "user"
        return self.message_type in OUTGOING and user and not self.private and MARK not in self.attributes


class _Change(_Conversation):
    status: str
    meta: _Meta = _Meta()
    updated_at: float = 0


class _Kind(_Part):
    event: str


class Chatwoot:
    """One account, by the access token of an agent bot."""

    is_channel = True

    def __init__(self, desk: ChatwootDesk, wire: Wire) -> None:
        self._desk = desk
        self._http = Requests(wire, desk, {"api_access_token": desk.token.get_secret_value()})

    def read(self, headers: Mapping[str, str], body: bytes, now: float) -> list[News]:
        """What a webhook says: somebody wrote, deleted a message, or changed the status."""
        self._verify(headers, body, now)
        try:
            kind = _Kind.model_validate_json(body).event
            if kind == "message_created":
                return _written(_Message.model_validate_json(body))
            if kind == "message_updated":
                return _changed(_Message.model_validate_json(body))
            if kind in MOVES:
                return _moved(_Change.model_validate_json(body), float(headers.get("x-chatwoot-timestamp", "0")))
        except ValidationError as error:
            raise Invalid("this is no event of Chatwoot", code="event") from error
        return []

    def _verify(self, headers: Mapping[str, str], body: bytes, now: float) -> None:
        stamp = headers.get("x-chatwoot-timestamp", "")
        given = headers.get("x-chatwoot-signature", "").encode()
        secrets = [secret for secret in (self._desk.secret, self._desk.account_secret) if secret is not None]
        if not any(hmac.compare_digest(_signature(secret, stamp, body), given) for secret in secrets):
            raise Denied("the signature is not right", code="signature")
        if not (stamp.isascii() and stamp.isdigit() and abs(now - int(stamp)) <= TOLERANCE):
            raise Denied("the message is too old, or from the future", code="signature")

    async def hand_over(self, thread: str | None, case: Case, *, again: bool) -> str:
        """The packet as a private note, and the conversation open for people."""
        if thread is None:
            raise Invalid("a conversation begins where its customer writes")
        await self.write(thread, Line(case.key, case.note, private=True), again=again)
        await self._http.send("POST", self._path(thread, "toggle_priority"), {"priority": _priority(case)})
        await self.move(thread, "open")
        return thread

    async def write(self, thread: str, line: Line, *, again: bool) -> None:
        """A message to the customer, or a private note."""
        if again and await self._has(thread, line.key):
            return
        message = {
            "content": line.text, "message_type": "outgoing", "private": line.private, "content_type": "text",
            "content_attributes": {MARK: line.key},
        }  # fmt: skip
        await self._http.send("POST", self._path(thread, "messages"), message)

    async def move(self, thread: str, state: State) -> None:
        """Change the status."""
        await self._http.send("POST", self._path(thread, "toggle_status"), {"status": NAMES[state]})

    async def _has(self, thread: str, key: str) -> bool:
        messages = (await self._http.send("GET", self._path(thread, "messages"))).get("payload", [])
        return any((one.get("content_attributes") or {}).get(MARK) == key for one in messages)

    def _path(self, thread: str, what: str) -> str:
        return f"/api/v1/accounts/{self._desk.account}/conversations/{thread}/{what}"


def _signature(secret: SecretStr, stamp: str, body: bytes) -> bytes:
    digest = hmac.new(secret.get_secret_value().encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}".encode()


def _priority(case: Case) -> str:
    return "medium" if case.urgency == "normal" else case.urgency


def _written(message: _Message) -> list[News]:
    thread, text, files = message.conversation.id, message.content or "", message.files
    if message.by_customer:
        state = STATES.get(message.conversation.status, "pending")
        return [CustomerWrote(thread, message.id, text, state, files)]
    if message.by_person and message.sender is not None:
        person = Person(message.sender.id, message.sender.name or "")
        return [PersonWrote(thread, message.id, person, text, files)]
    return []


def _changed(message: _Message) -> list[News]:
    """What became of a message. Its status and the like change more often than its words."""
    thread = message.conversation.id
    if not message.by_customer and not message.by_person:
        return []
    if message.attributes.get("deleted") is True:
        return [TakenBack(thread, message.id)]
    return [Edited(thread, message.id, message.content or "", message.by_customer)]


def _moved(change: _Change, sent_at: float) -> list[News]:
    state, assignee = STATES.get(change.status), change.meta.assignee
    if state is None:
        return []
    person = Person(assignee.id, assignee.name or "") if assignee else None
    return [Moved(change.id, state, person, change.updated_at or sent_at)]
