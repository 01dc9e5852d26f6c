"""Zendesk and Chatwoot as small servers: they check what they are sent against the fields that are published, keep
tickets and conversations, and sign what they send."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
from receiver import Got, Receiver

TOKEN, SECRET = "a token of the desk", "a secret of the desk"
Webhook = tuple[dict[str, str], bytes]


def objects(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


TEXT, WORDS = {"type": "string", "minLength": 1}, {"type": "array", "items": {"type": "string"}}
COMMENT = objects(["body"], body=TEXT, public={"type": "boolean"}, author_id={"type": "integer"})
TICKET = {
    "subject": TEXT, "comment": COMMENT, "external_id": TEXT, "tags": WORDS, "group_id": {"type": "integer"},
    "priority": {"enum": ["urgent", "high", "normal", "low"]}, "metadata": {"type": "object"},
    "status": {"enum": ["new", "open", "pending", "hold", "solved", "closed"]},
}  # fmt: skip
NEW_TICKET = objects(["ticket"], ticket=objects(["comment"], **TICKET))
TICKET_CHANGE = objects(["ticket"], ticket=objects([], **TICKET))
NEW_MESSAGE = objects(
    ["content"],
    content=TEXT,
    message_type={"enum": ["outgoing", "incoming"]},
    private={"type": "boolean"},
    content_type={"enum": ["text", "input_email", "cards", "input_select", "form", "article"]},
    content_attributes={"type": "object"},
)
STATUS = objects(["status"], status={"enum": ["open", "resolved", "pending", "snoozed"]})
PRIORITY = objects(["priority"], priority={"enum": ["urgent", "high", "medium", "low", "none"]})


class Desk(Receiver):
    """What both have: a clock, faults on demand, and webhooks to be delivered. With `loses`, the answers to so many
    writes are lost after they were carried out."""

    def __init__(self, clock: Any) -> None:
        super().__init__()
        self.clock = clock
        self.ids = count(1001)
        self.webhooks: list[Webhook] = []
        self.loses = 0

    def react(self, got: Got) -> tuple[int, bytes]:
        if self.statuses:
            return self.statuses.pop(0), b"{}"
        if not self.allowed(got):
            return 401, b'{"error": "Couldn\'t authenticate you"}'
        parts = urlsplit(got.path)
        try:
            status, told = self.answer_to(got.method, parts.path, parse_qs(parts.query), got)
        except jsonschema.ValidationError as error:
            return 422, json.dumps({"error": "RecordInvalid", "description": error.message}).encode()
        if self.loses and got.method != "GET":
            self.loses -= 1
            return 0, b""
        return status, json.dumps(told).encode()

    def allowed(self, got: Got) -> bool:
        raise NotImplementedError

    def answer_to(self, method: str, path: str, query: dict[str, list[str]], got: Got) -> tuple[int, Any]:
        raise NotImplementedError


class ZendeskServer(Desk):
    """An account with the agents Kim (7) and Lou (8); ours is 1."""

    NAMES = {1: "Handrail", 7: "Kim Park", 8: "Lou Ash"}

    def __init__(self, clock: Any) -> None:
        super().__init__(clock)
        self.tickets: dict[int, dict[str, Any]] = {}
        self.keys: dict[str, int] = {}

    def settings(self, **more: Any) -> dict[str, Any]:
        own = {"kind": "zendesk", "url": self.url, "user": "bot@example.com", "token": TOKEN, "secret": SECRET}
        return {**own, **more}

    @property
    def ticket(self) -> dict[str, Any]:
        """The only one there is."""
        (ticket,) = self.tickets.values()
        return ticket

    def allowed(self, got: Got) -> bool:
        login = base64.b64encode(f"bot@example.com/token:{TOKEN}".encode()).decode()
        return got.headers.get("authorization") == f"Basic {login}"

    def answer_to(self, method: str, path: str, query: dict[str, list[str]], got: Got) -> tuple[int, Any]:
        if (method, path) == ("POST", "/api/v2/tickets.json"):
            return self._create(got)
        if (method, path) == ("GET", "/api/v2/tickets.json"):
            found = [t for t in self.tickets.values() if t["external_id"] in query["external_id"]]
            return 200, {"tickets": found, "count": len(found)}
        match = re.fullmatch(r"/api/v2/tickets/(\d+)(/comments)?\.json", path)
        ticket = self.tickets.get(int(match[1])) if match else None
        if match is None or ticket is None:
            return 404, {"error": "RecordNotFound"}
        if method == "GET" and match[2]:
            return 200, {"comments": list(reversed(ticket["comments"]))}
        return self._change(ticket, got)

    def _create(self, got: Got) -> tuple[int, Any]:
        jsonschema.validate(got.json, NEW_TICKET)
        key = got.headers.get("idempotency-key", "")
        if key not in self.keys:
            number, sent = next(self.ids), got.json["ticket"]
            self.tickets[number] = {"status": "new", "external_id": None, **sent, "id": number, "comments": []}
            self._comment(self.tickets[number], sent["comment"], 1, {})
            self.keys[key] = number
        return 201, {"ticket": {k: v for k, v in self.tickets[self.keys[key]].items() if k != "comments"}}

    def _change(self, ticket: dict[str, Any], got: Got) -> tuple[int, Any]:
        jsonschema.validate(got.json, TICKET_CHANGE)
        if ticket["status"] == "closed":
            return 422, {"error": "RecordInvalid", "details": {"status": [{"description": "closed prevents update"}]}}
        sent = dict(got.json["ticket"])
        metadata, comment, before = sent.pop("metadata", {}), sent.pop("comment", None), ticket["status"]
        ticket.update(sent)
        if comment is not None:
            self._comment(ticket, comment, 1, metadata)
        if ticket["status"] != before:
            self._event(ticket, "status_changed", {"current": ticket["status"].upper(), "previous": before.upper()}, 1)
        return 200, {"ticket": {k: v for k, v in ticket.items() if k != "comments"}}

    def _comment(self, ticket: dict[str, Any], comment: dict[str, Any], author: int, metadata: dict[str, Any]) -> None:
        kept = {
            "id": next(self.ids), "body": comment["body"], "public": comment.get("public", True), "author_id": author,
            "metadata": {"system": {}, "custom": metadata},
        }  # fmt: skip
        ticket["comments"].append(kept)
        shown = {
            "id": str(kept["id"]), "body": kept["body"], "is_public": kept["public"],
            "author": {"id": str(author), "name": self.NAMES[author], "is_staff": True},
        }  # fmt: skip
        self._event(ticket, "comment_added", {"comment": shown}, author)

    def reply(self, text: str, agent: int = 7, *, public: bool = True) -> None:
        """An agent comments on the ticket."""
        self._comment(self.ticket, {"body": text, "public": public}, agent, {})

    def solve(self, agent: int = 7) -> None:
        """An agent solves it."""
        before, self.ticket["status"] = self.ticket["status"], "solved"
        self._event(self.ticket, "status_changed", {"current": "SOLVED", "previous": before.upper()}, agent)

    def redact(self) -> None:
        """The last comment is redacted."""
        last = self.ticket["comments"][-1]
        self._event(self.ticket, "comment_redacted", {"comment": {"id": str(last["id"])}}, 7)

    def attach(self, name: str = "label.pdf", link: str = "https://example.zendesk.com/attachments/token/x/") -> None:
        """A file goes along with the last comment, as an event of its own."""
        file = {
            "id": str(next(self.ids)), "filename": name, "content_type": "application/pdf", "content_url": link,
            "is_public": False,
        }  # fmt: skip
        last = self.ticket["comments"][-1]
        self._event(self.ticket, "attachment_linked_to_comment", self._filed(last, file), 7)
        last["file"] = file

    def redact_file(self) -> None:
        """The file of the last comment is redacted."""
        last = self.ticket["comments"][-1]
        self._event(self.ticket, "attachment_redacted_from_comment", self._filed(last, last["file"]), 7)

    def _filed(self, comment: dict[str, Any], file: dict[str, Any]) -> dict[str, Any]:
        return {"comment": {"id": str(comment["id"]), "attachment": file}}

    def _event(self, ticket: dict[str, Any], kind: str, event: dict[str, Any], actor: int) -> None:
        at = self.clock.now().isoformat().replace("+00:00", "Z")
        detail = {"id": str(ticket["id"]), "actor_id": str(actor), "external_id": ticket["external_id"] or ""}
        body = {
            "type": f"zen:event-type:ticket.{kind}", "account_id": 12514403, "id": f"e{next(self.ids)}", "time": at,
            "zendesk_event_version": "2022-11-06", "subject": f"zen:ticket:{ticket['id']}",
            "detail": {**detail, "status": ticket["status"].upper()}, "event": event,
        }  # fmt: skip
        self.webhooks.append(sign_zendesk(json.dumps(body).encode(), at))


def sign_zendesk(body: bytes, at: str, secret: str = SECRET) -> Webhook:
    digest = hmac.new(secret.encode(), at.encode() + body, hashlib.sha256).digest()
    signature = base64.b64encode(digest).decode()
    return {"x-zendesk-webhook-signature": signature, "x-zendesk-webhook-signature-timestamp": at}, body


class ChatwootServer(Desk):
    """Account 3 with the agents Kim (7) and Lou (8), and an inbox whose agent bot is ours. With `as_user`, what we send
    looks as if a user had written it."""

    NAMES = {7: "Kim Park", 8: "Lou Ash"}

    def __init__(self, clock: Any) -> None:
        super().__init__(clock)
        self.conversations: dict[int, dict[str, Any]] = {}
        self.as_user = False

    def settings(self, **more: Any) -> dict[str, Any]:
        own = {"kind": "chatwoot", "url": self.url, "account": 3, "token": TOKEN, "secret": SECRET}
        return {**own, **more}

    def allowed(self, got: Got) -> bool:
        return got.headers.get("api_access_token") == TOKEN

    def seen(self, number: int) -> list[str]:
        """What the customer sees, their own lines included."""
        return [m["content"] for m in self.conversations[number]["messages"] if not m["private"]]

    def notes(self, number: int) -> list[str]:
        """What only people see."""
        return [m["content"] for m in self.conversations[number]["messages"] if m["private"]]

    def answer_to(self, method: str, path: str, query: dict[str, list[str]], got: Got) -> tuple[int, Any]:
        match = re.fullmatch(r"/api/v1/accounts/3/conversations/(\d+)/(\w+)", path)
        conversation = self.conversations.get(int(match[1])) if match else None
        if match is None or conversation is None:
            return 404, {"error": "Resource could not be found"}
        if (method, match[2]) == ("GET", "messages"):
            return 200, {"meta": {}, "payload": conversation["messages"][-20:]}
        if (method, match[2]) == ("POST", "messages"):
            jsonschema.validate(got.json, NEW_MESSAGE)
            kind = "user" if self.as_user else "agent_bot"
            sender = {"id": 1, "name": "Handrail", "type": kind}
            return 200, self._message(conversation, {"message_type": "outgoing", **got.json}, sender)
        if (method, match[2]) == ("POST", "toggle_status"):
            jsonschema.validate(got.json, STATUS)
            self._move(conversation, got.json["status"], None)
            return 200, {"payload": {"success": True, "current_status": got.json["status"]}}
        jsonschema.validate(got.json, PRIORITY)
        conversation["priority"] = got.json["priority"]
        return 200, {}

    def customer(self, number: int, text: str, files: Sequence[dict[str, Any]] = ()) -> None:
        """The customer writes in the widget, with files as Chatwoot describes them."""
        begun = {"id": number, "status": "pending", "messages": [], "assignee": None}
        conversation = self.conversations.setdefault(number, begun)
        sender = {"id": 70, "name": "Sara", "type": "contact"}
        sent = {"content": text, "message_type": "incoming", "private": False, "attachments": list(files)}
        self._message(conversation, sent, sender)

    def reply(
        self, number: int, text: str, agent: int = 7, *, private: bool = False, files: Sequence[dict[str, Any]] = ()
    ) -> None:
        """An agent writes; a conversation that nobody has is theirs from then on."""
        conversation = self.conversations[number]
        conversation["assignee"] = conversation["assignee"] or self._agent(agent)
        sent = {"content": text, "message_type": "outgoing", "private": private, "attachments": list(files)}
        self._message(conversation, sent, {**self._agent(agent), "type": "user"})

    def delete(self, number: int) -> None:
        """The last message is deleted by who wrote it."""
        self.update(number, content="This message was deleted", content_attributes={"deleted": True})

    def update(self, number: int, **changes: Any) -> None:
        """Something of the last message changes: its words, or its status (`sent`, `delivered`, `read`)."""
        message = self.conversations[number]["messages"][-1]
        message.update(changes)
        self._send("message_updated", {**message, "conversation": self._shown(self.conversations[number])})

    def set_status(self, number: int, status: str, agent: int | None = 7) -> None:
        """An agent changes the status."""
        self._move(self.conversations[number], status, agent)

    def _agent(self, agent: int) -> dict[str, Any]:
        return {"id": agent, "name": self.NAMES[agent]}

    def _move(self, conversation: dict[str, Any], status: str, agent: int | None) -> None:
        if agent is not None:
            conversation["assignee"] = self._agent(agent)
        conversation["status"] = status
        events = {"open": "conversation_opened", "resolved": "conversation_resolved"}
        for name in (*([events[status]] if status in events else []), "conversation_status_changed"):
            self._send(name, self._shown(conversation))

    def _message(self, conversation: dict[str, Any], sent: dict[str, Any], sender: dict[str, Any]) -> dict[str, Any]:
        message = {
            "id": next(self.ids), "content": sent["content"], "message_type": sent["message_type"],
            "private": sent.get("private", False), "content_attributes": sent.get("content_attributes", {}),
            "sender": sender, **({"attachments": sent["attachments"]} if sent.get("attachments") else {}),
        }  # fmt: skip
        conversation["messages"].append(message)
        self._send("message_created", {**message, "conversation": self._shown(conversation)})
        return message

    def _shown(self, conversation: dict[str, Any]) -> dict[str, Any]:
        assignee, at = conversation["assignee"], self.clock.now().timestamp()
        meta = {"sender": {"id": 70, "name": "Sara"}, "assignee": assignee}
        return {"id": conversation["id"], "status": conversation["status"], "meta": meta, "updated_at": at}

    def _send(self, event: str, body: dict[str, Any]) -> None:
        raw = json.dumps({"event": event, "account": {"id": 3}, **body}).encode()
        self.webhooks.append(sign_chatwoot(raw, str(int(self.clock.now().timestamp()))))


def sign_chatwoot(body: bytes, at: str, secret: str = SECRET) -> Webhook:
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"x-chatwoot-signature": f"sha256={digest}", "x-chatwoot-timestamp": at}, body
