"""`handrail desk packet`: verified summaries of files of transcripts."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from handrail.channels.cli.rows import Row, convert, read
from handrail.conversation.errors import SettingsError
from handrail.conversation.settings import Settings
from handrail.desk.digests import Digests
from handrail.desk.transcript import Turn, turn_of
from handrail.desk.verify import Verified
from handrail.desk.writer import Writer

AT_ONCE = 4
"""Transcripts that a model is given at the same time."""


class TurnRow(BaseModel):
    """One message of a transcript."""

    model_config = ConfigDict(frozen=True)

    role: Literal["customer", "agent"]
    text: str


class TranscriptRow(Row):
    """One transcript to be summed up."""

    turns: tuple[TurnRow, ...]


async def write_packets(settings: Settings, source: Path, out: Path, *, model: bool) -> None:
    """Sum up every transcript of `source` into `out`; with `model`, by the model of the settings."""
    rows = read(source, TranscriptRow)
    async with _writer(settings, wanted=model) as writer:
        digests, free = Digests(writer), asyncio.Semaphore(AT_ONCE)

        async def one(row: TranscriptRow) -> dict[str, Any]:
            async with free:
                made = await digests.make([Turn(turn.role, turn.text) for turn in row.turns])
            return {"id": row.id, **_told(made)}

        async def work(batch: Sequence[TranscriptRow]) -> list[dict[str, Any]]:
            return list(await asyncio.gather(*(one(row) for row in batch)))

        await convert(rows, out, work)


@asynccontextmanager
async def _writer(settings: Settings, *, wanted: bool) -> AsyncIterator[Writer | None]:
    if not wanted:
        yield None
        return
    if settings.engine.chosen == "offline":
        raise SettingsError("no model is set: give [engine] a base_url or a key, or leave --model out")
    from handrail.agent.models.openai import OpenAIModel
    from handrail.agent.packet_writer import PacketWriter

    model = OpenAIModel(settings.engine)
    try:
        yield PacketWriter(model, settings.engine.name)
    finally:
        await model.aclose()


def _told(made: Verified) -> dict[str, Any]:
    lines = [{"text": one.text, "evidence": [turn_of(ref) for ref in one.evidence]} for one in made.packet.lines]
    dropped = [{"text": drop.line.text, "evidence": list(drop.line.evidence), "why": drop.why} for drop in made.dropped]
    return {"summary": " ".join(line.text for line in made.packet.lines), "lines": lines, "dropped": dropped}
