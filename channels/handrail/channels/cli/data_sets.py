"""`handrail evals split` and `handrail evals leaks`: sets that are fitted on, and sets that are tested on."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from handrail.channels.cli.evaluating import FAILED, write
from handrail.channels.cli.workspace import Workspace, run
from handrail.conversation.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handrail.conversation.settings import Settings
    from handrail.evals.case import Case
    from handrail.evals.leakage import Leakage
    from handrail.evals.splitting import Split

SHOWN = 20
"""Leaks that are printed."""


def split(
    data: Annotated[Path, typer.Option("--data", "-d", exists=True, help="JSON lines, or a folder of them.")],
    out: Annotated[Path, typer.Option("--out", "-o", file_okay=False, help="The folder to write to.")],
    share: Annotated[float, typer.Option(min=0.01, max=0.99, help="The share that is tested on.")] = 0.5,
    by: Annotated[
        Literal["customer", "time"],
        typer.Option(help="customer: drawn at random; time: the newest are tested on. No customer is on both sides."),
    ] = "customer",
    label: Annotated[
        list[str] | None, typer.Option(help="Keep the shares of this label alike on both sides, as `channel`.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another one draws others.")] = 7,
    workspace: Workspace = None,
) -> None:
    """Split tagged conversations into fit.jsonl and test.jsonl, of which the one knows nothing of the other."""

    async def command(_: "Settings") -> None:
        from handrail.evals import splitting
        from handrail.evals.files import read_suite

        cases, labels = read_suite(data).cases, tuple(label or ())
        told = splitting.split(cases, share, by, labels, seed)
        _tell_split(cases, told, out, {"by": by, "share": share, "seed": seed, "labels": labels})

    run(command, workspace)


def _tell_split(cases: "Sequence[Case]", told: "Split", out: Path, how: dict[str, Any]) -> None:
    """Write both sides and what was done, and say it."""
    from handrail.evals.identity import data_hash
    from handrail.evals.leakage import leakage

    sides = {name: some for name, some in (("fit", told.fitting), ("test", told.test), ("aside", told.aside)) if some}
    strata, hashes = told.strata(how["labels"]), {name: data_hash(some) for name, some in sides.items()}
    about = how | {
        "data_sha256": data_hash(cases),
        "groups": told.groups,
        "sides": {name: {"sha256": hashes[name], "conversations": len(some)} for name, some in sides.items()},
        "strata": [{"stratum": name, "fit": fit, "test": test} for name, fit, test in strata],
    }
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Invalid(f"{out} can't be made: {error.strerror}") from error
    for name, some in sides.items():
        write(out / f"{name}.jsonl", "".join(case.model_dump_json(exclude_defaults=True) + "\n" for case in some))
        typer.echo(f"{out / name}.jsonl: {len(some)} conversations, data {hashes[name][:8]}")
    write(out / "split.json", json.dumps(about, indent=1, ensure_ascii=False) + "\n")
    for stratum, fit, test in strata:
        typer.echo(f"  {stratum}: {fit} to fit on, {test} to test on")
    typer.echo(
        f"{len(cases)} conversations in {told.groups} groups by customer and likeness, none of them on both sides; "
        f"{leakage(told.fitting, told.test).touched} leaks"
    )
    if told.aside:
        typer.echo(f"{len(told.aside)} are on neither: older ones of customers (or words) that come again in the test")


def leaks(
    fitting: Annotated[Path, typer.Argument(exists=True, help="What was fitted on: JSON lines, or a folder of them.")],
    test: Annotated[Path, typer.Argument(exists=True, help="What is tested on.")],
    limit: Annotated[float, typer.Option(min=0, max=1, help="The share of the test that may leak.")] = 0.0,
    workspace: Workspace = None,
) -> None:
    """Name what a test set has in common with a fitting set: ids, customers, nearly the same words.

    Exits with 3 where more of the test than `--limit` is known already.
    """

    async def command(_: "Settings") -> int:
        from handrail.evals.files import read_suite
        from handrail.evals.leakage import leakage

        sets: list[Sequence[Case]] = []
        for path in (fitting, test):
            sets.append(read_suite(path).cases)
            typer.echo(f"{path}: {named(sets[-1])}")
        found = leakage(*sets)
        tell_leaks(found)
        return FAILED if found.share > limit else 0

    run(command, workspace)


def named(cases: "Sequence[Case]") -> str:
    """How many they are, and the beginning of their hash."""
    from handrail.evals.identity import data_hash

    return f"{len(cases)} conversations, data {data_hash(cases)[:8]}"


def tell_leaks(found: "Leakage") -> None:
    """Name the pairs, the first of them, and how much of the test they touch."""
    for leak in found.leaks[:SHOWN]:
        alike = f" ({leak.alike:.2f})" if leak.alike < 1 else ""
        typer.echo(f"  {leak.tested} of the test, {leak.fitted} of the fit: {leak.kind}{alike}")
    if len(found.leaks) > SHOWN:
        typer.echo(f"  … and {len(found.leaks) - SHOWN} more")
    typer.echo(f"{found.touched} of {found.tested} conversations of the test are known to the fit ({found.share:.1%})")
