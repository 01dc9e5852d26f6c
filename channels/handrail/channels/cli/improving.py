"""What `handrail improve` does."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from handrail.agent.bootstrap import open_knowledge
from handrail.agent.models.openai import OpenAIModel
from handrail.agent.parts import open_log
from handrail.channels.cli.records import operator
from handrail.channels.users import Users
from handrail.conversation.errors import Denied
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.desk.looks import Looks
from handrail.evals.case import Case
from handrail.evals.files import read_suite
from handrail.evals.freezing.shelf import Shelf
from handrail.evals.identity import identity
from handrail.evals.improve import changes as files
from handrail.evals.improve.acceptance import Acceptance, Accepted, Play
from handrail.evals.improve.gaps import GapList
from handrail.evals.improve.ledger import Who
from handrail.evals.improve.proposal import TEXT, Proposals
from handrail.evals.improve.proposing import Proposer
from handrail.evals.keeping import begin
from handrail.evals.report import Report
from handrail.evals.suite import replay
from handrail.knowledge.embed import Embedder, open_embedder
from handrail.knowledge.knowledge import Knowledge

FAILED = 3
MAY_ACCEPT = ("supervisor", "engineer", "admin")


@dataclass(frozen=True, slots=True)
class How:
    """How a proposal is accepted: by whose login, edited first, its cases played so often, kept though others break,
    without asking."""

    by: str
    edit: bool
    times: int
    despite: bool
    sure: bool


async def list_gaps(settings: Settings, days: float) -> None:
    """Print the gaps."""
    async with open_log(settings) as log:
        await _looked(log)
        found = await GapList(log, settings, open_embedder(settings)).read(days)
    table = Table("gap", "what", "state", "times", "cost", "cases", Column("asked", ratio=1), box=box.SIMPLE_HEAD)
    for gap in found:
        table.add_row(
            str(gap.gap_id), gap.kind.replace("_", " "), gap.state, str(gap.times), f"{gap.burden:.0f} min",
            str(len(gap.cases)), escape(gap.examples[0] if gap.examples else "(forgotten)"),
        )  # fmt: skip
    Console(highlight=False).print(table if found else f"no gap in the last {days:g} days")


async def show(settings: Settings, gap_id: int, days: float) -> None:
    """Print one gap, and what was done about it."""
    async with open_log(settings) as log:
        await _looked(log)
        gaps = GapList(log, settings, open_embedder(settings))
        gap, done = await gaps.one(gap_id, days), await gaps.ledger.changes(gap_id)
    console = Console(highlight=False)
    console.print(f"gap {gap.gap_id}: {gap.kind.replace('_', ' ')}, {gap.state} since {gap.state_at:%Y-%m-%d %H:%M}")
    console.print(
        f"  {gap.times} times from {gap.first_at:%Y-%m-%d} to {gap.last_at:%Y-%m-%d}, {gap.tagged} tagged; "
        f"{gap.minutes:.1f} minutes of people, {gap.repeats} came back"
    )
    for example in gap.examples:
        console.print(f"  “{escape(example)}”")
    for case in gap.cases:
        console.print(f"  case {escape(case)}")
    for change in done:
        detail = f": {escape(change.detail)}" if change.detail else ""
        console.print(f"  {change.at:%Y-%m-%d %H:%M}  {change.what.replace('_', ' ')} by {escape(change.name)}{detail}")


async def propose(settings: Settings, gap_id: int, days: float, *, anew: bool) -> None:
    """Draft a proposal and print it."""
    who = operator()
    async with open_log(settings) as log, _opened(settings, log) as (embedder, knowledge):
        await _looked(log)
        gap = await GapList(log, settings, embedder).one(gap_id, days)
        model = OpenAIModel(settings.engine) if settings.engine.chosen == "openai" else None
        try:
            proposer = Proposer(log, settings, knowledge, embedder, model)
            proposal = await proposer.propose(gap, Who(who, who), anew=anew)
        finally:
            if model is not None:
                await model.aclose()
    _print_proposal(settings, gap_id)
    for line in (*proposal.advice, *(f"look at this: {remark}" for remark in proposal.remarks)):
        typer.echo(line)


async def accept(settings: Settings, gap_id: int, days: float, how: How) -> int:
    """Accept a proposal, tell what came of it, and give the exit code."""
    async with open_log(settings) as log, _opened(settings, log) as (embedder, knowledge):
        who = await _who(log, how.by)
        gap = await GapList(log, settings, embedder).one(gap_id, days)
        place = Proposals.of(settings).place(gap_id) / TEXT
        if how.edit and place.exists():
            typer.edit(filename=str(place))
        _print_proposal(settings, gap_id)
        if not how.sure:
            typer.confirm("Write this, and play all cases before and after?", abort=True)
        acceptance = Acceptance(log, settings, knowledge, playing(settings))
        done = await acceptance.accept(gap, others(settings), who, times=how.times, despite=how.despite)
    _print_accepted(done)
    return 0 if done.closed else FAILED


def playing(settings: Settings) -> Play:
    """Plays cases on a Postgres of their own, and keeps the runs."""
    apart = settings.model_copy(update={"database": settings.database.model_copy(update={"url": None})})

    async def play(cases: Sequence[Case], times: int) -> Report:
        kept = begin(settings.data_folder / "runs", identity(cases, settings, "replay", epochs=times), cases)
        at_once = 8 if settings.engine.chosen == "openai" else os.cpu_count() or 1
        typer.echo(f"playing {len(cases)} cases{f' {times} times' if times > 1 else ''}, kept as {kept.name}", err=True)
        return await replay(cases, apart, side_by_side=at_once, epochs=times, kept=kept)

    return play


def others(settings: Settings) -> list[Case]:
    """All cases there are: the workspace's own, and those that were frozen."""
    own = read_suite(settings.cases_folder).cases if any(settings.cases_folder.glob("*.jsonl")) else ()
    frozen = Shelf.of(settings).cases()
    return [*own, *(case for case in frozen if case.id not in {one.id for one in own})]


