"""A packet written by a model: what it is given, the shape of what it gives back, and the same verifier after it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from handrail.conversation.errors import Invalid, Unavailable
from handrail.conversation.events import (
    Consulted,
    Event,
    HandoffRequested,
    Packet,
    PacketLine,
    PacketStep,
    ReadyTool,
    Topic,
)
from handrail.conversation.sections import PHONE_REGIONS
from handrail.conversation.situation import Situation
from handrail.guardrails.placeholders import Placeholders

from .evidence import evidence
from .hiding import of_events
from .packet import LINES, compose
from .verify import Verified, verify

logger = logging.getLogger(__name__)

WAIT_SECONDS = 8.0
"""How long a model may take; the facts do not wait longer."""

FEWEST = 3
"""Verified lines from which a model's packet is taken at all."""

Body = Literal["wants", "established", "tried", "stuck", "promised", "next"]
"""What a writer writes of. The header, the rules that govern and the tools are not its business."""

ORDER: tuple[Topic, ...] = ("wants", "established", "tried", "stuck", "promised")
"""The order of lines; topics that a model has left out are filled in from the facts."""

Passages = Callable[[Sequence[str]], Awaitable[Mapping[str, str]]]
"""The texts of policy passages by id, as far as they are known."""


Ready = Callable[[Situation, Sequence[Event]], Awaitable[tuple[ReadyTool, ...]]]
"""The tools that a person may run next, with the arguments that the conversation has."""


class DraftLine(BaseModel):
    """One line of a draft."""

    model_config = ConfigDict(extra="forbid")
    topic: Body
    text: str = Field(description="one sentence of at most 25 words")
    evidence: list[str] = Field(description="the refs it rests on, e.g. seq:4 or passage:returns@2#1")


class PacketDraft(BaseModel):
    """What a model is asked for; its JSON schema is the contract."""

    model_config = ConfigDict(extra="forbid")
    lines: list[DraftLine]
    first_line: str = Field(description="what the person could write to the customer first")


class Writer(Protocol):
    """Writes a packet from the numbered material of a conversation."""

    name: str

    async def write(self, instructions: str, material: str, schema: type[PacketDraft]) -> PacketDraft:
        """Draft a packet. Raises `Unavailable` when the model does not answer, `Invalid` when it breaks the schema."""
        ...


class Packets:
    """Makes verified packets: by the writer where there is one and it holds, else from the facts."""

    def __init__(
        self,
        zone: ZoneInfo,
        writer: Writer | None = None,
        passages: Passages | None = None,
        regions: Sequence[str] = PHONE_REGIONS,
        ready: Ready | None = None,
    ) -> None:
        self.zone = zone
        self._regions = regions
        self._ready = ready
        self._writer = writer
        self._passages = passages

    async def make(
        self,
        situation: Situation,
        events: Sequence[Event],
        *,
        now: datetime,
        requested: HandoffRequested | None = None,
        quick: bool = False,
    ) -> Verified:
        """A packet for a conversation as of its events, for the handoff that is asked for with it or was in them.
        `quick` asks no model."""
        texts = await self._texts(events)
        facts = compose(situation, events, now=now, zone=self.zone, requested=requested)
        if self._ready is not None and not situation.forgotten:
            facts = facts.model_copy(update={"tools": await self._ready(situation, events)})
        verified = verify(facts, events, texts, [self.zone])
        if self._writer is None or quick or situation.forgotten:
            return verified
        draft = await drafted(self._writer, instructions(), material(events, texts), of_events(events, self._regions))
        if draft is None:
            return verified
        written = verify(draft, events, texts, [self.zone])
        if len(written.packet.lines) < FEWEST:
            return Verified(verified.packet, (*verified.dropped, *written.dropped))
        return Verified(_filled(written.packet, verified.packet), written.dropped)

    async def _texts(self, events: Iterable[Event]) -> Mapping[str, str]:
        if self._passages is None:
            return {}
        ids = [p.passage for e in events if isinstance(e.data, Consulted) for p in e.data.passages]
        return await self._passages(list(dict.fromkeys(ids)))


async def drafted(writer: Writer, told: str, material: str, known: Placeholders) -> Packet | None:
    """What a writer makes of the material, not verified yet; None where it fails or takes too long. Contact data and
    the names in `known` are placeholders to it."""
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            draft = await writer.write(told, known.hide(material), PacketDraft)
    except (TimeoutError, Unavailable, Invalid) as error:
        logger.warning("The packet is composed from the facts: %s", error or "the model took too long")
        return None
    lines = tuple(PacketLine(topic=d.topic, text=known.reveal(d.text), evidence=tuple(d.evidence)) for d in draft.lines)
    return Packet(lines=lines, first_line=known.reveal(draft.first_line), engine=writer.name)


def material(events: Iterable[Event], passages: Mapping[str, str] | None = None) -> str:
    """A conversation as numbered evidence, one ref a line, as a writer reads it."""
    told = []
    for ref, piece in evidence(events, passages).items():
        if piece.kind in ("turn_started", "turn_ended", "consulted", "engine_switched", "packet_written"):
            continue
        told.append(f"[{ref}] {piece.kind}: {' '.join(piece.text.split())[:1500]}")
    return "\n".join(told)


@cache
def instructions(name: str = "packet") -> str:
    """What a writer is told, by the name of its prompt."""
    return (files(__package__) / "prompts" / f"{name}.md").read_text(encoding="utf-8")


def _filled(written: Packet, facts: Packet) -> Packet:
    """The facts' packet with the model's lines for theirs, where it has written of the topic."""
    topics = {line.topic for line in written.lines}
    lines = [line for line in written.lines if line.topic in ORDER]
    lines = [*lines[:LINES], *(line for line in facts.lines if line.topic not in topics)]
    lines.sort(key=lambda line: ORDER.index(line.topic))
    told = [line for line in written.lines if line.topic == "next"]
    policies = next((step.policies for step in facts.steps), ())
    steps = tuple(PacketStep(text=one.text, evidence=one.evidence, policies=policies) for one in told[:2])
    return facts.model_copy(
        update={
            "lines": tuple(lines[:LINES]),
            "first_line": written.first_line or facts.first_line,
            "steps": (*steps, *(facts.steps[1:] if steps else facts.steps)),
            "engine": written.engine,
        }
    )
