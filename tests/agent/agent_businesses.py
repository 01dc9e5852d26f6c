"""Two small businesses, made up for tests: a dentist's practice and a public library."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from handrail.agent.tools import Context, Id, Preview, Refusal, tool

Treatment = Literal["check-up", "cleaning", "filling", "whitening"]
TimeId = Annotated[str, Id(r"T\d{3}", of="time_id")]
AppointmentId = Annotated[str, Id(r"A\d{4}", of="appointment_id")]


class FreeTime(BaseModel):
    time_id: str
    treatment: Treatment
    starts_at: datetime
    dentist: str


class Appointment(BaseModel):
    appointment_id: str
    treatment: Treatment
    starts_at: datetime
    dentist: str


def _at(day: int, hour: int) -> datetime:
    return datetime(2026, 6, day, hour - 1, tzinfo=UTC)  # London summer time


@dataclass
class Practice:
    appointments: list[Appointment] = field(
        default_factory=lambda: [
            Appointment(appointment_id="A1001", treatment="check-up", starts_at=_at(19, 9), dentist="Dr Vance"),
            Appointment(appointment_id="A1002", treatment="filling", starts_at=_at(24, 15), dentist="Dr Okafor"),
        ]
    )
    cancelled: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)


@tool(effect="read", examples=["when do you have a free appointment", "what times are available for a cleaning"])
async def find_times(ctx: Context, treatment: Treatment, day: date | None = None) -> list[FreeTime]:
    """Find free appointment times.

    treatment: which treatment it is for
    day: only times on this day
    """
    offers = [(101, 16, 10), (102, 16, 15), (103, 23, 14), (104, 23, 16), (105, 25, 9)]
    free = [
        FreeTime(time_id=f"T{n}", treatment=treatment, starts_at=_at(d, h), dentist="Dr Vance") for n, d, h in offers
    ]
    return [time for time in free if day is None or time.starts_at.date() == day]


async def preview_book(ctx: Context, time_id: str) -> Preview:
    return Preview(summary=f"Book the appointment {time_id} with Dr Vance")


@tool(
    effect="write",
    identity="verified",
    preview=preview_book,
    examples=["book me in for a cleaning", "I'd like an appointment"],
)
async def book_appointment(ctx: Context, time_id: TimeId) -> dict[str, str]:
    """Book an appointment at a free time.

    time_id: the time as find_times lists it
    """
    return {"appointment_id": "A1003"}


@tool(
    effect="read",
    identity="verified",
    examples=["when is my appointment", "what appointments do I have"],
    template="{treatment} on {starts_at} with {dentist} ({appointment_id})",
)
async def my_appointments(ctx: Context) -> list[Appointment]:
    """List the patient's appointments to come."""
    practice: Practice = ctx.resources
    return practice.appointments


async def preview_cancel(ctx: Context, appointment_id: str) -> Preview:
    return Preview(summary=f"Cancel appointment {appointment_id} free of charge")


@tool(
    effect="write",
    identity="verified",
    preview=preview_cancel,
    examples=["cancel my appointment", "I can't come on Friday"],
)
async def cancel_appointment(ctx: Context, appointment_id: AppointmentId) -> dict[str, str]:
    """Cancel an appointment.

    appointment_id: the number of the appointment
    """
    practice: Practice = ctx.resources
    practice.cancelled.append(appointment_id)
    return {"state": "cancelled"}


async def preview_move(ctx: Context, appointment_id: str, time_id: str) -> Preview:
    if time_id == "T104":
        raise Refusal("taken", "That time was taken a moment ago.", alternatives=("Tuesday, 23 June 2026 at 14:00",))
    return Preview(summary=f"Move appointment {appointment_id} to {time_id}")


@tool(
    effect="write",
    identity="verified",
    preview=preview_move,
    examples=["move my appointment", "can I come another day instead"],
)
async def move_appointment(ctx: Context, appointment_id: AppointmentId, time_id: TimeId) -> dict[str, str]:
    """Move an appointment to another free time.

    appointment_id: the number of the appointment
    time_id: the new time as find_times lists it
    """
    return {"state": "moved"}


async def preview_send(ctx: Context, email: str) -> Preview:
    return Preview(summary=f"Send your records to {email}")


@tool(
    effect="write",
    identity="verified",
    preview=preview_send,
    examples=["send me my x-rays", "I need a copy of my records"],
)
async def send_records(ctx: Context, email: str) -> dict[str, str]:
    """Send the patient's records by e-mail.

    email: the e-mail address to send them to
    """
    practice: Practice = ctx.resources
    practice.sent.append(email)
    return {"state": "sent"}


CLINIC = (find_times, book_appointment, my_appointments, cancel_appointment, move_appointment, send_records)
CLINIC_POLICIES = {
    "Cancelling an appointment": (
        "## Notice\n\nYou can cancel free of charge up to 24 hours before your appointment. "
        "If you cancel later, we charge £25. Emergencies are never charged.\n\n"
        "## Not coming\n\nIf you do not come and do not tell us, we charge £40."
    ),
    "What treatments cost": (
        "## Prices\n\nA check-up costs £45, a cleaning £60 and a filling from £95. "
        "Whitening costs £240.\n\n## Paying\n\nYou can pay by card, or in three monthly instalments from £150."
    ),
    "Children": "## From which age\n\nWe see children from the age of three. Check-ups are free for anyone under 18.",
    "After a filling": "## Eating\n\nWait two hours before you eat. Avoid very hot and very cold food for a day.",
    "Anxious patients": "## What we offer\n\nTell us if you are afraid. We offer sedation and longer appointments.",
}

