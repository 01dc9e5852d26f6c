"""A report as a table for people and as JSON for programs."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from handrail.evals.report import Report
from handrail.evals.slices import POLICY
from handrail.evals.statistics import Figure
from handrail.evals.story import story
from handrail.evals.trace import Played
from handrail.evals.verdicts import is_right, wrong

NAMES = {
    "right": "cases wholly right",
    "escalation.recall": "escalation recall",
    "end_state": "end state",
    "grounded": "drafts grounded",
    "tone": "drafts in tone",
    "bounds": "drafts within bounds",
    "packet_precision": "packet values that are tagged",
    "packet_supported": "packet lines with evidence",
    "lateness": "lines too late",
    "cost": "cost of a case",
    "tokens": "tokens of a case",
    "latency": "slowest turn of a case, ms",
}
OFTEN = 40
"""Slices that are printed; the JSON and the page have all."""


def print_report(report: Report, console: Console, *, show: Iterable[str] = ()) -> None:
    """Print the figures with their intervals, then every case that is not wholly right, with why.

    The cases whose ids are in `show` are told with their whole conversation.
    """
    show = frozenset(show)
    console.print(_figures(report))
    if report.slices:
        console.print(_slices(report))
    for case, why in sorted(report.broken.items()):
        console.print(f"[red]✗ {escape(case)}[/] could not be run: {escape(why)}")
    for played in report.played:
        right = is_right(played)
        missing = played.trace.unrecorded
        if right and not missing and played.case.id not in show:
            continue
        mark = "[yellow]?" if missing else "[green]✓" if right else "[red]✗"
        epoch = f" ({played.epoch + 1})" if report.epochs > 1 else ""
        console.print(f"{mark} {escape(played.case.id)}{epoch}[/]  {escape(played.case.purpose)}", highlight=False)
        for call in missing:
            told = Text(f"not scored: this call was not recorded: {call}", "yellow")
            console.print(Padding(told, (0, 0, 0, 4)))
        for score in played.scores:
            if wrong(score):
                console.print(Padding(Text(f"{named(score.name)}: {score.detail}", "yellow"), (0, 0, 0, 4)))
        if played.case.id in show:
            console.print(Padding(story_table(played), (0, 0, 1, 4)))
    if report.left:
        console.print(f"[yellow]the budget was used up: {report.left} were not begun; --resume goes on with them[/]")
    elif not report.failed and not report.broken and not report.unrecorded:
        console.print("[green]every case is right[/]")


def _figures(report: Report) -> Table:
    what = "checks alone, on the lines as recorded" if report.mode == "recorded" else f"engine {report.engine}"
    total = cases_of(report)
    epochs = f" in {report.epochs} epochs" if report.epochs > 1 else ""
    judge = f", judge {report.judge}" if report.judge else ""
    title = f"{total} {'case' if total == 1 else 'cases'}{epochs}, {what}{judge}"
    table = Table("figure", "value", "95 % interval", "of", title=title, title_justify="left")
    for name, figure in rows(report):
        if figure.value is not None:
            table.add_row(name, *_told(figure))
    unscored = [named(name) for name, figure in report.shares.items() if figure.value is None]
    if unscored and report.mode != "recorded":
        table.caption = f"not scored, since no case expects it: {', '.join(unscored)}"
    if report.taggers:
        who = ", ".join(report.taggers[:5]) + (" …" if len(report.taggers) > 5 else "")
        table.add_row(Text(f"tagged by {who}"), "", "", "")
    if report.split:
        table.add_row("taggers split evenly, not scored", str(report.split), "", "")
    for name, value in costs(report):
        table.add_row(name, value, "", f"{report.spent.turns} turns")
    return table


def cases_of(report: Report) -> int:
    """How many cases were run, those that could not be among them."""
    return len({played.case.id for played in report.played} | report.broken.keys())


def _slices(report: Report) -> Table:
    table = Table("slice", "", "of", "wholly right", "95 % interval", "escalation precision", "recall", box=SIMPLE_HEAD)
    shown = [part for part in report.slices if part.by != POLICY]
    for part in shown[:OFTEN]:
        found = part.escalation
        told = (f"{f.value:.3f} ({f.n})" if f.value is not None else "–" for f in (found.precision, found.recall))
        value, interval, n = _told(part.right)
        table.add_row(part.by, Text(part.value), n, value, interval, *told)
    if len(shown) < len(report.slices) or len(shown) > OFTEN:
        table.caption = "all slices, by policy version too, are in the page and the JSON"
    return table


def rows(report: Report) -> Iterator[tuple[str, Figure]]:
    """The figures of a report by the names that people read."""
    yield "cases wholly right", report.right
    yield "escalation precision", report.escalation.precision
    yield "escalation recall", report.escalation.recall
    yield "escalation F1", report.escalation.f1
    yield "precision, offers counted", report.offered.precision
    yield "recall, offers counted", report.offered.recall
    yield from ((f"{named(name)} right", figure) for name, figure in report.shares.items())
    yield from ((named(name), figure) for name, figure in report.measures.items() if name != "latency")
    yield from ((f"pass^{k}, wholly right", figure) for k, figure in report.passing.items())
    yield "taggers agree", report.agreement
    yield "… beyond chance (alpha)", report.alpha


def costs(report: Report) -> Iterator[tuple[str, str]]:
    """What turns cost, by the names that people read."""
    spent = report.spent
    if spent.p50 is None or spent.p95 is None:
        return
    what = "checks" if report.mode == "recorded" else "turn without the model"
    yield f"{what}, p50 / p95", f"{spent.p50:.0f} / {spent.p95:.0f} ms"
    if spent.model_p50 is not None and spent.model_p95 is not None:
        yield "waiting for the model, p50 / p95", f"{spent.model_p50:.0f} / {spent.model_p95:.0f} ms"
    if report.mode != "recorded":
        yield "model calls a turn", f"{spent.model_calls:.2f}"
        yield "tokens a turn, in / out", f"{spent.tokens_in:.0f} / {spent.tokens_out:.0f}"
    if spent.cost:
        yield "cost of the run", f"{spent.cost:.4f}"
    if report.judge:
        yield "judge, tokens / cost of the run", f"{spent.judge_tokens} / {spent.judge_cost:.4f}"
    if spent.judge_failed:
        yield "judge, conversations without an answer", str(spent.judge_failed)


def story_table(played: Played) -> Table:
    """A conversation, line by line."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(justify="right", style="bold", no_wrap=True)
    grid.add_column()
    for who, text in story(played.log):
        grid.add_row(who, Text(text) if who else Text(f"· {text}", "dim"))
    return grid


