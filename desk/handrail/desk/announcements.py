"""What other systems are told of an event: its name, and what they may see of it."""

from collections.abc import Iterable, Mapping
from typing import Any, LiteralString

from handrail.conversation import events as e
from handrail.conversation.database import Connection
from handrail.conversation.events import Data, Event
from handrail.conversation.webhooks import EventName, Webhook

from .outbox import TOPIC

NAMES: Mapping[type[Data], tuple[EventName, ...]] = {
    e.Opened: ("conversation.opened",),
    e.CustomerSaid: ("message.created",),
    e.BotSaid: ("message.created",),
    e.PersonSaid: ("message.created",),
    e.Announced: ("message.created",),
    e.HandoffRequested: ("handoff.requested",),
    e.HandoffClaimed: ("handoff.claimed",),
    e.HandoffReturned: ("handoff.requeued",),
    e.GivenBack: ("handoff.returned",),
    e.WrappedUp: ("conversation.resolved", "tag.added"),
    e.Closed: ("conversation.closed",),
}
"""By what each kind of event is announced, in this order."""

PUT: LiteralString = """
INSERT INTO outbox (conversation_id, seq, target, event, due_at, made_at)
VALUES (%(id)s, %(seq)s, %(target)s, %(event)s, %(at)s, %(at)s) ON CONFLICT DO NOTHING
"""


def target_of(name: str) -> str:
    """An endpoint's target in the outbox."""
    return f"webhook:{name}"


class Announcements:
    """Puts into the outbox what endpoints are to be told.

    It is written with the log but never made anew with it: a new endpoint is not told of old times.
    """

    name = "announcements"
    rings = TOPIC

    def __init__(self, endpoints: Mapping[str, Webhook]) -> None:
        self._endpoints = endpoints
        wanted = frozenset(event for endpoint in endpoints.values() for event in endpoint.events)
        self.kinds = frozenset(data.kind for data, names in NAMES.items() if not wanted.isdisjoint(names))

    async def apply(self, connection: Connection, event: Event) -> None:
        """Take one event in."""
        for name, endpoint in self._endpoints.items():
            for told in _told_by(event.data, endpoint.events):
                parameters = {
                    "id": event.conversation_id, "seq": event.seq, "target": target_of(name), "event": told,
                    "at": event.at,
                }  # fmt: skip
                await connection.execute(PUT, parameters)

    async def clear(self, connection: Connection) -> None:
        """Nothing: what was sent stays sent."""


def _told_by(data: Data, wanted: Iterable[EventName]) -> list[EventName]:
    names = [name for name in NAMES.get(type(data), ()) if name in wanted]
    tagged = isinstance(data, e.WrappedUp) and bool(data.tags)
    return [name for name in names if name != "tag.added" or tagged]


SPEAKERS = {e.CustomerSaid: "customer", e.BotSaid: "bot", e.PersonSaid: "person", e.Announced: "system"}
SEEN: Mapping[tuple[str, type[Data]], frozenset[str]] = {
    ("conversation.opened", e.Opened): frozenset(("channel", "language")),
    ("message.created", e.BotSaid): frozenset(("reply_id", "part")),
    ("message.created", e.PersonSaid): frozenset(("by", "name")),
    ("message.created", e.Announced): frozenset(("code",)),
    ("handoff.requested", e.HandoffRequested): frozenset(
        ("handoff_id", "reason", "urgency", "department", "mode", "answer_by")
    ),
    ("handoff.claimed", e.HandoffClaimed): frozenset(("by", "name")),
    ("handoff.requeued", e.HandoffReturned): frozenset(
        ("handoff_id", "why", "by", "department", "to", "mode", "answer_by")
    ),
    ("handoff.returned", e.GivenBack): frozenset(("by",)),
    ("conversation.resolved", e.WrappedUp): frozenset(("by", "disposition")),
    ("tag.added", e.WrappedUp): frozenset(("by", "tags")),
    ("conversation.closed", e.Closed): frozenset(("reason",)),
}
"""The fields of an event that may be seen elsewhere. What proves who a customer is, what tools gave back and what the
desk notes for itself are in none."""


def announced(name: str, event: Event, *, content: bool) -> dict[str, Any]:
    """The body of an announcement. What was written is in it only with `content`."""
    said = event.data
    data: dict[str, Any] = {"conversation_id": event.conversation_id, "seq": event.seq}
    data |= said.model_dump(mode="json", include=set(SEEN.get((name, type(said)), ())))
    if isinstance(said, e.CustomerSaid | e.BotSaid | e.PersonSaid | e.Announced):
        data["from"] = SPEAKERS[type(said)]
        if content:
            data["text"] = said.text
    return {"type": name, "timestamp": event.at.isoformat(), "data": data}
