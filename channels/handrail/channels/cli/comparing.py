"""`handrail evals compare`: two kept runs, paired: what changed, which cases flipped, and whether a gate is missed."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from handrail.channels.cli.evaluating import FAILED, Outputs, write
from handrail.evals.compare import Change, Comparison, Flip, compare
from handrail.evals.gates import REGRESSION, Gate, Judged, gate, judge
from handrail.evals.keeping import find
from handrail.evals.markdown import of_comparison
from handrail.evals.page import comparison_page
from handrail.evals.printing import named, story_table
from handrail.evals.suite import report_of
from handrail.evals.verdicts import wrong


def tell(runs: Path, before: str, after: str, gates: Sequence[Gate], *, show: bool, outputs: Outputs) -> int:
    """Compare, print, write, and give the exit code. Raises `Invalid` for a run that is not there."""
    first, second = find(runs, before), find(runs, after)
    told = compare(first, second)
    judged = judge(gates or [gate(REGRESSION)], report_of(second), told)
    console = Console()
    console.print(_table(told))
    for flip in told.flips:
        _tell_flip(console, flip, show=show)
    if outputs.json is not None:
        write(outputs.json, json.dumps(_as_json(told, judged), indent=1, ensure_ascii=False) + "\n")
    if outputs.markdown is not None:
        write(outputs.markdown, of_comparison(told, judged))
    if outputs.html is not None:
        write(outputs.html, comparison_page(told, judged))
    return tell_gates(judged)


def tell_gates(judged: Sequence[Judged]) -> int:
    """Name the gates that are missed, and those that could not be judged; the exit code."""
    for one in judged:
        if not one.passed:
            colour = typer.colors.YELLOW if one.passed is None else typer.colors.RED
            typer.secho(one.told, fg=colour, err=True)
    return FAILED if any(one.passed is False for one in judged) else 0


def _table(told: Comparison) -> Table:
    title = f"{told.before} → {told.after}, {told.common} cases in both"
    what = f"they differ in {', '.join(told.differs)}" if told.differs else "nothing differs but chance"
    alone = f"; {len(told.alone)} cases are in one alone and left out" if told.alone else ""
    table = Table(
        "figure", "before", "after", "difference", "95 % interval", "p", "", title=title, title_justify="left",
        caption=f"{what}{alone}. p: the first figure by itself, the other {max(0, len(told.changes) - 1)} side by side "
        "(Holm)", caption_justify="left", box=box.SIMPLE_HEAD,
    )  # fmt: skip
    for change in told.changes:
        table.add_row(*_row(change))
    return table


def _row(change: Change) -> tuple[str | Text, ...]:
    figure = change.difference
    interval = "" if figure.low is None else f"{figure.low:+.3f} – {figure.high:+.3f}"
    p = "" if change.adjusted is None else f"{change.adjusted:.3f}"
    mark = Text("worse", "red") if change.worse else Text("better", "green")
    return (
        named(change.name), f"{change.before.value:.3f}", f"{change.after.value:.3f}", f"{figure.value:+.3f}", interval,
        p, mark if change.significant else "",
    )  # fmt: skip


def _tell_flip(console: Console, flip: Flip, *, show: bool) -> None:
    mark = "[green]now right[/]" if flip.better else "[red]now wrong[/]"
    console.print(f"{mark} {escape(flip.after.case.id)}  {escape(flip.after.case.purpose)}", highlight=False)
    for why in flip.why:
        console.print(Text(f"    {'before, ' if flip.better else ''}{why}", "yellow"))
    if show:
        sides = Table.grid(padding=(0, 3), expand=True)
        sides.add_column(ratio=1)
        sides.add_column(ratio=1)
        sides.add_row(Text("before", "bold"), Text("after", "bold"))
        sides.add_row(story_table(flip.before), story_table(flip.after))
        console.print(sides)


def _as_json(told: Comparison, judged: Sequence[Judged]) -> dict[str, Any]:
    return {
        "before": told.before,
        "after": told.after,
        "cases": told.common,
        "alone": told.alone,
        "differs": told.differs,
        "changes": [asdict(c) | {"significant": c.significant, "worse": c.worse} for c in told.changes],
        "regressions": [change.name for change in told.regressions],
        "flips": [
            {
                "id": flip.after.case.id,
                "better": flip.better,
                "before": {s.name: s.detail for s in flip.before.scores if wrong(s)},
                "after": {s.name: s.detail for s in flip.after.scores if wrong(s)},
            }
            for flip in told.flips
        ],
        "gates": [{"gate": one.gate.text, "passed": one.passed, "told": one.told} for one in judged],
    }
