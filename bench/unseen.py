"""The businesses of `bench/businesses`, which the built-in engine has never seen: their tools and their customers."""

import json
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bench.tau2.domain import data_folder, load
from handrail.agent.sources.adopting import adopt
from handrail.agent.sources.circuit import Circuit
from handrail.agent.tools.api import Tool
from handrail.agent.tools.offer import Offer
from handrail.conversation.clock import SystemClock
from handrail.conversation.errors import SettingsError
from handrail.conversation.sources import SourceTable, Terms

BUSINESSES = Path(__file__).parent / "businesses"
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


@cache
def out_of_scope() -> tuple[str, ...]:
    file = data_folder().parent / "clinc150" / "val.jsonl"
    if not file.exists():
        print("clinc150 skipped: not there", file=sys.stderr)
        return ()
    rows = (json.loads(line) for line in file.read_text("utf-8").splitlines())
    return tuple(row["text"] for row in rows if row["intent"] == "oos")


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
