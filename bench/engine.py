"""How the built-in engine does for businesses it has never seen: `python -m bench.engine [--show] [--only NAME]`.

Each file of `bench/businesses` is a business: JSON-schema tools as a system of others offers them, what its reads
answer, and what customers write, with the calls that are right, the argument that must be asked for, or neither. The
engine was mended with those of the `development` split in view; the others tell how it does elsewhere. Two businesses
take their tools from tau2 below `HANDRAIL_DATA`, and are skipped where that is missing; so are the lines of clinc150
that are out of scope, which no tool of any of them should be used for.

A case is judged over the whole conversation: the tools that were used (look-ups which were not asked for are left out),
their exact arguments, and the question that the last reply asks.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bench.figures import Figure, Surroundings, save, show
from bench.talking import Spoken, Talking
from bench.unseen import Business, Case, businesses, out_of_scope
from handrail.agent.models.offline.asking import asked_in
from handrail.agent.tools.api import Tool
from handrail.knowledge.embed import Cached
from handrail.knowledge.minilm import MiniLM

PART = "engine"
NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
"""A Monday. The sun is up or just down wherever the businesses are: it is the same day for all of them."""
SPLITS = ("development", "held_out")


@dataclass(slots=True)
class Tally:
    """How many of how many were right."""

    right: int = 0
    of: int = 0

    def count(self, right: bool) -> None:
        self.right += right
        self.of += 1

    def figure(self, name: str) -> Figure:
        return Figure(PART, name, self.right / self.of if self.of else 0.0, "", samples=self.of)


@dataclass(slots=True)
class Score:
    """Tool or none; exact arguments, of the cases with calls; the right question, of those where one is due; whole."""

    routing: Tally = field(default_factory=Tally)
    arguments: Tally = field(default_factory=Tally)
    asking: Tally = field(default_factory=Tally)
    whole: Tally = field(default_factory=Tally)
    left_alone: Tally = field(default_factory=Tally)
    """No tool for what has nothing to do with the business."""

    def count(self, case: Case, tools: Sequence[Tool], spoken: Spoken) -> bool:
        """Judge one case; whether all of it is right."""
        wanted = [name for name, _ in case.calls]
        made = [call for call in spoken.calls if call.tool in wanted or _writes(call.tool, tools) or not case.calls]
        asked = _asked(spoken, tools)
        if case.asks:
            made = [call for call in made if _writes(call.tool, tools)]
            routed = not made and case.asks[0] in {name for name, _ in asked}
            right = routed and case.asks in asked
            self.asking.count(right)
        elif case.calls:
            used = sorted(call.tool for call in made)
            right = used == sorted(wanted) and all((c.tool, dict(c.arguments)) in case.exact for c in made)
            # Whoever asks for an argument that was told has found the tool all the same.
            routed = used == sorted(wanted) or sorted({*used, *(name for name, _ in asked)}) == sorted(set(wanted))
            self.arguments.count(right)
        else:
            routed = right = not made and not asked
        self.routing.count(routed)
        self.whole.count(right)
        return right

    def figures(self, name: str) -> list[Figure]:
        """The figures under a name."""
        more = ("wholly right", self.whole), ("no tool out of scope", self.left_alone)
        told = ("tool or none", self.routing), ("exact arguments", self.arguments), ("asks for it", self.asking)
        return [tally.figure(f"{name}: {what}") for what, tally in (*told, *more) if tally.of]


async def measure(only: str = "", showing: bool = False) -> list[Figure]:
    """Play all cases and return the figures, by business and by split."""
    embedder = Cached(MiniLM())
    totals = {split: Score() for split in SPLITS}
    figures: list[Figure] = []
    for business in businesses(only):
        score = Score()
        for case in business.cases:
            talking = Talking(business.tools, embedder, business.records, NOW, business.timezone)
            spoken = await talking.lines(case.say)
            right = score.count(case, business.tools, spoken)
            totals[business.split].count(case, business.tools, spoken)
            if showing and not right:
                _tell(business, case, spoken)
        for line in out_of_scope():
            talking = Talking(business.tools, embedder, business.records, NOW, business.timezone)
            spoken = await talking.lines([line])
            totals[business.split].left_alone.count(not spoken.calls and not _asked(spoken, business.tools))
        figures.append(score.whole.figure(f"{business.name} ({business.split.replace('_', ' ')})"))
    for split, total in totals.items():
        figures += total.figures(split.replace("_", " "))
    return figures


def _asked(spoken: Spoken, tools: Sequence[Tool]) -> set[tuple[str, str]]:
    """The tools and arguments that the last reply asks for; for a part of an object, its argument too."""
    asked = asked_in(spoken.text, tools) if spoken.asks else []
    return {(tool.name, part) for tool, slot in asked for part in (slot.path[0], slot.path[-1])}


def _writes(name: str, tools: Sequence[Tool]) -> bool:
    return any(tool.name == name and tool.effect == "write" for tool in tools)


def _tell(business: Business, case: Case, spoken: Spoken) -> None:
    made = ", ".join(f"{call.tool}({dict(call.arguments)})" for call in spoken.calls) or "no call"
    right = case.calls or case.asks or "no call"
    print(f"{business.name}: {' | '.join(case.say)}\n    made:  {made}\n    right: {right}\n    said:  {spoken.text!r}")


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m bench.engine", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", help="businesses whose names contain this")
    parser.add_argument("--show", action="store_true", help="tell the cases that are not right")
    options = parser.parse_args()
    surroundings = Surroundings()
    figures = asyncio.run(measure(options.only, options.show))
    surroundings.end()
    show(figures, surroundings)
    print(f"kept in {save(PART, figures, surroundings)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
