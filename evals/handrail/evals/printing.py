"""A report as a table for people and as JSON for programs."""

from typing import Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from handrail.evals.statistics import Figure
from handrail.evals.suite import Report, wrong


def print_report(report: Report, console: Console) -> None:
    """Print the figures with their intervals, then every case that is not wholly right, with why."""
    table = Table(
        "figure", "value", "95 % interval", "cases", title=f"{len(report.played)} cases, engine {report.engine}"
    )
    found = report.escalation
    rows = {"escalation precision": found.precision, "escalation recall": found.recall, "escalation F1": found.f1}
    for name, figure in {**rows, **{f"{name} right": f for name, f in report.shares.items()}}.items():
        table.add_row(name, *_told(figure))
    for name, spent in report.latency.items():
        table.add_row(f"slowest turn {name}", "–" if spent is None else f"{spent:.0f} ms", "", str(len(report.played)))
    table.add_row("tokens a case", "–" if report.tokens is None else f"{report.tokens:.0f}", "", "")
    console.print(Group(table, *_failures(report)))


def _failures(report: Report) -> list[Text]:
    lines = [Text(f"✗ {case}: could not be run: {why}", style="red") for case, why in sorted(report.broken.items())]
    for played in sorted(report.failed, key=lambda p: p.case.id):
        told = "; ".join(f"{s.name}: {s.detail}" for s in played.scores if wrong(s))
        lines.append(Text(f"✗ {played.case.id} ({played.case.purpose}): {told}", style="red"))
    return lines or [Text("every case is right", style="green")]


def _told(figure: Figure) -> tuple[str, str, str]:
    if figure.value is None:
        return "–", "", str(figure.n)
    interval = "" if figure.low is None else f"{figure.low:.3f} – {figure.high:.3f}"
    return f"{figure.value:.3f}", interval, str(figure.n)


def as_json(report: Report) -> dict[str, Any]:
    """The report as JSON: figures, and each case with its scores."""
    found = report.escalation
    return {
        "engine": report.engine,
        "cases": len(report.played),
        "escalation": {
            "tp": found.tp, "fp": found.fp, "fn": found.fn, "tn": found.tn,
            "precision": _figure(found.precision), "recall": _figure(found.recall), "f1": _figure(found.f1),
        },
        "right": {name: _figure(figure) for name, figure in report.shares.items()},
        "latency_ms": report.latency,
        "tokens": report.tokens,
        "broken": report.broken,
        "scores": [
            {
                "id": played.case.id,
                "purpose": played.case.purpose,
                "scores": {s.name: {"value": s.value, "detail": s.detail} for s in played.scores},
            }
            for played in report.played
        ],
    }  # fmt: skip


def _figure(figure: Figure) -> dict[str, float | int | None]:
    return {"value": figure.value, "low": figure.low, "high": figure.high, "n": figure.n}
