"""`handrail evals shadow`: live traffic under other settings, with no effect."""

from collections.abc import Sequence
from datetime import timedelta

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from handrail.agent.parts import open_log
from handrail.channels.cli.evaluating import Bar
from handrail.conversation.errors import Invalid
from handrail.conversation.settings import Settings
from handrail.evals.case import Case
from handrail.evals.live import Shadow, live, shadow
from handrail.evals.sweep import Variant, laid_over


async def tell(settings: Settings, variants: Sequence[Variant], days: float, *, show: bool) -> None:
    """Read the conversations of the last days under every variant, and tell what each would have changed.

    Raises `Invalid` where there is nothing to read, or a variant's settings can't be.
    """
    tried = [(variant, laid_over(settings, variant)) for variant in variants]
    async with open_log(settings) as log:
        cases, called = await live(log, log.clock.now() - timedelta(days=days))
    if not cases:
        raise Invalid(f"no conversation began within {days:g} days")
    told: list[tuple[str, Shadow]] = []
    with Bar(len(cases) * len(tried)) as progress:
        for variant, own in tried:
            told.append((variant.name, await shadow(cases, called, own, progress=progress)))
    Console().print(_table(told, cases, len(called)))
    if show:
        for name, one in told:
            typer.echo(f"{name}: sooner {', '.join(one.sooner) or '–'}; never {', '.join(one.never) or '–'}")


def _table(told: Sequence[tuple[str, Shadow]], cases: Sequence[Case], called: int) -> Table:
    tagged = sum(case.expected.escalate is not None for case in cases)
    table = Table(
        "variant", "a person called", "only by it", "not by it", "recall, tagged", "precision, tagged",
        title=f"{len(cases)} live conversations; a person was called in {called}", title_justify="left",
        caption=f"Checks alone, on the lines as they came. People tagged of {tagged} whether a person was needed",
        caption_justify="left", box=box.SIMPLE_HEAD,
    )  # fmt: skip
    for name, one in told:
        found = one.report.escalation
        table.add_row(
            name, str(one.called), str(len(one.sooner)), str(len(one.never)), _share(found.recall.value),
            _share(found.precision.value),
        )  # fmt: skip
    return table


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
