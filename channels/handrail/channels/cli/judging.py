"""`handrail evals judge`: hold a judge by model against what people said, and tell where it is not to be trusted."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from handrail.channels.cli.evaluating import SPENT, write
from handrail.channels.cli.rows import progress
from handrail.conversation.errors import Invalid
from handrail.conversation.settings import Settings
from handrail.evals.budget import Budget, estimate_judge
from handrail.evals.case import Case
from handrail.evals.judging.judge import open_judge
from handrail.evals.judging.measuring import measure, tagged
from handrail.evals.judging.record import Record, record
from handrail.evals.judging.trust import trust
from handrail.evals.opinion import QUESTIONS
from handrail.evals.statistics import Figure

SHOWN = 10
"""Disagreements that are printed; the file has all."""


async def judge(settings: Settings, cases: Sequence[Case], out: Path, limit: float | None) -> int:
    """Measure, print, write `out`, and give the exit code. Raises `Invalid` where nothing was tagged, and where a
    budget is asked for without prices."""
    some, engine = tagged(cases), settings.engine
    if not some:
        raise Invalid("a judge is held against recorded conversations (lines with `turns`) that people tagged")
    if priced := bool(engine.price_in or engine.price_out):
        typer.echo(f"likely to cost {2 * estimate_judge(len(some), engine):.2f} at the most", err=True)
    elif limit is not None:
        raise Invalid("--budget needs prices: set price_in and price_out under [engine]")
    budget = Budget(limit if priced else None)
    async with open_judge(settings) as asked:
        with progress() as bar:
            task = bar.add_task("conversations, each read twice", total=len(some))
            pairs = await measure(some, asked, budget, lambda: bar.advance(task))
    least = settings.evals.judge_kappa
    found = [one for question in QUESTIONS if (one := trust(question, pairs, least)) is not None]
    told = record(asked.name, datetime.now(UTC), pairs, found)
    write(out, told.model_dump_json(indent=1) + "\n")
    console = Console()
    _tell(console, told)
    if failed := sum(bool(pair.opinion.failed) for pair in pairs):
        typer.secho(f"the judge gave no answer on {failed} conversations", fg=typer.colors.YELLOW, err=True)
    console.print(f"written to {out}; cost {budget.spent:.4f}", highlight=False)
    return SPENT if len(pairs) < len(some) else 0


def _tell(console: Console, told: Record) -> None:
    table = Table(
        "judge.", "of", "agrees", "kappa", "AUROC", "longer talks", "longer replies", "order", "trust",
        title=f"{told.judge}, {told.conversations} tagged conversations, data {told.data_sha256[:8]}",
        title_justify="left", caption_justify="left", box=box.SIMPLE_HEAD,
        caption="longer …: how much oftener it says yes of those than of shorter ones, at equal tags. order: answers "
        "that change with the order of the questions",
    )  # fmt: skip
    for question, one in told.questions.items():
        table.add_row(
            question, str(one.agreement.n), _told(one.agreement), _told(one.kappa), _told(one.auroc),
            _told(one.talks), _told(one.replies), _told(one.turned), "[red]no" if one.doubts else "[green]yes",
        )  # fmt: skip
    console.print(table)
    for question, one in told.questions.items():
        for doubt in one.doubts:
            console.print(f"[red]judge.{question}[/] {escape(doubt)}", highlight=False)
    for each in told.disagreements[:SHOWN]:
        people, word = ("yes" if said else "no" for said in (each.people, each.judge))
        console.print(
            f"{escape(each.id)}  {each.question}: people say {people}, the judge {word}: {escape(each.reason)}",
            highlight=False,
        )


def _told(figure: Figure) -> str:
    if figure.value is None:
        return "–"
    interval = "" if figure.low is None or figure.high is None else f" ({figure.low:.2f} – {figure.high:.2f})"
    return f"{figure.value:.2f}{interval}"
