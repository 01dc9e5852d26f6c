"""How the built-in engine does for businesses it has never seen: `python -m bench.engine [--show] [--only NAME]`.

Each file of `bench/businesses` is a business: JSON-schema tools as a system of others offers them, what its reads
answer, and what customers write, with the calls that are right, the argument that must be asked for, or neither. The
engine was mended with those of the `development` split in view; the others tell how it does elsewhere. Two businesses
take their tools from tau2 below `HANDRAIL_DATA`, and are skipped where that is missing.

A case is judged over the whole conversation: the tools that were used (look-ups which were not asked for are left out),
their exact arguments, and the question that the last reply asks.
"""

import argparse
import asyncio
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.figures import Figure, Surroundings, save, show
from bench.talking import Spoken, Talking
from bench.tau2.domain import load
from handrail.agent.models.offline.asking import asked_in
from handrail.agent.sources.adopting import adopt
from handrail.agent.sources.circuit import Circuit
from handrail.agent.tools.api import Tool
from handrail.agent.tools.offer import Offer
from handrail.conversation.clock import SystemClock
from handrail.conversation.errors import SettingsError
from handrail.conversation.sources import SourceTable, Terms
from handrail.knowledge.embed import Cached
from handrail.knowledge.minilm import MiniLM

PART = "engine"
BUSINESSES = Path(__file__).parent / "businesses"
NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
"""A Monday. The sun is up or just down wherever the businesses are: it is the same day for all of them."""
SPLITS = ("development", "held_out")
OURS = ("transfer_to_human_agents", "calculate", "find_user_id_by_email", "find_user_id_by_name_zip")
"""Tools of tau2 whose work Handrail does itself."""

Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """What a customer writes, line by line; the right calls, or the tool and the argument to be asked for."""

    say: tuple[str, ...]
    calls: tuple[tuple[str, Arguments], ...] = ()
    asks: tuple[str, str] | None = None

    @property
    def exact(self) -> list[tuple[str, dict[str, Any]]]:
        """The right calls, as they can be compared."""
        return [(name, dict(given)) for name, given in self.calls]


@dataclass(frozen=True, slots=True)
class Business:
    """One of the businesses. `records` is what its reads answer, by tool."""

    name: str
    split: str
    timezone: str
    tools: tuple[Tool, ...]
    records: Mapping[str, Any]
    cases: tuple[Case, ...]


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

    def count(self, case: Case, tools: Sequence[Tool], spoken: Spoken) -> bool:
        """Judge one case; whether all of it is right."""
        wanted = [name for name, _ in case.calls]
        made = [call for call in spoken.calls if call.tool in wanted or _writes(call.tool, tools) or not case.calls]
        asked = {(tool.name, slot.path[-1]) for tool, slot in asked_in(spoken.text, tools)} if spoken.asks else set()
        asked |= {(tool.name, slot.path[0]) for tool, slot in asked_in(spoken.text, tools)} if spoken.asks else set()
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
        told = ("tool or none", self.routing), ("exact arguments", self.arguments), ("asks for it", self.asking)
        return [tally.figure(f"{name}: {what}") for what, tally in (*told, ("wholly right", self.whole)) if tally.of]


def businesses(only: str = "") -> Iterable[Business]:
    """The businesses whose names contain `only`; one without its data is told and skipped."""
    for file in sorted(BUSINESSES.glob("*.toml")):
        if only not in file.stem:
            continue
        told = tomllib.loads(file.read_text("utf-8"))
        try:
            tools = _tools(told)
        except SettingsError as missing:
            print(f"{file.stem} skipped: {missing}", file=sys.stderr)
            continue
        records = {_name(name): value for name, value in told.get("records", {}).items()}
        cases = tuple(_case(case) for case in told["cases"])
        yield Business(file.stem, told["split"], told["timezone"], tools, records, cases)


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
        figures.append(score.whole.figure(f"{business.name} ({business.split.replace('_', ' ')})"))
    for split, total in totals.items():
        figures += total.figures(split.replace("_", " "))
    return figures


def _tools(told: Mapping[str, Any]) -> tuple[Tool, ...]:
    async def never(arguments: Any, sending: Any) -> Any:
        raise AssertionError("the benchmark answers itself")

    offers, terms = [], {}
    if domain := told.get("tau2"):
        for tool in load(domain).tools:
            if tool.name in OURS:
                continue
            effect = "write" if tool.kind == "write" else "read"
            offers.append(Offer(tool.name, tool.description, tool.arguments, never, effect))  # type: ignore[arg-type]
            bound = "user_id" in tool.arguments["properties"]
            terms[tool.name] = Terms(bind={"user_id": "customer.id"}) if bound else Terms(public=True)
    for tool in told.get("tools", ()):
        schema = {"type": "object", "properties": {}, **tool.get("arguments", {})}
        offers.append(Offer(tool["name"], tool["description"], schema, never, tool.get("effect", "read")))
        terms[tool["name"]] = Terms(public=True)
    table = SourceTable(tools=terms)
    return adopt("bench", table, offers, Circuit(SystemClock(), failures=9, seconds=9)).tools


def _case(told: Mapping[str, Any]) -> Case:
    lines = told["say"]
    calls = tuple((_name(name), given) for call in told.get("calls", ()) for name, given in call.items())
    asks = next(((_name(name), argument) for name, argument in told.get("asks", {}).items()), None)
    return Case((lines,) if isinstance(lines, str) else tuple(lines), calls, asks)


def _name(name: str) -> str:
    """The name that a tool gets where its own can't be written in Python."""
    return name if name.isidentifier() else name.replace("-", "_").lower()


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
