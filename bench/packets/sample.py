"""The packets of the sample's handoffs: the facts that their cases tag, and a judge over every line."""

import sys
from collections.abc import Iterator, Sequence
from statistics import mean
from typing import Any
from zoneinfo import ZoneInfo

from bench.figures import Figure
from bench.packets.judge import ground, made_up
from handrail.conversation.events import Consulted, Event, Packet
from handrail.conversation.folder import sample_folder
from handrail.conversation.settings import load
from handrail.desk.packet import LINES
from handrail.evals.files import read_suite
from handrail.evals.packets import VALUES
from handrail.evals.suite import replay
from handrail.evals.trace import Played


async def sample() -> list[Figure]:
    """Play the sample's cases that end with a person, and score the packets as the desk shows them."""
    settings = load(sample_folder())
    cases = [case for case in read_suite(sample_folder() / "cases").cases if case.expected.packet]
    report = await replay(cases, settings, side_by_side=2)
    if report.broken:
        raise RuntimeError(f"cases that could not be run: {report.broken}")
    zone = ZoneInfo(settings.business.timezone)
    played = [one for one in report.played if one.packet is not None]
    return [
        Figure("sample", "handoffs with tagged facts", len(played), "", samples=len(cases)),
        *_facts(played),
        *_judged(played, zone),
    ]


def _facts(played: Sequence[Played]) -> Iterator[Figure]:
    tagged = sum(len(one.case.expected.packet) for one in played)
    found = sum((one.score("packet").value or 0) * len(one.case.expected.packet) for one in played)
    for one in played:
        if one.score("packet").detail:
            print(f"{one.case.id}: {one.score('packet').detail}", file=sys.stderr)
    yield Figure("sample", "recall of tagged facts", 100 * found / tagged, "%", least=90, samples=tagged)
    told = right = 0
    for one in played:
        text = " ".join(fact for facts in one.case.expected.packet for fact in facts).casefold()
        values = {match.rstrip(".,") for match in VALUES.findall(_text(one.packet))}
        told += len(values)
        right += sum(value.casefold() in text for value in values)
        if beside := sorted(value for value in values if value.casefold() not in text):
            print(f"{one.case.id}: told beside: {', '.join(beside)}", file=sys.stderr)
    yield Figure(
        "sample", "precision: ids, amounts, days, hours told that are tagged", 100 * right / told, "%", samples=told
    )
    lines = mean(len(one.packet.lines) for one in played if one.packet)
    yield Figure("sample", "lines beside header and steps", lines, "", most=LINES, samples=len(played))


def _judged(played: Sequence[Played], zone: ZoneInfo) -> Iterator[Figure]:
    lines = wrong = 0
    for one in played:
        assert one.packet is not None
        told = _evidence(one.log)
        given = [(line.text, [told[ref] for ref in line.evidence]) for line in one.packet.told]
        given.append((one.packet.first_line, list(told.values())))
        for text, refs in given:
            lines += 1
            pieces = [piece for ref in refs for piece in ref]
            if unsaid := made_up(text, ground(pieces, [zone]), len(refs)):
                wrong += 1
                print(f"{one.case.id}: {unsaid}: {text}", file=sys.stderr)
    yield Figure("sample", "lines with anything made up", wrong, "", most=0, samples=lines)


def _evidence(log: Sequence[Event]) -> dict[str, list[Any]]:
    told: dict[str, list[Any]] = {}
    for event in log:
        told[f"seq:{event.seq}"] = [event.data.model_dump(mode="json"), event.at.isoformat()]
        for p in event.data.passages if isinstance(event.data, Consulted) else ():
            told[f"passage:{p.passage}"] = [f"{p.title}. {p.heading}. Version {p.version}."]
    return told


def _text(packet: Packet | None) -> str:
    return " ".join(line.text for line in packet.told) if packet else ""
