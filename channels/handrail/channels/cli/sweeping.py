"""`handrail evals sweep`: the same cases under several variants of the settings, under one budget."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from handrail.channels.cli.evaluating import BROKEN, SPENT, Options, play, write
from handrail.conversation.settings import Settings
from handrail.evals.case import Case
from handrail.evals.sweep import Tried, Variant, against_first, laid_over, spent_on, undominated


async def sweep(
    settings: Settings, cases: Sequence[Case], variants: Sequence[Variant], options: Options, out: Path | None
) -> int:
    """Run every variant, tell them side by side, and give the exit code. Raises `Invalid` for a variant's settings,
    before any is run, and where a budget is asked for without prices."""
    console = Console()
    tried: list[Tried] = []
    left = options.budget
    for variant, own in [(variant, laid_over(settings, variant)) for variant in variants]:
        typer.echo(f"{variant.name}:", err=True)
        report, kept = await play(own, cases, replace(options, budget=left))
        if kept is None:
            raise AssertionError("a sweep keeps its runs")
        tried.append(Tried(variant, report, kept))
        left = None if left is None else max(0.0, left - spent_on(kept))
        if report.left:
            break
    console.print(_table(tried, against_first(tried), undominated(tried)))
    if out is not None:
        write(out, json.dumps(_as_json(tried), indent=1, ensure_ascii=False) + "\n")
    if missing := [variant.name for variant in variants[len(tried) :]]:
        typer.secho(f"the budget did not reach for: {', '.join(missing)}", fg=typer.colors.YELLOW, err=True)
    return BROKEN if any(one.report.broken for one in tried) else SPENT if tried[-1].report.left or missing else 0


def _table(tried: Sequence[Tried], chances: dict[str, float], best: Sequence[str]) -> Table:
    table = Table(
        "variant", "cases right", "95 % interval", "escalation recall", "precision", "cost", "kept as", "p", "",
        title=f"{len(tried)} variants, {tried[0].kept.about.identity.cases} cases", title_justify="left",
        caption="p: cases right against the first variant, beside all others (Holm). ★: no other is both as right and "
        "as cheap", caption_justify="left", box=box.SIMPLE_HEAD,
    )  # fmt: skip
    for one in tried:
        right, found, name = one.report.right, one.report.escalation, one.variant.name
        interval = "" if right.low is None or right.high is None else f"{right.low:.3f} – {right.high:.3f}"
        table.add_row(
            name, _told(right.value), interval, _told(found.recall.value), _told(found.precision.value),
            f"{one.spent:.4f}", one.kept.name, f"{chances[name]:.3f}" if name in chances else "",
            "★" if name in best else "",
        )  # fmt: skip
    return table


def _told(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _as_json(tried: Sequence[Tried]) -> list[dict[str, Any]]:
    chances, best = against_first(tried), undominated(tried)
    return [
        {
            "variant": one.variant.name,
            "settings": one.variant.settings,
            "run": one.kept.name,
            "right": one.report.right.value,
            "recall": one.report.escalation.recall.value,
            "precision": one.report.escalation.precision.value,
            "cost": one.spent,
            "p": chances.get(one.variant.name),
            "undominated": one.variant.name in best,
        }
        for one in tried
    ]
