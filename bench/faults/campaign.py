"""A campaign: group after group of customers, each struck by a fault, settled and judged; kept line by line."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from bench.faults.customers import SCRIPTS, Customer
from bench.faults.judge import effects_of, judge, settled
from bench.faults.people import Person, log_in
from bench.faults.rows import Story, read
from bench.faults.site import Site, open_site
from bench.faults.strikes import STRIKES

GROUP = 20
"""Customers who talk at once."""

SETTLING = 100.0
"""Seconds that a group gets to settle after its last customer has gone, before what is still open counts as damage.
While a server that was killed is still starting, they don't run."""

AT_ONCE = 3
"""Groups that may settle while the next one talks."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done. A seed makes the same plan; what happens in its course is up to the machine."""

    runs: int = 2000
    processes: int = 2
    seed: int = 1
    broken: str = ""
    strikes: tuple[str, ...] = ()
    """Only these, by turns; by chance where it is left empty."""
    group: int = GROUP


@dataclass(frozen=True, slots=True)
class Run:
    """One conversation that was struck, or not: `strike` came while it was under way, or `calm`."""

    group: int
    conversation: str
    script: str
    strike: str
    damage: tuple[str, ...]
    trouble: str
    settled_after: float
    actions: dict[str, int]


@dataclass
class Results:
    """The runs, one a line in a file, and the story of each that was damaged beside it."""

    file: Path
    runs: list[Run] = field(default_factory=list)

    def resume(self) -> None:
        """Take up what the file has."""
        if self.file.exists():
            for line in self.file.read_text("utf-8").splitlines():
                values = json.loads(line)
                self.runs.append(Run(**{**values, "damage": tuple(values["damage"])}))

    def add(self, run: Run, story: Story | None, customer: Customer, effects: Sequence[Any]) -> None:
        """Keep a run."""
        self.runs.append(run)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(asdict(run)) + "\n")
        if run.damage and story is not None:
            folder = self.file.with_suffix("")
            folder.mkdir(exist_ok=True)
            told = {
                "run": asdict(run), "customer": customer.customer_id, "sent": [asdict(sent) for sent in customer.sent],
                "effects": [asdict(effect) for effect in effects], "head": story.head,
                "rows": [asdict(row) for row in story.rows],
            }  # fmt: skip
            (folder / f"{run.conversation}.json").write_text(json.dumps(told, indent=1, default=str), "utf-8")

    @property
    def struck(self) -> int:
        """How many conversations were struck so far."""
        return sum(run.strike != "calm" for run in self.runs)


Tell = Callable[[str], object]


async def campaign(plan: Plan, results: Results, tell: Tell) -> None:
    """Go on until so many conversations were struck."""
    if results.struck >= plan.runs:
        return
    number = max((run.group for run in results.runs), default=-1) + 1
    # A ledger of its own for each start: numbers of payments go on where the last one ended.
    async with open_site(f"{plan.seed}", plan.processes, plan.broken) as site:
        person = await log_in(site, Random(f"{plan.seed} person {number}"))
        settling: set[asyncio.Task[None]] = set()
        while results.struck + len(settling) * plan.group < plan.runs or settling:
            if results.struck + len(settling) * plan.group < plan.runs:
                group = Group(site, plan, number, person)
                await group.talk()
                settling.add(asyncio.create_task(group.close(results, tell)))
                number += 1
            full = len(settling) >= AT_ONCE or results.struck + len(settling) * plan.group >= plan.runs
            done, settling = await asyncio.wait(settling, timeout=None if full else 0, return_when="FIRST_COMPLETED")
            for task in done:
                task.result()


class Group:
    """Customers who talk at once, and the fault that strikes them."""

    def __init__(self, site: Site, plan: Plan, number: int, person: Person) -> None:
        self._site, self._number = site, number
        self._random = random = Random(f"{plan.seed} group {number}")
        self._person = person
        weights = [weight for _, weight in STRIKES.values()]
        self.strike = (
            plan.strikes[number % len(plan.strikes)] if plan.strikes else random.choices([*STRIKES], weights)[0]
        )
        self.customers = [
            Customer(
                site,
                Random(f"{plan.seed} customer {number} {n}"),
                number * plan.group + n,
                random.choices(list(SCRIPTS), list(SCRIPTS.values()))[0],
            )
            for n in range(plan.group)
        ]

    async def talk(self) -> None:
        """Let them talk until the last has gone, with people at the desk, and strike at some moment."""
        at_desk = asyncio.create_task(self._person.work(self.customers, self._random.choice((1.5, 4.0))))
        striking = asyncio.create_task(self._strike())
        await asyncio.gather(*(customer.live() for customer in self.customers))
        at_desk.cancel()
        await striking

    async def _strike(self) -> None:
        await asyncio.sleep(self._random.uniform(0.3, 5.0))
        strike, _ = STRIKES[self.strike]
        for customer in self.customers:
            if customer.began and not customer.ended:
                customer.strikes.append(self.strike)
        await strike(self._site, self._random)

    async def close(self, results: Results, tell: Tell) -> None:
        """Wait until all has settled, then judge."""
        began = last = time.monotonic()
        counted = 0.0
        ids = {customer.id: customer for customer in self.customers if customer.id}
        stories: dict[str, Story] = {}
        while True:
            await asyncio.sleep(1.5)
            with contextlib.suppress(psycopg.Error):
                stories = {story.id: story for story in await read(self._site.dsn, self._site.master, list(ids))}
            now = time.monotonic()
            counted += 0 if self._site.restarting else now - last
            last, waited = now, now - began
            if len(stories) == len(ids) and (all(map(settled, stories.values())) or counted > SETTLING):
                break
        for customer in self.customers:
            results.add(*self._judged(customer, stories.get(customer.id), waited))
        self._tell(results, tell, waited)

    def _judged(
        self, customer: Customer, story: Story | None, waited: float
    ) -> tuple[Run, Story | None, Customer, Any]:
        effects = effects_of(self._site.ledger, customer)
        strike = customer.strikes[0] if customer.strikes else "calm"
        damage = tuple(judge(story, customer, effects)) if story else ()
        if story and not settled(story):
            damage += ("unsettled: something still goes on",)
        if story is None and customer.sent:
            damage += ("lost: the whole conversation",)
        kinds = ("action_claimed", "action_unknown", "action_succeeded", "action_failed", "handoff_requested")
        actions = {kind: len(story.of(kind)) for kind in kinds} if story else {}
        run = Run(
            self._number, customer.id, customer.script, strike, damage, customer.trouble, round(waited, 1), actions
        )
        return run, story, customer, effects

    def _tell(self, results: Results, tell: Tell, waited: float) -> None:
        mine = [run for run in results.runs if run.group == self._number]
        damaged = [run for run in mine if run.damage]
        gone = sum(bool(run.trouble) for run in mine)
        tell(
            f"group {self._number} ({self.strike}): {sum(run.strike != 'calm' for run in mine)} struck, "
            f"{len(damaged)} damaged, {gone} customers lost patience, settled in {waited:.0f} s; "
            f"{results.struck} runs so far"
        )
        for run in damaged:
            tell(f"  {run.conversation} ({run.script}): {'; '.join(run.damage)}")
