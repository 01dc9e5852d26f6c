"""Scorers of the packet that a person reads who takes over."""

import re
from collections.abc import Sequence

from handrail.conversation.events import Event, Packet, PacketWritten
from handrail.evals.case import Case
from handrail.evals.matching import plain
from handrail.evals.score import Score
from handrail.evals.scorers import of_kind

MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
VALUES = re.compile(rf"\b[A-Z]{{1,3}}\d{{3,}}\w*\b|[£$€]\d[\d,.]*\d|\b\d{{1,2}} (?:{MONTH})\b|\b\d{{1,2}}:\d\d\b")
"""Ids, amounts, days and hours: what a reader takes for a fact."""


def recall(case: Case, shown: Packet | None) -> Score:
    """The share of the expected facts that the packet tells as a person reads it; 0 where there is none."""
    expected = case.expected.packet
    if not expected:
        return Score("packet", None)
    text = plain(told(shown))
    missing = [facts for facts in expected if not any(plain(fact) in text for fact in facts)]
    words = "; ".join(" or ".join(map(repr, facts)) for facts in missing)
    return Score("packet", 1 - len(missing) / len(expected), f"it does not tell {words}" if missing else "")


def precision(case: Case, shown: Packet | None) -> Score:
    """The share of ids, amounts, days and hours in the packet that were tagged as facts that it must tell."""
    values = {match.rstrip(".,") for match in VALUES.findall(told(shown))}
    if not case.expected.packet or not values:
        return Score("packet_precision", None)
    wanted = plain(" ".join(fact for facts in case.expected.packet for fact in facts))
    beside = sorted(value for value in values if plain(value) not in wanted)
    return Score("packet_precision", 1 - len(beside) / len(values), f"beside: {', '.join(beside)}" if beside else "")


def supported(case: Case, log: Sequence[Event]) -> Score:
    """The share of the packet's lines, as they were written, that stood on their evidence; the others were dropped."""
    written = of_kind(log, PacketWritten)
    lines = sum(len(one.packet.told) for one in written)
    dropped = sum(one.dropped for one in written)
    if not lines + dropped:
        return Score("packet_supported", None)
    return Score("packet_supported", lines / (lines + dropped), f"{dropped} dropped" if dropped else "")


def told(packet: Packet | None) -> str:
    """All that a packet tells, as one text."""
    return " ".join(line.text for line in packet.told) if packet else ""
