"""Figures: what was measured, beside what it should be and what the machine was doing meanwhile."""

import json
import os
import platform
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `most` and `least` are the limits it is held to, where there are any; `samples` made it."""

    part: str
    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None
    samples: int = 1

    @property
    def holds(self) -> bool | None:
        """Whether the value is within its limits; None where it has none."""
        if self.most is None and self.least is None:
            return None
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    @property
    def limit(self) -> str:
        """The limit in words."""
        if self.most is not None:
            return f"≤ {self.most:g}"
        return f"≥ {self.least:g}" if self.least is not None else ""


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


@dataclass(slots=True)
class Surroundings:
    """What a run was measured on. A figure from a busy machine says little about time, more about ratios and CPU."""

    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    cores: int = field(default_factory=lambda: len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0)
    processor: str = field(default_factory=_processor)
    python: str = field(default_factory=platform.python_version)
    load_before: float = field(default_factory=lambda: round(os.getloadavg()[0], 2))
    load_after: float = 0.0
    seconds: float = field(default_factory=time.monotonic)

    def end(self) -> None:
        """Note how the run ended."""
        self.load_after = round(os.getloadavg()[0], 2)
        self.seconds = round(time.monotonic() - self.seconds, 1)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed, between neighbours in proportion (as numpy's default)."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def spread(
    part: str, name: str, values: Sequence[float], unit: str, p50: float | None = None, p95: float | None = None
) -> list[Figure]:
    """The median and the 95th percentile of some values, each with its limit."""
    return [
        Figure(part, f"{name}, p50", quantile(values, 0.5), unit, most=p50, samples=len(values)),
        Figure(part, f"{name}, p95", quantile(values, 0.95), unit, most=p95, samples=len(values)),
    ]


def save(name: str, figures: Sequence[Figure], surroundings: Surroundings, file: Path | None = None) -> Path:
    """Write a run as JSON and return where it is."""
    file = file or RESULTS / f"{surroundings.at.replace(':', '')}-{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    told = {**asdict(surroundings), "figures": [{**asdict(f), "holds": f.holds} for f in figures]}
    file.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return file


def read(file: Path) -> list[Figure]:
    """The figures of a run that `save` wrote."""
    rows = json.loads(file.read_text("utf-8"))["figures"]
    return [Figure(**{key: value for key, value in row.items() if key != "holds"}) for row in rows]


def show(figures: Iterable[Figure], surroundings: Surroundings, console: Console | None = None) -> None:
    """Print the table."""
    s = surroundings
    table = Table(
        caption=f"{s.at}, {s.cores} cores ({s.processor}), Python {s.python}, "
        f"load {s.load_before} before and {s.load_after} after, {s.seconds} s",
        caption_justify="left",
    )
    for column in ("", "figure", "value", "unit", "limit", "n"):
        table.add_column(column, justify="right" if column in ("value", "n") else "left")
    for f in figures:
        mark = {True: "[green]holds", False: "[red]fails", None: ""}[f.holds]
        table.add_row(f.part, f.name, f"{f.value:,.{_digits(f.value)}f}", f.unit, f"{f.limit} {mark}", str(f.samples))
    (console or Console(width=140)).print(table)


def _digits(value: float) -> int:
    return 0 if abs(value) >= 1000 or value == int(value) else 1 if abs(value) >= 10 else 2
