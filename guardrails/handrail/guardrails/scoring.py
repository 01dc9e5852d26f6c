"""Scoring what was written elsewhere: texts and whole conversations, many at a time, without an agent or a log."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Literal, TypeVar

from handrail.conversation.events import Action, Confidence, Finding
from handrail.conversation.settings import Checks
from handrail.conversation.situation import RECENT, Line, Mood, Situation
from handrail.guardrails.calibration import read_calibration
from handrail.guardrails.confidence import confidence, gather
from handrail.guardrails.rails import Rails
from handrail.guardrails.sentiment import Course, course
from handrail.guardrails.tally import Part
from handrail.guardrails.verdict import STRENGTH, Verdict
from handrail.guardrails.whole import Whole, whole

BATCH = 256
"""So many texts are embedded together, while those before them are checked."""
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
PLAIN = ("asks_for_person/asked", "sensitive/self_harm", "sensitive/safety", "sensitive/bereavement")
"""What in one line alone means that the conversation needed a person: the wish for one, and people in danger or grief.
Other matters that call one (a report of fraud, say) stand at their turn: they are often settled without."""
QUIET = Confidence(needs_person=0.0, decision="answer")

Role = Literal["customer", "agent"]
Item = TypeVar("Item")
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of a conversation, as it was recorded. `agent` is whoever answered, a person or a program."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class ScoredTurn:
    """What the checks say of a turn: `sentiment` -1 to 1, how probable it is that a person is needed by now, and the
    findings. An agent's turn is not judged: its sentiment is 0, and `sure` stands as the customer left it."""

    role: Role
    sentiment: float
    frustration: float
    sure: Confidence
    findings: tuple[Finding, ...] = ()
    friction: float = 0.0

    @property
    def action(self) -> Action:
        """The strongest step that the findings or the joined signals ask for."""
        asked: list[Action] = [f.action for f in self.findings]
        if self.sure.decision != "answer":
            asked.append(self.sure.decision)
        return max(asked, key=STRENGTH.index, default="note") if self.role == "customer" else "note"


@dataclass(frozen=True, slots=True)
class Scored:
    """A conversation: how probable it is that it needed a person, how the mood went (lines of the customer's are
    counted from 0), and its turns, one for each that was given."""

    whole: Whole
    course: Course
    turns: tuple[ScoredTurn, ...]

    @property
    def needs_person(self) -> float:
        """The probability that the conversation needed a person, 0 to 1."""
        return self.whole.needs_person

    @property
    def handed_over(self) -> int | None:
        """The turn at which a person would have been called."""
        return next((n for n, turn in enumerate(self.turns) if turn.action == "handover"), None)


@dataclass(frozen=True, slots=True)
class ScoredText:
    """What the checks say of one text by itself: `sentiment` -1 to 1, the others 0 to 1."""

    sentiment: float
    frustration: float
    injection: float
    verdict: Verdict


async def score_texts(texts: Iterable[tuple[Key, str]], rails: Rails) -> AsyncIterator[tuple[Key, ScoredText]]:
    """Score each text as a customer's first line; keys are handed through."""
    async for key, text in _read_ahead(((pair, [pair[1]]) for pair in texts), rails):
        verdict = await rails.inbound(text)
        sentiment, frustration = _mood(verdict)
        yield key, ScoredText(sentiment, frustration, await rails.injection(text), verdict)


async def score_conversations(
    conversations: Iterable[tuple[Key, Sequence[Said]]], rails: Rails, checks: Checks
) -> AsyncIterator[tuple[Key, Scored]]:
    """Score conversations in their order: each turn by what was said up to it, nothing by what came after."""
    asked = ((pair, [t.text for t in pair[1] if t.role == "customer"]) for pair in conversations)
    async for key, turns in _read_ahead(asked, rails):
        yield key, await score(turns, rails, checks)


async def score(turns: Sequence[Said], rails: Rails, checks: Checks) -> Scored:
    """Score one conversation."""
    lines: list[Line] = []
    moods: list[Mood] = []
    scored: list[ScoredTurn] = []
    for seq, turn in enumerate(turns, 1):
        lines.append(Line(seq, SOME_DAY, "customer" if turn.role == "customer" else "bot", turn.text))
        if turn.role != "customer":
            scored.append(ScoredTurn(turn.role, 0.0, 0.0, scored[-1].sure if scored else QUIET))
            continue
        situation = Situation(
            "scored", seq=seq, heard=seq, answered=seq - 1, lines=tuple(lines[-RECENT:]), moods=tuple(moods[-RECENT:])
        )
        verdict = await rails.inbound(turn.text, situation)
        sentiment, frustration = _mood(verdict)
        signals = gather(situation, verdict)
        sure = confidence(signals, checks)
        scored.append(ScoredTurn(turn.role, sentiment, frustration, sure, verdict.findings, signals.friction))
        moods.append(Mood(seq, sentiment, frustration))
    return Scored(_overall(turns, scored, checks), course(moods), tuple(scored))


def _overall(turns: Sequence[Said], scored: Sequence[ScoredTurn], checks: Checks) -> Whole:
    parts = [
        Part(said.role == "customer", said.text, turn.friction, turn.sentiment, turn.frustration)
        for said, turn in zip(turns, scored, strict=True)
    ]
    called = (
        f.score for turn in scored for f in turn.findings if f"{f.check}/{f.name}" in PLAIN and f.action == "handover"
    )
    scale = read_calibration(checks.confidence).conversation if checks.confidence else None
    return whole(parts, max(called, default=0.0), scale)


def _mood(verdict: Verdict) -> tuple[float, float]:
    """Neutral where the check of the mood is only being tried, or was broken off."""
    told = {f.name: f.score for f in verdict.of("sentiment")}
    return round(told.get("score", 0.5) * 2 - 1, 4), told.get("frustration", 0.0)


async def _read_ahead(items: Iterable[tuple[Item, list[str]]], rails: Rails) -> AsyncIterator[Item]:
    """The items in their order, each once its texts are embedded; the next batch is embedded meanwhile."""
    batches = _batches(items)
    reading = None
    waiting = next(batches, None)
    while waiting is not None:
        await (reading or asyncio.create_task(rails.read_ahead(_texts(waiting))))
        ready, waiting = waiting, next(batches, None)
        reading = asyncio.create_task(rails.read_ahead(_texts(waiting))) if waiting else None
        for item, _ in ready:
            yield item
            await asyncio.sleep(0)


def _texts(batch: Sequence[tuple[object, list[str]]]) -> list[str]:
    return list(chain.from_iterable(texts for _, texts in batch))


def _batches(items: Iterable[tuple[Item, list[str]]]) -> Iterator[list[tuple[Item, list[str]]]]:
    batch: list[tuple[Item, list[str]]] = []
    size = 0
    for item, texts in items:
        batch.append((item, texts))
        size += len(texts)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
