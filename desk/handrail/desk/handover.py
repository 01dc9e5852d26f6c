"""From the bot to people: who takes over, when, what the customer is told, and what is written down for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from typing import Literal, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from handrail.conversation.events import (
    ContactLeft,
    Data,
    HandoffRequested,
    HandoffReturned,
    PacketWritten,
    PromiseMade,
    Reason,
    TicketMoved,
    TicketOpened,
    WaysOffered,
)
from handrail.conversation.ids import new_id
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.conversation.situation import Situation

from . import notice
from .deadline import deadline
from .hours import OpeningHours
from .routing import GENERAL, Route, Routing
from .slots import Seats
from .slots import times as slot_times
from .staff import Presence
from .story import tell
from .waits import Waits
from .writer import Packets

ROUND = timedelta(minutes=5)
"""Times by which somebody answers are told in steps of this, rounded up."""


OFFERED = 3
"""So many calls are offered at once."""

ANSWER = "answer-"
"""How the ids of promises to answer a ticket begin."""


class Contacts(Protocol):
    """Knows where to write to a customer who has proven who they are."""

    async def email(self, customer_id: str) -> str | None:
        """The address on file, if there is one."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """A handoff to carry out: say `text` to the customer and append `events`, in one append that hands over to
    `holder`."""

    text: str
    events: tuple[Data, ...]
    mode: Literal["live", "ticket"]
    route: Route
    answer_by: datetime | None = None
    holder: str = "queue"


class Handover:
    """Decides how a conversation goes to people. `contacts` finds the address of a proven customer."""

    def __init__(
        self, log: Log, settings: Settings, staff: Presence, packets: Packets, contacts: Contacts | None = None
    ) -> None:
        """Raises `SettingsError` when the desk's hours, holidays or reasons are wrong."""
        self.seats = Seats(log.database)
        self.waits = Waits(log.database, log.clock, settings.desk, staff)
        self._log = log
        self._settings = settings
        self._staff = staff
        self._contacts = contacts
        self.packets = packets
        self.routing = Routing(settings.desk)
        self.hours = {
            code: OpeningHours.of(department, settings.desk, settings.business.timezone)
            for code, department in settings.desk.departments.items()
        }

    async def plan(
        self, situation: Situation, *, reason: Reason, triggers: Sequence[str] = (), now: datetime, quick: bool = False
    ) -> Plan:
        """Plan a handoff for this reason; `triggers` are the findings behind it, as `check/name`.

        It is live when the department is open and somebody is on, else a ticket with the time by which somebody
        answers, which becomes a promise of the department. `quick` asks no model for the packet.
        """
        route = self.routing.route(reason, triggers, situation)
        live = await self.is_live(route.department, now)
        requested = self._requested(route, triggers, now, live=live)
        contact = situation.contact or ("" if live else await self.on_file(situation))
        text = self._told(situation, requested, contact, now)
        more = () if live else ticket_of(situation, requested, contact)
        if live:
            wait = await self.waits.expect(requested.handoff_id, route.department, route.urgency)
            text, more = f"{text} {notice.wait(wait.place, wait.earliest, wait.latest)}", (wait,)
            until = now + timedelta(minutes=wait.latest)
        else:
            until = requested.answer_by or now
        ways, told = await self._ways(situation, requested, now, until)
        packet = await self._packet(situation, requested, now, quick=quick)
        return Plan(f"{text}{told}", (requested, packet, *more, *ways), requested.mode, route, requested.answer_by)

    async def slots(
        self, department: str, now: datetime, *, before: datetime | None = None, limit: int | None, free: bool = True
    ) -> list[datetime]:
        """The next slots in which a department calls back, in UTC, of which with `free` a seat is left."""
        found = self._settings.desk.departments.get(department)
        if found is None or not found.callback_minutes:
            return []
        full = await self.seats.full(department, found.callback_seats, now) if free else frozenset()
        times = (at for at in slot_times(found, self.hours[department], now) if at not in full)
        return list(islice(takewhile(lambda at: before is None or at <= before, times), limit))

    async def _ways(
        self, situation: Situation, requested: HandoffRequested, now: datetime, until: datetime
    ) -> tuple[tuple[Data, ...], str]:
        """Other ways than to wait until then, and their words: calls, those before the customer's deadline first."""
        events = await self._log.read(situation.conversation_id)
        last = deadline(tell(events), self.zone(situation))
        due = last.due if last is not None and last.due > now else None
        in_time = due is None or until <= due
        live = requested.answer_by is None
        if live and in_time and until - now <= timedelta(minutes=self._settings.desk.patience_minutes):
            return (), ""
        slots = await self.slots(requested.department, now, before=due, limit=OFFERED)
        late = "" if in_time or slots or due is None else f" {notice.too_late(self.when(situation, due, now))}"
        slots = slots or await self.slots(requested.department, now, limit=OFFERED)
        if not slots:
            return (), late
        told = notice.calls([self.when(situation, slot, now) for slot in slots], instead=live)
        offered = WaysOffered(handoff_id=requested.handoff_id, slots=tuple(slots), deadline=due)
        return (offered,), f"{late} {told}"

    async def reopen(self, situation: Situation, now: datetime) -> Plan:
        """Plan the return of a ticket that was settled and whose customer has written again."""
        last = situation.handoff
        route = Route("asked_for_person", GENERAL, "normal")
        if last is not None:
            route = Route(last.reason, last.department if last.department in self.hours else GENERAL, last.urgency)
        requested = self._requested(route, (), now, live=False)
        packet = await self._packet(situation, requested, now, quick=True)
        ticket = ticket_of(situation, requested, situation.contact)
        opened = [data for data in ticket if isinstance(data, TicketOpened)]
        moved = [TicketMoved(ticket_id=data.ticket_id, state="reopened") for data in opened]
        text = notice.reopened(self.when(situation, requested.answer_by or now, now))
        return Plan(text, (requested, packet, *ticket, *moved), "ticket", route, requested.answer_by)

    def answer_by(self, department: str, now: datetime) -> datetime:
        """The moment by which a department has answered a ticket that is opened now, in UTC."""
        hours = self.hours.get(department, self.hours[GENERAL])
        exact = hours.add_open_hours(now, self._settings.desk.answer_hours)
        past = (exact - datetime.min.replace(tzinfo=UTC)) % ROUND
        return exact if not past else exact + ROUND - past

    def zone(self, situation: Situation) -> ZoneInfo:
        """The zone in which a customer is told times: their own where it is known, else the business's."""
        try:
            return ZoneInfo(situation.timezone or self._settings.business.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo(self._settings.business.timezone)

    async def is_live(self, department: str, now: datetime, *, without: str = "") -> bool:
        """Whether the department is open, and somebody other than `without` is on for it."""
        return self.hours[department].is_open(now) and bool(set(await self._staff.on(department)) - {without})

    async def on_file(self, situation: Situation) -> str:
        """The address on file of a customer who has proven who they are; empty where there is none."""
        identity = situation.identity
        if self._contacts is None or identity.level != "verified" or identity.customer_id is None:
            return ""
        return await self._contacts.email(identity.customer_id) or ""

    def _requested(self, route: Route, triggers: Sequence[str], now: datetime, *, live: bool) -> HandoffRequested:
        return HandoffRequested(
            handoff_id=new_id(now),
            reason=route.reason,
            triggers=tuple(triggers),
            urgency=route.urgency,
            department=route.department,
            skills=route.skills,
            mode="live" if live else "ticket",
            answer_by=None if live else self.answer_by(route.department, now),
        )

    async def _packet(
        self, situation: Situation, requested: HandoffRequested, now: datetime, *, quick: bool
    ) -> PacketWritten:
        events = await self._log.read(situation.conversation_id)
        verified = await self.packets.make(situation, events, now=now, requested=requested, quick=quick)
        dropped = len(verified.dropped)
        return PacketWritten(handoff_id=requested.handoff_id, packet=verified.packet, dropped=dropped)

    def _told(self, situation: Situation, requested: HandoffRequested, contact: str, now: datetime) -> str:
        desk = self._settings.desk
        opening = notice.opening(requested.reason, requested.triggers, desk.country)
        name = desk.departments[requested.department].name
        if requested.answer_by is None:
            return f"{opening} {notice.live(name)}"
        is_open = self.hours[requested.department].is_open(now)
        when = self.when(situation, requested.answer_by, now)
        return f"{opening} {notice.ticket(name, when, contact, is_open=is_open)}"

    def when(self, situation: Situation, at: datetime, now: datetime) -> str:
        """A moment in the customer's words."""
        zone = self.zone(situation)
        return notice.when(at, now, zone, own=situation.timezone == zone.key)


def ticket_of(situation: Situation, requested: HandoffRequested | HandoffReturned, contact: str) -> tuple[Data, ...]:
    """A ticket with its promise. One that the conversation has already goes on under its id."""
    if requested.answer_by is None:
        return ()
    ticket_id = situation.ticket.ticket_id if situation.ticket else f"ticket-{requested.handoff_id}"
    handoff_id, due = requested.handoff_id, requested.answer_by
    opened = TicketOpened(ticket_id=ticket_id, handoff_id=handoff_id, answer_by=due)
    left = (ContactLeft(address=contact),) if contact else ()
    text = "Somebody answers the ticket."
    promise = PromiseMade(promise_id=promise_of(handoff_id), text=text, owner=requested.department, due=due)
    return (opened, *left, promise)


def promise_of(handoff_id: str) -> str:
    """The id of the promise that a ticket's answer is."""
    return f"{ANSWER}{handoff_id}"
