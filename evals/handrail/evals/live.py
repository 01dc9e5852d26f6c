"""Live traffic in the shadow of other settings: what would the checks have done, with no effect on anybody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from handrail.conversation.events import BotSaid, CustomerSaid, Event, HandoffClaimed, HandoffRequested, WrappedUp
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.evals.case import Case, Expected, Step
from handrail.evals.freezing.contact import contact_of
from handrail.evals.freezing.expectation import needed_of
from handrail.evals.report import Report
from handrail.evals.scorers import escalated
from handrail.evals.suite import Progress, quiet, recorded
from handrail.evals.transcript import TranscriptTurn

LIVE: LiteralString = """
SELECT DISTINCT ON (c.conversation_id) c.conversation_id FROM contacts c
JOIN conversations o ON o.id = c.conversation_id
WHERE c.began_at >= %s AND NOT c.trial AND NOT o.forgotten ORDER BY c.conversation_id
"""


@dataclass(frozen=True, slots=True)
class Shadow:
    """What a variant would have done beside what was done, by the ids of conversations.

    `sooner` are those in which it alone would have called a person, `never` those in which only the settings that ran
    did; `report` scores those that people tagged.
    """

    report: Report
    called: int
    sooner: tuple[str, ...]
    never: tuple[str, ...]


async def live(log: Log, since: datetime) -> tuple[tuple[Case, ...], frozenset[str]]:
    """The conversations that began since then, as cases in memory, and the ids of those in which a person was called.
    Nothing of them is written anywhere."""
    async with log.database.connection() as connection:
        rows = await (await connection.execute(LIVE, (since,))).fetchall()
    cases, called = [], set()
    for row in rows:
        events = await log.read(row["conversation_id"])
        case = case_of(events)
        if case is not None:
            cases.append(case)
            if any(isinstance(event.data, HandoffRequested) for event in events):
                called.add(case.id)
    return tuple(cases), frozenset(called)


def case_of(events: Sequence[Event]) -> Case | None:
    """A conversation up to where a person took it, with what the last tag says of it; None where nothing was written
    that can be read."""
    taken = next((event.seq for event in events if isinstance(event.data, HandoffClaimed)), len(events) + 1)
    turns = tuple(_turns([event for event in events if event.seq < taken]))
    steps = tuple(Step(say=turn.text) for turn in turns if turn.role == "customer")
    if not steps:
        return None
    return Case(
        id=events[0].conversation_id,
        purpose="live",
        now=events[0].at,
        steps=steps,
        recorded=turns,
        expected=Expected(escalate=_needed(events)),
    )


def _turns(events: Sequence[Event]) -> Iterator[TranscriptTurn]:
    """The lines of both sides; the parts of a reply are one."""
    reply = {data.reply_id: "" for event in events if isinstance(data := event.data, BotSaid)}
    for event in events:
        if isinstance(event.data, BotSaid):
            reply[event.data.reply_id] += event.data.text
    for event in events:
        if isinstance(event.data, CustomerSaid) and event.data.text.strip():
            yield TranscriptTurn(role="customer", text=event.data.text)
        elif isinstance(event.data, BotSaid) and (text := reply.pop(event.data.reply_id, "")):
            yield TranscriptTurn(role="agent", text=text)


def _needed(events: Sequence[Event]) -> bool | None:
    """Whether the last tag says that a person was needed."""
    wrapped = [e.seq for e in events if isinstance(e.data, WrappedUp) and e.data.tags]
    contact = contact_of(events, wrapped[-1]) if wrapped else None
    return needed_of(contact) if contact is not None else None


async def shadow(
    cases: Sequence[Case], called: frozenset[str], settings: Settings, *, progress: Progress = quiet
) -> Shadow:
    """Let the checks of `settings` read the cases; `called` are those in which a person was called in truth."""
    report = await recorded(cases, settings, progress=progress)
    would = {played.case.id for played in report.played if escalated(played.log)}
    return Shadow(report, len(would), tuple(sorted(would - called)), tuple(sorted(called - would)))
