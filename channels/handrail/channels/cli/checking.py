"""What `handrail checks` runs on texts and conversations: files scored in batch, single texts explained."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from rich import box
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from handrail.agent.parts import make_rails
from handrail.channels.cli.rows import Row, convert, read
from handrail.conversation.events import Finding
from handrail.conversation.settings import Settings
from handrail.guardrails import scoring
from handrail.guardrails.rails import Rails
from handrail.guardrails.scoring import Role, Said, Scored, ScoredText, ScoredTurn
from handrail.knowledge.embed import open_embedder

NARROW = ("check", "finding", "score", "asks for")
"""Columns that are shown whole however narrow the terminal is."""


class TextRow(Row):
    """One text to be scored."""

    text: str


class TurnRow(BaseModel):
    """One turn of a conversation."""

    model_config = ConfigDict(frozen=True)

    role: Role
    text: str


class ConversationRow(Row):
    """One conversation to be scored."""

    turns: tuple[TurnRow, ...]


async def score_texts(settings: Settings, source: Path, out: Path) -> None:
    """Score every text of `source` into `out`."""
    rows = read(source, TextRow)
    rails = await make_rails(settings, open_embedder(settings))

    async def work(batch: Sequence[TextRow]) -> list[dict[str, Any]]:
        told = scoring.score_texts(((row.id, row.text) for row in batch), rails)
        return [{"id": name, **_of_text(text)} async for name, text in told]

    await convert(rows, out, work)


async def score_conversations(settings: Settings, source: Path, out: Path) -> None:
    """Score every conversation of `source` into `out`."""
    rows = read(source, ConversationRow)
    rails = await make_rails(settings, open_embedder(settings))

    async def work(batch: Sequence[ConversationRow]) -> list[dict[str, Any]]:
        return [
            {
                "id": row.id,
                "needs_person": told.needs_person,
                "reasons": list(told.whole.reasons),
                "mood": _of_mood(told),
                "turns": [_of_turn(t) for t in told.turns],
            }
            async for row, told in _scored(batch, rails, settings)
        ]

    await convert(rows, out, work)


async def tell_conversations(settings: Settings, source: Path) -> None:
    """Print where each conversation of `source` would have been handed over, and why."""
    rows, console = read(source, ConversationRow), Console(highlight=False)
    rails = await make_rails(settings, open_embedder(settings))
    handed = 0
    async for row, told in _scored(rows, rails, settings):
        handed += told.handed_over is not None
        console.print(_story(row, told), soft_wrap=True)
    console.print(f"{handed} of {len(rows)} conversations handed over")


async def explain(settings: Settings, text: str) -> None:
    """Print what every check says of `text`, and how long it took."""
    rails, console = await make_rails(settings, open_embedder(settings)), Console(highlight=False)
    async for _, told in scoring.score_texts([("", text)], rails):
        found = told.verdict
        table = Table(*(Column(name, no_wrap=True) for name in NARROW), "where", "why", "ms", box=box.SIMPLE_HEAD)
        for check, spent in found.milliseconds.items():
            rows = [_finding(f, text) for f in found.of(check)] or [("–", "", "", "", "")]
            for number, row in enumerate(rows):
                table.add_row(check if number == 0 else "", *map(Text, row), f"{spent:.2f}" if number == 0 else "")
        console.print(table)
        console.print(
            f"sentiment {told.sentiment:+.2f}, frustration {told.frustration:.2f}, injection {told.injection:.2f}: "
            f"the checks ask for {'nothing' if found.action == 'note' else found.action}"
        )
    (turn,) = (await scoring.score([Said("customer", text)], rails, settings.checks)).turns
    why = f" ({', '.join(turn.sure.reasons)})" if turn.sure.reasons else ""
    console.print(f"As a first line it needs a person with {turn.sure.needs_person:.2f}{why}.")


def _scored(
    rows: Sequence[ConversationRow], rails: Rails, settings: Settings
) -> AsyncIterator[tuple[ConversationRow, Scored]]:
    given = ((row, [Said(turn.role, turn.text) for turn in row.turns]) for row in rows)
    return scoring.score_conversations(given, rails, settings.checks)


def _of_text(told: ScoredText) -> dict[str, Any]:
    return {
        "sentiment": told.sentiment,
        "frustration": told.frustration,
        "injection": round(told.injection, 4),
        "findings": [_as_json(f) for f in told.verdict.findings],
    }


def _of_mood(told: Scored) -> dict[str, Any]:
    heard = [n for n, turn in enumerate(told.turns) if turn.role == "customer"]
    mood = told.course
    return {
        "level": round(mood.level, 4),
        "trend": round(mood.trend, 4),
        "peak": None if mood.peak is None else heard[mood.peak],
        "recovered": mood.recovered,
    }


def _of_turn(turn: ScoredTurn) -> dict[str, Any]:
    return {
        "role": turn.role,
        "sentiment": turn.sentiment,
        "frustration": turn.frustration,
        "needs_person": turn.sure.needs_person,
        "reasons": list(turn.sure.reasons),
        "findings": [_as_json(f) for f in turn.findings],
    }


def _as_json(finding: Finding) -> dict[str, Any]:
    return finding.model_dump(mode="json", exclude_defaults=True)


def _story(row: ConversationRow, told: Scored) -> Text:
    at, sure = told.handed_over, f"{told.needs_person:.2f}"
    if told.whole.reasons:
        sure += f" ({', '.join(told.whole.reasons)})"
    if at is None:
        return Text(f"· {row.id}: {sure}, stays with the bot", style="dim")
    turn = told.turns[at]
    why = [
        f"{f.check}/{f.name} {f.score:.2f}{f' ({f.reason})' if f.reason else ''}"
        for f in turn.findings
        if f.action == "handover"
    ]
    why += [f"{turn.sure.needs_person:.2f}: {', '.join(turn.sure.reasons)}"] if turn.sure.decision == "handover" else []
    return Text(f"→ {row.id}: {sure}, handed over at turn {at + 1}: {'; '.join(why)}\n    {row.turns[at].text}")


def _finding(finding: Finding, text: str) -> tuple[str, str, str, str, str]:
    where = repr(text[slice(*finding.span)]) if finding.span else ""
    asks = "" if finding.action == "note" else finding.action
    return finding.name, f"{finding.score:.2f}", asks, where, finding.reason
