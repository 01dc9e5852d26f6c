"""Gaps: signals that mean about the same, the most costly first, each with where it stands and its cases."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

import numpy as np

from handrail.conversation.errors import NotFound
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.desk.figures.questions import Key, Questions
from handrail.evals.freezing.shelf import Shelf
from handrail.knowledge.embed import Embedder, Rows
from handrail.knowledge.groups import closest, grouped, middle, nearest

from .ledger import Entry, Ledger, State
from .signals import Kind, Signal, read_signals

EXAMPLES = 3
REMEMBERED = 20
"""The lines of a gap, the latest, by which others are found to mean the same."""
MENDED = ("accepted", "closed")


@dataclass(frozen=True, slots=True)
class Gap:
    """What customers wanted and did not get.

    `times` it came up in the days looked at, `tagged` times a person said so. It cost `minutes` of people, and
    customers came back for it `repeats` times. `burden` is what it cost in minutes of people where those who got none,
    and those who came back, count like a usual one. `examples` are masked; `cases` are the ids of its frozen cases.
    """

    gap_id: int
    kind: Kind
    state: State
    state_at: datetime
    times: int
    tagged: int
    minutes: float
    repeats: int
    burden: float
    first_at: datetime
    last_at: datetime
    examples: tuple[str, ...]
    cases: tuple[str, ...]
    keys: tuple[Key, ...]


class GapList:
    """Reads signals and puts each to its gap. What it shows customers wrote: only for those who may read
    conversations."""

    def __init__(self, log: Log, settings: Settings, embedder: Embedder, shelf: Shelf | None = None) -> None:
        self._log, self._settings, self._embedder = log, settings, embedder
        self.ledger = Ledger(log.database, log.clock)
        self.questions = Questions(log, settings.checks.phone_regions)
        self._shelf = shelf or Shelf.of(settings)

    async def read(self, days: float = 90) -> list[Gap]:
        """The gaps of the last `days`, the most costly first. Raises `Unavailable` where the embedder is down."""
        window = timedelta(days=self._settings.figures.came_back_days)
        since = self._log.clock.now() - timedelta(days=days)
        signals = await read_signals(self._log.database, since, window)
        entries = await self._sorted_in(signals)
        by_key = {signal.key: signal for signal in signals}
        usual = median([s.minutes for s in signals if s.minutes] or [1.0])
        cases = await asyncio.to_thread(self._cases)
        found = []
        for entry in entries.values():
            members = [by_key[key] for key in entry.keys if key in by_key]
            if members:
                found.append(await self._gap(entry, members, usual, cases))
        return sorted(found, key=lambda gap: (gap.state == "closed", -gap.burden, gap.gap_id))

    async def one(self, gap_id: int, days: float = 90) -> Gap:
        """One gap. Raises `NotFound`."""
        found = next((gap for gap in await self.read(days) if gap.gap_id == gap_id), None)
        if found is None:
            raise NotFound(f"there is no gap {gap_id} in the last {days:g} days")
        return found

    async def _sorted_in(self, signals: Sequence[Signal]) -> dict[int, Entry]:
        """Put what is new to its gap, or to one of its own; return all gaps."""
        entries = await self.ledger.entries()
        place = {key: entry for entry in entries.values() for key in entry.keys}
        other = [s for s in signals if s.key in place and place[s.key].kind != s.kind]
        if moved := [s.key for s in other if place[s.key].state not in MENDED]:
            await self.ledger.release(moved)
        fresh = [s for s in signals if s.key not in place or s.key in moved]
        if not fresh:
            return entries if not moved else await self.ledger.entries()
        known = [key for entry in entries.values() for key in entry.keys[-REMEMBERED:]]
        texts = await self.questions.texts([*known, *(s.key for s in fresh)])
        keys = list(texts)
        vectors = await self._embedder.embed([texts[key] for key in keys])
        rows = {key: vectors[number] for number, key in enumerate(keys)}
        joined: dict[int, list[Signal]] = defaultdict(list)
        new: list[list[Signal]] = []
        for kind in dict.fromkeys(signal.kind for signal in fresh):
            there = [entry for entry in entries.values() if entry.kind == kind]
            self._of_kind([s for s in fresh if s.kind == kind and s.key in rows], there, rows, joined, new)
        await self.ledger.assign(joined, new)
        return await self.ledger.entries()

    def _of_kind(
        self,
        fresh: Sequence[Signal],
        known: Sequence[Entry],
        rows: Mapping[Key, Rows],
        joined: dict[int, list[Signal]],
        new: list[list[Signal]],
    ) -> None:
        there = [(e, [rows[key] for key in e.keys if key in rows]) for e in known]
        there = [(entry, members) for entry, members in there if members]
        middles = [middle(np.stack(members)) for _, members in there]
        left = []
        for signal in fresh:
            at = closest(rows[signal.key], middles)
            if at is None:
                left.append(signal)
            else:
                joined[there[at][0].gap_id].append(signal)
        if left:
            new += [[left[n] for n in group.members] for group in grouped(np.stack([rows[s.key] for s in left]))]

    async def _gap(
        self, entry: Entry, members: Sequence[Signal], usual: float, cases: Mapping[str, Sequence[str]]
    ) -> Gap:
        minutes = sum(signal.minutes or 0.0 for signal in members)
        repeats = sum(signal.repeats for signal in members)
        without = sum(not signal.minutes for signal in members)
        conversations = dict.fromkeys(signal.conversation_id for signal in members)
        return Gap(
            gap_id=entry.gap_id,
            kind=entry.kind,
            state=entry.state,
            state_at=entry.state_at,
            times=len(members),
            tagged=sum(signal.tagged for signal in members),
            minutes=minutes,
            repeats=repeats,
            burden=minutes + usual * (without + repeats),
            first_at=min(signal.at for signal in members),
            last_at=max(signal.at for signal in members),
            examples=await self._examples([signal.key for signal in members]),
            cases=tuple(case for id_ in conversations for case in cases.get(id_, ())),
            keys=tuple(signal.key for signal in members),
        )

    async def _examples(self, keys: Sequence[Key]) -> tuple[str, ...]:
        """Those nearest to what they have in common, each wording once."""
        texts = await self.questions.texts(keys)
        if not texts:
            return ()
        vectors = await self._embedder.embed(list(texts.values()))
        order = [list(texts)[n] for n in nearest(range(len(texts)), vectors)]
        wordings = {" ".join(texts[key].casefold().split()): key for key in reversed(order)}
        chosen = [key for key in order if key in wordings.values()][:EXAMPLES]
        return tuple([await self.questions.hidden(key) for key in chosen])

    def _cases(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for case in self._shelf.cases():
            if case.frozen is not None:
                found[case.frozen.conversation].append(case.id)
        return found
