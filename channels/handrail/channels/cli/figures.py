"""`handrail desk figures`: how contacts ended, what people were called for, and what it took."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.channels.cli.workspace import Workspace, run

if TYPE_CHECKING:
    from handrail.conversation.settings import Settings
    from handrail.conversation.shares import Figure
    from handrail.desk.figures.chosen import By, Chosen
    from handrail.desk.figures.insights import Figures, Group, Insights, Time
    from handrail.evals.containment import Audits, Containment

DAY = "%Y-%m-%d"


class Split(StrEnum):
    """What figures may be split by."""

    day = "day"
    channel = "channel"
    intent = "intent"
    policy = "policy"
    department = "department"


def add(app: typer.Typer) -> None:
    """Add these commands to those of the desk."""
    app.command()(figures)


def figures(
    workspace: Workspace = None,
    days: Annotated[int, typer.Option(min=1, max=731, help="The last so many days, today among them.")] = 28,
    first: Annotated[datetime | None, typer.Option("--from", formats=[DAY], help="Or from this day on …")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=[DAY], help="… to this one.")] = None,
    by: Annotated[Split | None, typer.Option(help="Split them by this.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="As a table for spreadsheets.")] = False,
) -> None:
    """Show how contacts ended, what people were called for, how long it took and what it cost.

    A share stands with its 95 % interval and of how many it is; what has no data says so.
    """
    run(lambda settings: _figures(settings, days, (first, last), by, csv=csv), workspace)


async def _figures(
    settings: "Settings", days: int, span: tuple[datetime | None, datetime | None], by: Split | None, *, csv: bool
) -> None:
    from handrail.agent.parts import open_log
    from handrail.channels.insights_csv import as_csv
    from handrail.desk.figures.insights import Figures
    from handrail.evals.containment import audits

    async with open_log(settings) as log:
        figures = Figures(log.database, log.clock, settings)
        chosen = _chosen(figures, days, span)
        split: By | None = by.value if by else None
        found = await figures.read(chosen, split)
        audited = await audits(log.database, figures, chosen, split, settings.desk.audits.within)
    if csv:
        typer.echo(as_csv(found, audited), nl=False)
    else:
        _print(found, audited)


def _chosen(figures: "Figures", days: int, span: tuple[datetime | None, datetime | None]) -> "Chosen":
    from handrail.desk.figures.chosen import Chosen

    first, last = (each.date() if each else None for each in span)
    end = last or figures.today
    return Chosen(first or end - timedelta(days=days - 1), end)


def _print(found: "Insights", audited: "Audits") -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    console.print(f"{found.chosen.first} to {found.chosen.last}")
    groups = found.groups or (found.total,)
    heads = (escape(group.key) or ("-" if found.groups else "all") for group in groups)
    table = Table("", *heads, box=box.SIMPLE_HEAD)
    for name, cells in (*_audited(found, audited), *_lines(groups)):
        table.add_row(name, *cells)
    console.print(table)
    for title, each in (("reason", found.reasons), ("check", found.checks)):
        counted = Table(title, "handoffs", "needless, as people said", box=box.SIMPLE_HEAD)
        for one in each:
            counted.add_row(escape(one.name), str(one.times), share(one.overruled))
        if each:
            console.print(counted)


def _audited(found: "Insights", audited: "Audits") -> Iterator[tuple[str, list[str]]]:
    each = [audited.of(group.key) for group in found.groups] or [audited.total]
    yield "contained, by the bot's word", [share(one.told) for one in each]
    yield "contained, as people tag it", [corrected(one) for one in each]


def _lines(groups: "tuple[Group, ...]") -> Iterator[tuple[str, list[str]]]:
    from handrail.desk.figures.insights import STANDINGS

    yield "contacts", [str(group.contacts) for group in groups]
    yield "not over yet", [str(group.open) for group in groups]
    for name in STANDINGS:
        yield name.replace("_", " "), [share(group.standings[name]) for group in groups]
    for name, label in SHARES.items():
        yield label, [share(getattr(group, name)) for group in groups]
    for name, label in TIMES.items():
        yield label, [time(getattr(group, name)) for group in groups]
    yield "tokens a contact", [_per(group.tokens_in + group.tokens_out, group.contacts, "{:.0f}") for group in groups]
    yield "cost a contact", [_per(group.cost, group.contacts, "{:.4f}") for group in groups]


SHARES: Mapping[str, str] = {
    "escalated": "asked for a person",
    "satisfied": "rated 4 or 5",
    "service_level": "answered within the target",
    "tickets_in_time": "tickets answered in time",
}
TIMES: Mapping[str, str] = {
    "first_reply": "first reply of the bot",
    "wait": "wait for a person",
    "first_response": "first response of a person",
    "handling": "handling",
    "resolution_bot": "resolution by the bot",
    "resolution_person": "resolution by a person",
}
NOTHING = "no data"


def share(found: "Figure") -> str:
    """A share with its interval and count."""
    if found.value is None:
        return NOTHING
    return f"{found.value:.0%} ({found.low:.0%} to {found.high:.0%}) of {found.n}"


def corrected(found: "Containment") -> str:
    """The corrected share, and about how many more tags it takes for it or for a narrower interval."""
    if found.corrected.value is None:
        return f"needs about {found.needs} more tags" if found.needs else NOTHING
    more = f"; about {found.needs} more tags for a narrower one" if found.needs else ""
    return f"{share(found.corrected)} audited{more}"


def time(found: "Time") -> str:
    """The median and the 90th percentile, of how many."""
    if found.median is None or found.p90 is None:
        return NOTHING
    return f"{_span(found.median)}, 90 % within {_span(found.p90)}, of {found.n}"


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _per(total: float, contacts: int, form: str) -> str:
    return form.format(total / contacts) if contacts else NOTHING