@asynccontextmanager
async def _opened(settings: Settings, log: Log) -> AsyncIterator[tuple[Embedder, Knowledge]]:
    embedder = open_embedder(settings)
    async with open_knowledge(settings, embedder, log.bell) as knowledge:
        await knowledge.refresh()
        yield embedder, knowledge


async def _looked(log: Log) -> None:
    who = operator()
    await Looks(log.database, log.clock).note(who, who, "gaps")


async def _who(log: Log, login: str) -> Who:
    """The account behind a login, where it may accept. Raises `NotFound` and `Denied`."""
    user = await Users(log.database, log.clock).by_login(login)
    if user.disabled_at is not None or user.role not in MAY_ACCEPT:
        raise Denied(f"{login} may not accept: a supervisor, an engineer or an admin may")
    return Who(user.id, user.name)


def _print_proposal(settings: Settings, gap_id: int) -> None:
    proposals = Proposals.of(settings)
    _, changes = proposals.get(gap_id)
    if not changes:
        return
    typer.echo(files.diff(settings.policies_folder, changes), nl=False)
    typer.echo(f"the draft is {proposals.place(gap_id) / TEXT}, its sources are beside it")


def _print_accepted(done: Accepted) -> None:
    console = Console(highlight=False)
    for flip in done.flips:
        mark = "[green]now right[/]" if flip.better else "[red]now wrong[/]"
        console.print(f"{mark}  {escape(flip.case_id)}  {escape(flip.purpose)}")
        if flip.why:
            console.print(f"    {escape(flip.why)}")
    console.print(f"right before: {_share(done.before)}, after: {_share(done.after)}")
    console.print(f"{done.passing} of the gap's {done.cases} cases pass every time")
    if done.taken_back:
        console.print("[red]taken back: other cases broke; --despite keeps it[/]")
    elif done.closed:
        console.print("[green]the gap is closed[/]")
    else:
        console.print("[yellow]accepted, and not closed: its cases do not pass yet, or it has none[/]")


def _share(share: float | None) -> str:
    return "no case" if share is None else f"{share:.1%}"
