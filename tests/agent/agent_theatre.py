"""A theatre's box office as a system of others offers it: JSON-schema tools without examples, forms of its own."""

from collections.abc import Mapping
from typing import Any

from handrail.agent.sources.adopting import adopt
from handrail.agent.sources.circuit import Circuit
from handrail.agent.tools.api import Effect, Tool
from handrail.agent.tools.offer import Offer, Sending
from handrail.conversation.clock import SystemClock
from handrail.conversation.sources import SourceTable, Terms

BOOKINGS = [
    {"booking_ref": "TB-5001", "play": "The Tempest", "starts_at": "2026-06-19T19:30:00+01:00", "seats": 2},
    {"booking_ref": "TB-5002", "play": "Hedda Gabler", "starts_at": "2026-06-27T14:00:00+01:00", "seats": 4},
]
REF = {"type": "string", "description": "Booking reference, e.g. 'TB-5001'"}
DAY = {"type": "string", "format": "date"}
SEATS = {"type": "integer", "minimum": 1, "description": "Number of seats"}
TIER = {"type": "string", "enum": ["stalls", "circle", "gallery"], "description": "Part of the house"}


class BoxOffice:
    """What its tools were asked."""

    def __init__(self) -> None:
        self.made: list[tuple[str, dict[str, Any]]] = []

    def tools(self) -> tuple[Tool, ...]:
        """The tools, adopted as those of any source are."""
        offers = [
            self._offer("list_bookings", "Lists the bookings of the customer.", "read", {}),
            self._offer(
                "find_performances", "Finds performances with free seats.", "read", {"play": _text(), "day": DAY}
            ),
            self._offer(
                "resend_tickets",
                "Sends the tickets again.",
                "write",
                {"booking_ref": {"type": "string"}},
                "booking_ref",
            ),
            self._offer("cancel_booking", "Cancels a booking.", "write", {"booking_ref": REF}, "booking_ref"),
            self._offer(
                "book_seats",
                "Books seats for a play.",
                "write",
                {"play": _text("Title of the play"), "day": DAY, "seats": SEATS, "tier": TIER, "wheelchair": _flag()},
                *("play", "day", "seats", "tier"),
            ),
            self._offer(
                "hire_hall",
                "Hires the rehearsal hall.",
                "write",
                {"day": DAY, "hours": {"type": "integer", "description": "For how many hours"}, "slot": _hours()},
                *("day", "hours", "slot"),
            ),
            self._offer("update_email", "Updates the contact email address.", "write", {"email": _email()}, "email"),
        ]
        table = SourceTable(tools={offer.name: Terms(public=True) for offer in offers})
        return adopt("theatre", table, offers, Circuit(SystemClock(), failures=9, seconds=9)).tools

    def _offer(self, name: str, says: str, effect: Effect, fields: Mapping[str, Any], *required: str) -> Offer:
        async def send(arguments: Mapping[str, Any], sending: Sending) -> Any:
            self.made.append((name, dict(arguments)))
            return BOOKINGS if name == "list_bookings" else {"state": "done"}

        schema = {"type": "object", "properties": dict(fields), "required": list(required)}
        return Offer(name, says, schema, send, effect)


def _text(says: str = "") -> dict[str, str]:
    return {"type": "string", "description": says}


def _flag() -> dict[str, str]:
    return {"type": "boolean", "description": "Whether a place for a wheelchair is needed"}


def _hours() -> dict[str, Any]:
    return {"type": "string", "enum": ["9-13", "13-17", "17-21"], "description": "Part of the day"}


def _email() -> dict[str, str]:
    return {"type": "string", "format": "email"}
