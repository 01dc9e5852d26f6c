"""The figures of the desk, read from its projections."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from handrail.conversation.clock import Clock
from handrail.conversation.database import Connection, Database
from handrail.conversation.settings import Settings
from handrail.conversation.shares import Figure, wilson

from . import statements
from .chosen import By, Chosen

STANDINGS = ("verified", "assumed", "left", "came_back", "person")
"""How a contact that is over counts, each as one of these."""

LEFT_AT = ("waiting", "offered", "asked", "rated", "unanswered")
"""Where those who left were: waiting for a person, offered one, asked something, unhappy by their rating, or without
any reply."""


@dataclass(frozen=True, slots=True)
class Time:
    """How long something took, in seconds, over `n` times; None where there was none."""

    median: float | None
    p90: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of contacts and handoffs that belong together under `key`.

    `contacts` are all that began, of which `open` are not over and `uncounted` were spam or forgotten before they were;
    the shares of the standings are of the rest (`ended`). Of `preliminary` contained ones it is not certain yet that
    the customer does not come back. `escalated` is the share of all contacts in which a person was asked for.
    `satisfied` are the shares of ratings of 4 and 5. Tokens and cost are sums.
    """

    key: str
    contacts: int
    open: int
    uncounted: int
    ended: int
    standings: Mapping[str, Figure]
    left_at: Mapping[str, int]
    preliminary: int
    escalated: Figure
    satisfied: Figure
    satisfied_bot: Figure
    score: float | None
    turns: int
    model_calls: int
    tokens_in: int
    tokens_out: int
    cost: float
    handoffs: int
    service_level: Figure
    tickets_in_time: Figure
    first_reply: Time
    first_response: Time
    wait: Time
    handling: Time
    resolution_bot: Time
    resolution_person: Time


@dataclass(frozen=True, slots=True)
class Counted:
    """How often a reason or a check called for a person, of how many handoffs people said what they think when they
    wrapped up (`judged`), and the share of these that should not have been escalated."""

    name: str
    times: int
    judged: int
    overruled: Figure


@dataclass(frozen=True, slots=True)
class Promised:
    """What was promised by one kind of owner, and the share kept of what was settled or is overdue."""

    owner: str
    made: int
    broken: int
    overdue: int
    kept: Figure


@dataclass(frozen=True, slots=True)
class Told:
    """The waits that a department's customers were told, and the share of them within whose range somebody came."""

    department: str
    told: int
    later: int
    held: Figure


@dataclass(frozen=True, slots=True)
class Insights:
    """All figures of a choice of days. `groups` are those of `by`, in their order; none where nothing is split."""

    chosen: Chosen
    by: By | None
    total: Group
    groups: tuple[Group, ...]
    reasons: tuple[Counted, ...]
    checks: tuple[Counted, ...]
    tags: Mapping[str, int]
    promises: tuple[Promised, ...]
    waits: tuple[Told, ...]
    values: Mapping[str, tuple[str, ...]]