def named(score: str) -> str:
    """A score as people read it."""
    return NAMES.get(score, score)


def _told(figure: Figure) -> tuple[str, str, str]:
    interval = "" if figure.low is None else f"{figure.low:.3f} – {figure.high:.3f}"
    return f"{figure.value:.3f}", interval, str(figure.n)


def as_json(report: Report) -> dict[str, Any]:
    """The report as JSON: figures, and each case with its scores and its conversation."""
    return {
        "mode": report.mode,
        "engine": report.engine,
        "judge": report.judge,
        "cases": cases_of(report),
        "epochs": report.epochs,
        "left": report.left,
        "right": asdict(report.right),
        "escalation": asdict(report.escalation),
        "escalation_offers_counted": asdict(report.offered),
        "scores": {name: asdict(figure) for name, figure in report.shares.items()},
        "measures": {name: asdict(figure) for name, figure in report.measures.items()},
        "slices": [asdict(part) for part in report.slices],
        "pass_hat": {k: asdict(figure) for k, figure in report.passing.items()},
        "taggers": {
            "agree": asdict(report.agreement),
            "alpha": asdict(report.alpha),
            "split": report.split,
            "names": report.taggers,
        },
        "turns": asdict(report.spent),
        "broken": report.broken,
        "played": [
            {
                "id": played.case.id,
                "epoch": played.epoch,
                "purpose": played.case.purpose,
                "right": is_right(played),
                "scores": {s.name: {"value": s.value, "detail": s.detail} for s in played.scores},
                "conversation": [{"who": who or "handrail", "text": text} for who, text in story(played.log)],
            }
            for played in report.played
        ],
    }
