"""Zendesk Support: a handoff becomes a ticket, public comments of agents go to the customer.

After the published descriptions of the Tickets API, of ticket events and of the signature of webhooks:
https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/,
https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/,
https://developer.zendesk.com/documentation/webhooks/verifying/
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, ValidationError

from handrail.conversation.errors import Denied, Invalid, NotFound, Unavailable
from handrail.conversation.outside import ZendeskDesk

from ..standard import TOLERANCE
from ..wire import Wire
from .attachments import attachment
from .port import Attached, Case, Line, Moved, News, Person, PersonWrote, State, TakenBack
from .requests import Requests

EVENT = "zen:event-type:ticket."


class _Part(BaseModel):
    # Ids come as numbers or as texts.
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class _Author(_Part):
    id: str
    name: str = ""
    is_staff: bool = False


class _File(_Part):
    id: str
    filename: str | None = None
    content_url: str | None = None


class _Comment(_Part):
    id: str
    attachment: _File | None = None
    body: str | None = None
    is_public: bool = False
    author: _Author | None = None


class _Change(_Part):
    comment: _Comment | None = None
    current: Any = None


class _Detail(_Part):
    id: str
    actor_id: str = ""


class _Event(_Part):
    type: str
    time: datetime
    detail: _Detail
    event: _Change = _Change()


class Zendesk:
    """One account. All that Handrail writes there are internal notes, so no letter leaves Zendesk for it and nothing
    that it wrote can come back as somebody's reply."""

    is_channel = False

    def __init__(self, desk: ZendeskDesk, wire: Wire) -> None:
        self._desk = desk
        login = f"{desk.user}/token:{desk.token.get_secret_value()}"
        auth = {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}
        self._http = Requests(wire, desk, auth)

    def read(self, headers: Mapping[str, str], body: bytes, now: float) -> list[News]:
        """What an event webhook says: a public reply, a file with it, either taken back, a ticket solved."""
        self._verify(headers, body, now)
        try:
            told = _Event.model_validate_json(body)
        except ValidationError as error:
            raise Invalid("this is no ticket event of Zendesk", code="event") from error
        comment, thread = told.event.comment, told.detail.id
        match told.type.removeprefix(EVENT):
            case "comment_added" if comment and comment.author and comment.is_public and comment.author.is_staff:
                person = Person(comment.author.id, comment.author.name)
                return [PersonWrote(thread, comment.id, person, comment.body or "")]
            case "attachment_linked_to_comment" if comment and (file := comment.attachment):
                return [Attached(thread, comment.id, file.id, attachment(file.filename, file.content_url))]
            case "attachment_redacted_from_comment" if comment and comment.attachment:
                return [TakenBack(thread, f"{comment.id}:{comment.attachment.id}")]
            case "comment_redacted" | "comment_made_private" if comment:
                return [TakenBack(thread, comment.id)]
            case "status_changed" if str(told.event.current).casefold() == "solved":
                return [Moved(thread, "solved", Person(told.detail.actor_id, ""), told.time.timestamp())]
        return []

    def _verify(self, headers: Mapping[str, str], body: bytes, now: float) -> None:
        stamp = headers.get("x-zendesk-webhook-signature-timestamp", "")
        key = self._desk.secret.get_secret_value().encode()
        wanted = base64.b64encode(hmac.new(key, stamp.encode() + body, hashlib.sha256).digest())
        if not hmac.compare_digest(wanted, headers.get("x-zendesk-webhook-signature", "").encode()):
            raise Denied("the signature is not right", code="signature")
        try:
            at = datetime.fromisoformat(stamp).timestamp()
        except ValueError as error:
            raise Denied("the message has no timestamp", code="signature") from error
        if abs(now - at) > TOLERANCE:
            raise Denied("the message is too old, or from the future", code="signature")

    async def hand_over(self, thread: str | None, case: Case, *, again: bool) -> str:
        """A new ticket with the packet as internal note; a ticket that is there is opened again with it."""
        if thread is not None:
            await self._update(thread, case.key, case.note, {"status": "open", "priority": case.urgency}, again=again)
            return thread
        if again and (found := await self._find(case)):
            return found
        ticket: dict[str, Any] = {
            "subject": case.subject,
            "external_id": case.conversation_id,
            "priority": case.urgency,
            "tags": list(self._desk.tags),
            "comment": {"body": case.note, "public": False},
        }
        if self._desk.group is not None:
            ticket["group_id"] = self._desk.group
        answer = await self._http.send(
            "POST", "/api/v2/tickets.json", {"ticket": ticket}, {"Idempotency-Key": case.key}
        )
        if not isinstance(made := answer.get("ticket"), dict) or "id" not in made:
            raise Unavailable("the answer to a new ticket does not name it")
        return str(made["id"])

    async def write(self, thread: str, line: Line, *, again: bool) -> None:
        """An internal note; one with a customer's line opens the ticket."""
        await self._update(thread, line.key, line.text, {"status": "open"} if line.customer else {}, again=again)

    async def move(self, thread: str, state: State) -> None:
        """Change the status. Where the account's rules do not let a ticket be solved so, it stays as it is."""
        try:
            await self._http.send("PUT", f"/api/v2/tickets/{thread}.json", {"ticket": {"status": state}})
        except Invalid:
            note = {"comment": {"body": "This is settled in Handrail.", "public": False}}
            await self._http.send("PUT", f"/api/v2/tickets/{thread}.json", {"ticket": note})

    async def _update(self, thread: str, key: str, text: str, more: Mapping[str, Any], *, again: bool) -> None:
        if again and await self._has(thread, key):
            return
        change = {**more, "comment": {"body": text, "public": False}, "metadata": {"handrail": key}}
        try:
            await self._http.send("PUT", f"/api/v2/tickets/{thread}.json", {"ticket": change})
        except Invalid as error:
            # A closed ticket takes nothing more, and says so with 422 as for any other fault.
            raise NotFound(f"ticket {thread} takes nothing more") from error

    async def _find(self, case: Case) -> str | None:
        path = f"/api/v2/tickets.json?external_id={quote(case.conversation_id)}"
        tickets = (await self._http.send("GET", path)).get("tickets", [])
        return next((str(ticket["id"]) for ticket in tickets if ticket.get("status") != "closed"), None)

    async def _has(self, thread: str, key: str) -> bool:
        path = f"/api/v2/tickets/{thread}/comments.json?sort_order=desc&per_page=30"
        comments = (await self._http.send("GET", path)).get("comments", [])
        return any(((one.get("metadata") or {}).get("custom") or {}).get("handrail") == key for one in comments)
