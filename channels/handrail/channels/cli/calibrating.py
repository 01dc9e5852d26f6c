"""`handrail evals calibrate`: fit confidence to tagged conversations, write the file and say how right it is."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from handrail.agent.parts import make_rails
from handrail.channels.cli.rows import progress
from handrail.conversation.errors import Invalid
from handrail.conversation.settings import Settings
from handrail.evals import calibrate as fitting
from handrail.evals.case import Case
from handrail.guardrails.calibration import Calibration, Costs
from handrail.knowledge.embed import open_embedder


async def calibrate(settings: Settings, cases: Sequence[Case], out: Path, costs: Costs, risk: float) -> None:
    """Hear every case, fit, write `out`."""
    rails = await make_rails(settings, open_embedder(settings))
    with progress() as bar:
        task = bar.add_task("conversations", total=len(cases))
        heard = await fitting.hear(cases, rails, settings.checks, lambda: bar.advance(task))
    told = fitting.calibrate(heard, "\n".join(case.model_dump_json() for case in cases).encode(), costs, risk)
    try:
        out.write_text(told.model_dump_json(indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise Invalid(f"{out} can't be written: {error.strerror}") from error
    _tell(told, out)


def _tell(told: Calibration, out: Path) -> None:
    console = Console(highlight=False, soft_wrap=True)
    table = Table("told", "seen", "conversations", box=box.SIMPLE_HEAD)
    for part in told.reliability:
        table.add_row(f"{part.told:.2f}", f"{part.seen:.2f}", str(part.n))
    console.print(table)
    found = told.figures
    console.print(f"{told.conversations} conversations, {told.needed} needed a person. Out of fold:")
    console.print(f"  by their worst turn: {_figures(found)}")
    console.print(f"  as a whole, as `handrail checks score` tells them: {_figures(told.conversation.figures)}")
    console.print(
        f"A person is offered from {told.offer_at:.2f} on and called from {told.handover_at:.2f} on. With what "
        f"findings alone ask for, {found['offered']:.0%} of these conversations get an offer or a person; doubt "
        f"alone calls one in {found['called']:.1%}."
    )
    if told.held is None:
        console.print(f"Too few conversations to hold the missed handoffs under {told.risk:.0%}: costs alone decide.")
    else:
        console.print(f"At most {told.held:.0%} of the needed handoffs are expected to be neither offered nor made.")
    console.print(f'Written to {out}. To use it, write confidence = "{out.name}" under \\[checks] in handrail.toml.')


def _figures(found: Mapping[str, float]) -> str:
    return f"AUROC {found['auroc']:.3f}, calibration error {found['ece']:.3f}, Brier skill {found['brier_skill']:.3f}"
