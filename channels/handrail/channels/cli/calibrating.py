"""`handrail evals calibrate`: fit confidence to tagged conversations, write the file and say how right it is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from handrail.agent.parts import make_rails
from handrail.channels.cli.data_sets import tell_leaks
from handrail.channels.cli.rows import progress
from handrail.conversation.errors import Invalid
from handrail.conversation.settings import Settings
from handrail.evals import calibrate as fitting
from handrail.evals.calibrate import Heard
from handrail.evals.case import Case
from handrail.evals.changes import Flip, flips, tested
from handrail.evals.identity import data_hash
from handrail.evals.leakage import leakage
from handrail.guardrails.calibration import Calibration, Costs
from handrail.knowledge.embed import open_embedder

SHOWN = 8
"""So many ids of a kind are printed."""


async def calibrate(
    settings: Settings,
    cases: Sequence[Case],
    out: Path,
    costs: Costs,
    risk: float,
    *,
    test: Sequence[Case] = (),
    limit: float = 0.0,
) -> None:
    """Hear every case, fit, see what comes of it on `test`, write `out`. Raises `Invalid` where more than `limit` of
    the test is known to the fit, and where `out` can't be written."""
    if test:
        found = leakage(cases, test)
        tell_leaks(found)
        if found.share > limit:
            raise Invalid(
                f"{found.share:.1%} of the test is known to the fit, and {limit:.1%} may be: `handrail evals split` "
                "makes sets that know nothing of one another; --leaks allows more"
            )
    rails = await make_rails(settings, open_embedder(settings))
    with progress() as bar:
        task = bar.add_task("conversations", total=len(cases) + len(test))
        heard = await fitting.hear(cases, rails, settings.checks, lambda: bar.advance(task))
        unseen = await fitting.hear(test, rails, settings.checks, lambda: bar.advance(task))
    told = fitting.calibrate(heard, data_hash(cases), costs, risk)
    if unseen:
        told = told.model_copy(update={"tested": tested(unseen, told, data_hash(test))})
    changed = flips(unseen or heard, settings.checks, told)
    _write(out, told)
    _tell(told, out)
    _tell_changes(changed, unseen or heard, told)


def _write(out: Path, told: Calibration) -> None:
    # Put in place whole: a server that reads it meanwhile has the old one or the new one.
    part = out.with_name(f".{out.name}.part")
    try:
        part.write_text(told.model_dump_json(indent=1) + "\n", encoding="utf-8")
        part.replace(out)
    except OSError as error:
        raise Invalid(f"{out} can't be written: {error.strerror}") from error


def _tell_changes(changed: Sequence[Flip], heard: Sequence[Heard], told: Calibration) -> None:
    """Which conversations would have gone another way, the needed ones first."""
    console = Console(highlight=False, soft_wrap=True)
    if told.tested is not None:
        seen = told.tested
        asked = "no bound was set" if told.held is None else f"the bound is {told.held:.0%}"
        console.print(
            f"On {seen.conversations} conversations that nothing was fitted on (data {seen.data_sha256[:8]}): "
            f"{seen.missed} of {seen.needed} needed handoffs missed ({seen.low:.1%} to {seen.high:.1%}), {asked}."
        )
    where = "of the test" if told.tested is not None else "of these"
    better = sum(flip.better for flip in changed)
    console.print(
        f"Against the settings of now {len(changed)} of {len(heard)} conversations {where} go another way, "
        f"{better} of them nearer to their tags:"
    )
    for (needed, before, after), n in sorted(Counter((f.needed, f.before, f.after) for f in changed).items()):
        ids = [f.id for f in changed if (f.needed, f.before, f.after) == (needed, before, after)]
        more = ", …" if n > SHOWN else ""
        kind = "needed a person" if needed else "needed none"
        console.print(f"  {n} that {kind}: {before} → {after} ({', '.join(map(escape, ids[:SHOWN]))}{more})")


def _tell(told: Calibration, out: Path) -> None:
    console = Console(highlight=False, soft_wrap=True)
    table = Table("told", "seen", "conversations", box=box.SIMPLE_HEAD)
    for part in told.reliability:
        table.add_row(f"{part.told:.2f}", f"{part.seen:.2f}", str(part.n))
    console.print(table)
    found = told.figures
    console.print(
        f"{told.conversations} conversations (data {told.data_sha256[:8]}), {told.needed} needed a person. Out of fold:"
    )
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
    console.print(f"Version {told.version} is written to {out}.")
    console.print(f'To use it, write confidence = "{out.name}" under \\[checks] in handrail.toml.')


def _figures(found: Mapping[str, float]) -> str:
    return f"AUROC {found['auroc']:.3f}, calibration error {found['ece']:.3f}, Brier skill {found['brier_skill']:.3f}"