class Figures:
    """Reads figures."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database, self._clock, self._settings = database, clock, settings
        self.zone = ZoneInfo(settings.business.timezone)

    @property
    def today(self) -> date:
        """The day that it is for the business."""
        return self._clock.now().astimezone(self.zone).date()

    def lately(self, days: int) -> Chosen:
        """The last so many days, today among them."""
        return Chosen(self.today - timedelta(days=days - 1), self.today)

    def parameters(self, chosen: Chosen) -> dict[str, Any]:
        """What every statement of figures takes."""
        return {
            **chosen.parameters(self.zone), "now": self._clock.now(),
            "window": timedelta(days=self._settings.figures.came_back_days),
            "target": timedelta(minutes=self._settings.desk.wait_target_minutes),
        }  # fmt: skip

    async def read(self, chosen: Chosen, by: By | None = None) -> Insights:
        """The figures of these days, as a whole and split."""
        told = self.parameters(chosen)
        async with self._database.transaction() as connection:
            # One moment for all of them, so that they agree with each other.
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            total, groups = await _groups(connection, by, told)
            if by == "policy":
                # A contact counts for each policy that it cites, and once in all.
                total, _ = await _groups(connection, None, told)
            if by == "day":
                groups = _every_day(groups, chosen.first, min(chosen.last, self.today))
            lists = [
                await _rows(connection, statement, told)
                for statement in (
                    statements.REASONS, statements.CHECKS, statements.TAGS, statements.PROMISES, statements.WAITS,
                    statements.VALUES,
                )
            ]  # fmt: skip
        reasons, checks, tags, promises, waits, values = lists
        return Insights(
            chosen=chosen,
            by=by,
            total=total,
            groups=tuple(groups),
            reasons=tuple(_counted(row) for row in reasons),
            checks=tuple(_counted(row) for row in checks),
            tags={row["name"]: row["times"] for row in tags},
            promises=tuple(_promised(row) for row in promises),
            waits=tuple(
                Told(row["department"], row["told"], row["later"], wilson(row["held"], row["came"])) for row in waits
            ),
            values={name: tuple(found or ()) for name, found in values[0].items()},
        )


async def _rows(connection: Connection, query: LiteralString, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    return await (await connection.execute(query, told)).fetchall()


async def _groups(connection: Connection, by: By | None, told: Mapping[str, Any]) -> tuple[Group, list[Group]]:
    """The whole, and the groups by their keys; without a split the whole alone."""
    contacts = {row["key"]: row for row in await _rows(connection, statements.contacts(by), told)}
    handoffs = {row["key"]: row for row in await _rows(connection, statements.escalations(by), told)}
    whole = "" if by is None else None
    total = _group("", contacts.pop(whole, {}), handoffs.pop(whole, {}))
    return total, [_group(key, contacts.get(key, {}), handoffs.get(key, {})) for key in sorted({*contacts, *handoffs})]


def _every_day(groups: list[Group], first: date, last: date) -> list[Group]:
    """The days with those on which there was nothing: a day that is left out looks as if it had not been."""
    found = {group.key: group for group in groups}
    days = (str(first + timedelta(days=n)) for n in range((last - first).days + 1))
    return [found.get(day) or _group(day, {}, {}) for day in days]


def _group(key: str, row: Mapping[str, Any], handoffs: Mapping[str, Any]) -> Group:
    def count(name: str) -> int:
        return int(row.get(name) or handoffs.get(name) or 0)

    def share(part: str, whole: str) -> Figure:
        return wilson(count(part), count(whole))

    def took(name: str, source: Mapping[str, Any] = row) -> Time:
        return Time(source.get(f"{name}_median"), source.get(f"{name}_p90"), source.get(f"{name}_n") or 0)

    ended = sum(count(name) for name in STANDINGS)
    return Group(
        key=key,
        contacts=count("contacts"),
        open=count("open"),
        uncounted=count("uncounted"),
        ended=ended,
        standings={name: wilson(count(name), ended) for name in STANDINGS},
        left_at={name: count(f"left_{name}") for name in LEFT_AT},
        preliminary=count("preliminary"),
        escalated=share("escalated", "contacts"),
        satisfied=share("satisfied", "rated"),
        satisfied_bot=share("satisfied_bot", "rated_bot"),
        score=row.get("score"),
        turns=count("turns"),
        model_calls=count("model_calls"),
        tokens_in=count("tokens_in"),
        tokens_out=count("tokens_out"),
        cost=float(row.get("cost") or 0.0),
        handoffs=count("handoffs"),
        service_level=share("live_met", "live_due"),
        tickets_in_time=share("tickets_met", "tickets_due"),
        first_reply=took("first_reply"),
        first_response=took("first_response", handoffs),
        wait=took("wait", handoffs),
        handling=took("handling", handoffs),
        resolution_bot=took("resolution_bot"),
        resolution_person=took("resolution_person"),
    )


def _counted(row: Mapping[str, Any]) -> Counted:
    return Counted(row["name"], row["times"], row["judged"], wilson(row["overruled"], row["judged"]))


def _promised(row: Mapping[str, Any]) -> Promised:
    due = row["kept"] + row["broken"] + row["overdue"]
    return Promised(row["owner"], row["made"], row["broken"], row["overdue"], wilson(row["kept"], due))


__all__ = ["LEFT_AT", "STANDINGS", "Chosen", "Counted", "Figures", "Group", "Insights", "Promised", "Told"]