LoanId = Annotated[str, Id(r"L-\d{6}", of="loan_id")]
BookId = Annotated[str, Id(r"BK\d{4}", of="book_id")]
Branch = Literal["central", "riverside", "north_gate"]
Problem = Literal["damaged", "lost", "missing_pages"]


class Loan(BaseModel):
    loan_id: str
    title: str
    due_on: date
    renewals_left: int


class Book(BaseModel):
    book_id: str
    title: str
    author: str
    copies_free: int


@dataclass
class Library:
    loans: list[Loan] = field(
        default_factory=lambda: [
            Loan(loan_id="L-000123", title="The Salt Road", due_on=date(2026, 6, 18), renewals_left=2),
            Loan(loan_id="L-000124", title="Beekeeping for Everyone", due_on=date(2026, 6, 30), renewals_left=0),
            Loan(loan_id="L-000125", title="A Short Walk Home", due_on=date(2026, 7, 2), renewals_left=1),
        ]
    )
    renewed: list[str] = field(default_factory=list)


@tool(effect="read", identity="verified", examples=["what have I borrowed", "when are my books due"])
async def list_loans(ctx: Context) -> list[Loan]:
    """List the reader's loans, with the day each is due."""
    library: Library = ctx.resources
    return library.loans


async def preview_renew(ctx: Context, loan_id: str) -> Preview:
    library: Library = ctx.resources
    loan = next((loan for loan in library.loans if loan.loan_id == loan_id), None)
    if loan is None:
        raise Refusal("no_such_loan", "There is no such loan.")
    if not loan.renewals_left:
        raise Refusal("no_renewals", f"{loan.title} can't be renewed any more.", rule="renewing-loans")
    return Preview(summary=f"Renew {loan.title} until {loan.due_on + timedelta(days=21)}")


@tool(effect="write", identity="verified", preview=preview_renew, examples=["renew my books", "can I keep it longer"])
async def renew_loan(ctx: Context, loan_id: LoanId) -> dict[str, str]:
    """Renew a loan for three more weeks.

    loan_id: the number of the loan
    """
    library: Library = ctx.resources
    library.renewed.append(loan_id)
    return {"due_on": "2026-07-09"}


@tool(effect="read", examples=["do you have anything by this author", "is this book in"])
async def search_books(ctx: Context, query: str) -> list[Book]:
    """Search the catalogue by title, author or subject.

    query: what the reader looks for, in a few words
    """
    return [Book(book_id="BK0042", title="The Salt Road", author="I. Marsh", copies_free=1)]


async def preview_reserve(ctx: Context, book_id: str, branch: str) -> Preview:
    return Preview(summary=f"Reserve {book_id} for collection at {branch}")


@tool(effect="write", identity="verified", preview=preview_reserve, examples=["reserve a book", "put it aside for me"])
async def reserve_book(ctx: Context, book_id: BookId, branch: Branch) -> dict[str, str]:
    """Reserve a book for collection.

    book_id: the number of the book in the catalogue
    branch: the branch where the reader collects it
    """
    return {"state": "reserved"}


async def preview_report(ctx: Context, loan_id: str, problem: str, note: str = "") -> Preview:
    return Preview(summary=f"Report {loan_id} as {problem}")


@tool(effect="write", identity="verified", preview=preview_report, examples=["I lost a book", "my book is broken"])
async def report_problem(ctx: Context, loan_id: LoanId, problem: Problem, note: str = "") -> dict[str, str]:
    """Report a problem with a borrowed book.

    loan_id: the number of the loan
    problem: what is wrong with the book
    note: anything the staff should know
    """
    return {"state": "reported"}


async def preview_address(ctx: Context, address: str) -> Preview:
    return Preview(summary=f"Change your address to {address}")


@tool(effect="write", identity="verified", preview=preview_address, examples=["I have moved", "change my address"])
async def change_address(ctx: Context, address: str) -> dict[str, str]:
    """Change the reader's home address.

    address: the new address
    """
    return {"state": "changed"}


async def preview_room(ctx: Context, day: date, starts: str, people: int, branch: str = "central") -> Preview:
    return Preview(summary=f"Book a study room at {branch} on {day} at {starts} for {people} people")


@tool(
    effect="write",
    identity="verified",
    preview=preview_room,
    examples=["book a study room", "we need a room to work in"],
)
async def book_room(
    ctx: Context, day: date, starts: Annotated[str, Field(json_schema_extra={"format": "time"})],
    people: Annotated[int, Field(ge=1)], branch: Branch = "central",
) -> dict[str, str]:  # fmt: skip
    """Book a study room.

    day: the day of the booking
    starts: when it starts
    people: how many people come
    branch: at which branch
    """
    return {"room": "Room 3"}


LIBRARY = (list_loans, renew_loan, search_books, reserve_book, report_problem, change_address, book_room)
LIBRARY_POLICIES = {
    "Renewing loans": (
        "## How often\n\nA loan can be renewed twice, for three weeks each time. "
        "Books that somebody else has reserved cannot be renewed."
    ),
    "Fines": "## Late books\n\nWe charge 20p a day for each late book, up to £6. Children are not fined.",
    "Lost and damaged books": "## What it costs\n\nIf you lose a book you pay its price and £3 for handling.",
    "Joining": "## Who can join\n\nAnyone who lives or works in the city can join. Bring a letter with your address.",
    "Study rooms": "## Rules\n\nA room can be booked for up to three hours. Food is not allowed; water is.",
}
