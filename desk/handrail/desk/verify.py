"""Packets held to their evidence: what it does not bear is dropped and counted, whoever wrote it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from handrail.conversation.events import (
    Event,
    IdentityProven,
    Packet,
    PacketHeader,
    PacketLine,
    PacketStep,
    ReadyTool,
)

from .claims import read
from .evidence import evidence
from .verifier import Verifier


class Dropped(NamedTuple):
    """A line that was left out, and the first thing in it that nothing bears."""

    line: PacketLine
    why: str


class Verified(NamedTuple):
    """A packet whose every line stands on its evidence."""

    packet: Packet
    dropped: tuple[Dropped, ...]


def verify(
    packet: Packet,
    events: Iterable[Event],
    passages: Mapping[str, str] | None = None,
    zones: Iterable[ZoneInfo] = (),
) -> Verified:
    """Leave in a packet only what its evidence bears; what was dropped is told with its reason.

    A number, amount, date, time, id, address, quotation or name that is not in the evidence of its own line drops the
    line, and so does an effect ("refunded") that nobody but the customer speaks of. `zones` are those in which the
    evidence's moments may be told. A tool is dropped with an argument that its evidence does not have. The suggested
    first line may rest on all that the kept lines rest on and is emptied otherwise.
    """
    events = list(events)
    # Of a long conversation most is named by no line, and reading it takes its time.
    named = {ref for line in packet.told for ref in line.evidence}
    named |= {ref for tool in packet.tools for ref in tool.evidence}
    return sift(packet, Verifier(evidence(events, passages, zones, only=named), _known(events)))


def sift(packet: Packet, verifier: Verifier) -> Verified:
    """`verify` against evidence that was read already."""
    return _Sieve(verifier).sift(packet)


class _Sieve:
    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier
        self._dropped: list[Dropped] = []

    def sift(self, packet: Packet) -> Verified:
        kept = {
            "header": packet.header and self._header(packet.header),
            "lines": tuple(line for line in packet.lines if self._stands(line)),
            "steps": tuple(step for step in packet.steps if self._stands(_line(step))),
            "tools": tuple(tool for tool in packet.tools if self._runs(tool)),
        }
        packet = packet.model_copy(update=kept)
        return Verified(packet.model_copy(update={"first_line": self._first(packet)}), tuple(self._dropped))

    def _header(self, header: PacketHeader) -> PacketHeader:
        kept = {}
        for name in ("mood", "deadline"):
            line: PacketLine | None = getattr(header, name)
            kept[name] = line if line is not None and self._stands(line) else None
        if kept["deadline"] is None:
            kept["due"] = None
        if not self._stands(header.customer):
            kept["customer"] = header.customer.model_copy(update={"text": "Not identified."})
        return header.model_copy(update=kept)

    def _first(self, packet: Packet) -> str:
        refs = dict.fromkeys(ref for line in packet.told for ref in line.evidence if ref in self._verifier.evidence)
        why = self._verifier.unborne(packet.first_line, [self._verifier.evidence[ref] for ref in refs])
        if why is None:
            return packet.first_line
        self._dropped.append(Dropped(PacketLine(topic="next", text=packet.first_line, evidence=tuple(refs)), why))
        return ""

    def _runs(self, tool: ReadyTool) -> bool:
        why = self._verifier.made_up(tool.arguments, tool.evidence)
        if why is not None:
            self._dropped.append(Dropped(PacketLine(topic="next", text=tool.title, evidence=tool.evidence), why))
        return why is None

    def _stands(self, line: PacketLine) -> bool:
        why = self._verifier.fault(line.text, line.evidence)
        if why is not None:
            self._dropped.append(Dropped(line, why))
        return why is None


def _line(step: PacketStep) -> PacketLine:
    return PacketLine(topic="next", text=step.text, evidence=step.evidence)


def _known(events: Iterable[Event]) -> frozenset[str]:
    names = (e.data.name for e in events if isinstance(e.data, IdentityProven))
    return frozenset(word for name in names for word in read(name).words)
