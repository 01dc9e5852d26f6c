"""`handrail evals runs` and `report`: what is kept, and its page."""

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Column, Table

from handrail.channels.cli.evaluating import write
from handrail.evals.gates import Gate, judge
from handrail.evals.keeping import find, names, read
from handrail.evals.page import report_page
from handrail.evals.suite import report_of


def page_of(runs: Path, name: str, html: Path, gates: Sequence[Gate]) -> None:
    """Write the page of a kept run, scored anew. Raises `Invalid` where there is none."""

    kept = find(runs, name)
    report = report_of(kept)
    write(html, report_page(report, kept, judge(gates, report)))


def tell_runs(folder: Path) -> None:
    """A table of the runs in a folder, the last one last."""

    table = Table(
        Column("run", no_wrap=True), "mode", "engine", "cases", "epochs", "data", "state", box=box.SIMPLE_HEAD
    )
    for name in names(folder):
        kept = read(folder / name)
        about, done = kept.about.identity, len(kept.traces)
        state = "ended" if kept.about.ended else f"broken off after {done}"
        table.add_row(name, about.mode, about.engine, str(about.cases), str(about.epochs), about.data[:8], state)
    Console().print(table if table.rows else f"no run is kept in {folder}")
