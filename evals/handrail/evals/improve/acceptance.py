"""Accepting a proposal: the file is written, everything is played before and after, and what breaks takes it back."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from handrail.conversation.errors import Conflict, HandrailError, Invalid
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.evals.case import Case
from handrail.evals.freezing.freezer import Freezer
from handrail.evals.report import Report
from handrail.evals.trace import Played
from handrail.evals.verdicts import is_right, is_scored, wrong
from handrail.knowledge.knowledge import Knowledge

from . import changes as files
from .changes import Change, digest_of
from .gaps import Gap
from .ledger import Ledger, Who
from .proposal import TEXT, Proposal, Proposals

Play = Callable[[Sequence[Case], int], Awaitable[Report]]
"""Plays cases, each so often, by the settings and policies as they are now."""


@dataclass(frozen=True, slots=True)
class Flip:
    """A case that was right and is not, or the other way round; `mine` tells that it is one of the gap's."""

    case_id: str
    purpose: str
    better: bool
    mine: bool
    why: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """What came of it. `passing` of the gap's `cases` are right every time; `taken_back` tells that the policies are as
    they were. `before` and `after` are the shares of all cases that were right."""

    closed: bool
    taken_back: bool
    cases: int
    passing: int
    before: float | None
    after: float | None
    flips: tuple[Flip, ...]

    @property
    def broken(self) -> tuple[Flip, ...]:
        """The other cases that were right and are not."""
        return tuple(flip for flip in self.flips if not flip.better and not flip.mine)


class Acceptance:
    """Accepts proposals. `knowledge` is indexed anew with each change, which tells running servers."""

    def __init__(self, log: Log, settings: Settings, knowledge: Knowledge, play: Play) -> None:
        self._log, self._settings, self._knowledge, self._play = log, settings, knowledge, play
        self._folder = settings.policies_folder
        self.proposals, self._ledger = Proposals.of(settings), Ledger(log.database, log.clock)
        self._freezer = Freezer(log, settings)

    async def accept(
        self, gap: Gap, others: Sequence[Case], who: Who, *, times: int = 3, despite: bool = False
    ) -> Accepted:
        """Make the change, play the gap's cases `times` times and all `others` once, and close the gap where its cases
        pass every time.

        Raises `Conflict` where the file was changed since it was proposed; nothing is written then. Where others break
        it is taken back, unless `despite`. Where anything goes wrong on the way, too.
        """
        proposal, changes = self.proposals.get(gap.gap_id)
        if proposal.unwritten and digest_of(changes[-1].text) == proposal.drafted:
            draft = self.proposals.place(gap.gap_id) / TEXT
            raise Invalid(f"nobody has answered it: write {draft} first", code="unwritten")
        files.expect_untouched(self._folder, changes)
        mine = await self._cases(gap, proposal)
        rest = [case for case in others if case.id not in {one.id for one in mine}]
        before = await self._played(mine, rest, times)
        backup = self.proposals.place(gap.gap_id) / f"backup-{self._log.clock.now():%Y%m%d-%H%M%S}"
        if changes:
            files.make(self._folder, changes, backup)
        try:
            await self._knowledge.refresh()
            after = await self._played(mine, rest, times)
            done = _told(mine, before, after)
            if done.broken and not despite:
                raise _BrokenError(done)
        except _BrokenError as broken:
            await self._take_back(changes, backup)
            names = ", ".join(flip.case_id for flip in broken.done.broken)
            await self._ledger.move(gap.gap_id, "proposed", who, "taken_back", f"broke {names}")
            return broken.done
        except BaseException:
            await self._take_back(changes, backup)
            raise
        await self._settle(gap, proposal, mine, who, done, backup if changes else None)
        return done

    async def _cases(self, gap: Gap, proposal: Proposal) -> list[Case]:
        """The gap's cases, frozen now where they were not; they must cite what the proposal writes."""
        for conversation_id in dict.fromkeys(id_ for id_, _ in gap.keys):
            if not any(case.frozen and case.frozen.conversation == conversation_id for case in self._shelf(gap)):
                try:
                    await self._freezer.conversation(conversation_id)
                except Conflict:
                    raise
                except HandrailError:
                    continue  # nobody tagged it: a question without an answer is no case yet
        found = self._shelf(gap)
        if not proposal.cites:
            return found
        cited = [case.expected.model_copy(update={"cites": (proposal.cites,)}) for case in found]
        return [case.model_copy(update={"expected": e}) for case, e in zip(found, cited, strict=True)]

    def _shelf(self, gap: Gap) -> list[Case]:
        wanted = {id_ for id_, _ in gap.keys}
        return [case for case in self._freezer.shelf.cases() if case.frozen and case.frozen.conversation in wanted]

    async def _played(self, mine: Sequence[Case], rest: Sequence[Case], times: int) -> list[Played]:
        found: list[Played] = []
        for cases, often in ((mine, times), (rest, 1)):
            if cases:
                found += (await self._play(cases, often)).played
        return found

    async def _take_back(self, changes: Sequence[Change], backup: Path) -> None:
        if changes:
            files.take_back(self._folder, changes, backup)
            await self._knowledge.refresh()

    async def _settle(
        self, gap: Gap, proposal: Proposal, mine: Sequence[Case], who: Who, done: Accepted, backup: Path | None
    ) -> None:
        for case in mine:
            frozen = case.frozen.model_copy(update={"gap": str(gap.gap_id)}) if case.frozen else None
            self._freezer.shelf.put(case.model_copy(update={"frozen": frozen}))
        what = f"{proposal.file or 'by hand'}{f', before: {backup.name}' if backup else ''}"
        despite = f"; despite {', '.join(flip.case_id for flip in done.broken)}" if done.broken else ""
        await self._ledger.move(gap.gap_id, "accepted", who, "accepted", what + despite)
        if done.closed:
            passed = f"{done.passing} of {done.cases} cases pass every time"
            await self._ledger.move(gap.gap_id, "closed", who, "closed", passed)


class _BrokenError(Exception):
    """Other cases broke."""

    def __init__(self, done: Accepted) -> None:
        super().__init__("other cases broke")
        self.done = Accepted(False, True, done.cases, done.passing, done.before, done.after, done.flips)


def _told(mine: Sequence[Case], before: Sequence[Played], after: Sequence[Played]) -> Accepted:
    ids = {case.id for case in mine}
    one, other = _right(before), _right(after)
    purposes = {played.case.id: played for played in after}
    flips = [
        Flip(case_id, purposes[case_id].case.purpose, other[case_id], case_id in ids, _why(case_id, after, before))
        for case_id in other
        if case_id in one and one[case_id] != other[case_id]
    ]
    passing = sum(other.get(case_id, False) for case_id in ids)
    return Accepted(
        closed=bool(ids) and passing == len(ids),
        taken_back=False,
        cases=len(ids),
        passing=passing,
        before=_share(one),
        after=_share(other),
        flips=tuple(flips),
    )


def _right(played: Sequence[Played]) -> dict[str, bool]:
    """Whether each case is right every time; those that could not be scored are in nobody's favour."""
    found: dict[str, bool] = {}
    for one in played:
        if not one.trace.unrecorded and is_scored(one):
            found[one.case.id] = found.get(one.case.id, True) and is_right(one)
    return found


def _why(case_id: str, after: Sequence[Played], before: Sequence[Played]) -> str:
    scores = [s for p in (*after, *before) if p.case.id == case_id for s in p.scores if wrong(s)]
    return f"{scores[0].name}: {scores[0].detail}" if scores else ""


def _share(right: dict[str, bool]) -> float | None:
    return sum(right.values()) / len(right) if right else None
