"""What a turn costs beside the model: alone and among others, at the beginning of a conversation and far into it.

The model answers at once (`instant.py`), all checks are on, the log is durable, the policies are searched in Chroma. A
time runs from the customer's line to the moment at which a follower of the log has seen the end of its turn.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import psutil

from bench.figures import Figure, quantile, spread
from bench.instant import InstantModel
from bench.lines import order_questions, questions
from bench.shop import Customer, Heard, open_shop, orders_of, regular
from handrail.agent.bootstrap import Handrail
from handrail.agent.models.protocol import Model

P50, P95 = 40.0, 120.0
"""Milliseconds that a turn may take beside the model."""
LATE = 1.3
"""How much longer a turn may take at turn 200 than at turn 2."""
RATE = 30.0
"""Turns a second that 20 conversations must get."""
FIRST_SENTENCE = 10.0
"""Milliseconds from the end of the first sentence until the customer has it."""
PART = "turns"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. `late` is the turn of a long conversation at which its measuring begins."""

    turns: int = 40
    late: int = 180
    at_once: int = 20
    each: int = 15


FULL = Size()
QUICK = Size(turns=8, late=20, at_once=4, each=3)


@dataclass(slots=True)
class Taken:
    """Turns that were measured."""

    heard: list[Heard] = field(default_factory=list)

    @property
    def milliseconds(self) -> list[float]:
        return [1000 * heard.whole for heard in self.heard]

    @property
    def cpu(self) -> list[float]:
        return [1000 * heard.cpu for heard in self.heard]


@dataclass(frozen=True, slots=True)
class Bench:
    """A shop and what its customers have written so far: no line comes twice."""

    handrail: Handrail
    policy: Iterator[str]
    owner: str
    """A customer with orders that are on their way."""
    orders: Iterator[str]

    async def warm_up(self) -> None:
        """What the first turns of a process do once (vectors of tools, prepared statements) is no turn's cost."""
        customer = await Customer.come(self.handrail, self.owner)
        for _ in range(6):
            await customer.say(next(self.policy))
            await customer.say(next(self.orders))

    async def second(self, lines: Iterator[str]) -> Heard:
        """The second turn of a new conversation."""
        customer = await Customer.come(self.handrail, self.owner)
        await customer.say(next(self.policy))
        return await customer.say(next(lines))


@asynccontextmanager
async def bench(model: Model | None = None) -> AsyncIterator[Bench]:
    """Open the shop for a benchmark."""
    async with open_shop(model) as handrail:
        owner, orders = await regular(handrail)
        opened = Bench(handrail, questions(), owner, order_questions(orders))
        await opened.warm_up()
        yield opened


async def measure(quick: bool = False) -> list[Figure]:
    """The figures of this part."""
    size = QUICK if quick else FULL
    model = InstantModel()
    async with bench(model) as shop:
        figures = await _early_and_late(shop, size, "model at once", _first_sentences(model))
        figures += await _actions(shop, size)
        figures += await _at_once(shop, size, "model at once")
    async with bench() as shop:
        figures += await _early_and_late(shop, size, "built-in engine", None)
        figures += await _at_once(shop, size, "built-in engine")
    return figures


def _first_sentences(model: InstantModel) -> Callable[[Heard], float | None]:
    def took(heard: Heard) -> float | None:
        written = model.asked[-1].first_sentence
        return None if written is None or heard.first is None else 1000 * (heard.first - written)

    return took


async def _early_and_late(
    shop: Bench, size: Size, engine: str, first: Callable[[Heard], float | None] | None
) -> list[Figure]:
    """Turn 2 of many conversations and the late turns of one, by turns, so that both meet the same machine."""
    long = await Customer.come(shop.handrail, shop.owner)
    for number in range(size.late):
        await long.say(next(shop.orders) if number % 5 == 4 else next(shop.policy))
    early, late, orders, late_orders = Taken(), Taken(), Taken(), Taken()
    sentences: list[float] = []
    for _ in range(size.turns):
        early.heard.append(await shop.second(shop.policy))
        if first is not None and (took := first(early.heard[-1])) is not None:
            sentences.append(took)
        late.heard.append(await long.say(next(shop.policy)))
        orders.heard.append(await shop.second(shop.orders))
        late_orders.heard.append(await long.say(next(shop.orders)))
    expect(early.heard + late.heard + orders.heard + late_orders.heard, ("answered",))
    figures = spread(PART, f"{engine}: policy, turn 2", early.milliseconds, "ms", P50, P95)
    figures += spread(PART, f"{engine}: policy, turn {size.late}+", late.milliseconds, "ms", P50, P95)
    figures += spread(PART, f"{engine}: order, turn 2", orders.milliseconds, "ms", P50, P95)
    figures += spread(PART, f"{engine}: order, turn {size.late}+", late_orders.milliseconds, "ms", P50, P95)
    for name, a, b in (("policy", early, late), ("order", orders, late_orders)):
        ratio = quantile(b.milliseconds, 0.5) / quantile(a.milliseconds, 0.5)
        figures.append(Figure(PART, f"{engine}: {name}, late to early", ratio, "×", most=LATE, samples=size.turns))
    cpu = quantile(early.cpu, 0.5)
    figures.append(Figure(PART, f"{engine}: policy, CPU of our process, p50", cpu, "ms", samples=size.turns))
    if sentences:
        figures += spread(PART, f"{engine}: first sentence, end to sent", sentences, "ms", FIRST_SENTENCE)
    return figures


async def _actions(shop: Bench, size: Size) -> list[Figure]:
    """A cancellation: the proposal, then the consent with claim, call and result."""
    proposed, done = Taken(), Taken()
    for owner, order in await orders_of(shop.handrail, "placed", min(size.turns, 20)):
        customer = await Customer.come(shop.handrail, owner)
        proposed.heard.append(await customer.say(f"Please cancel my order {order}."))
        done.heard.append(await customer.say("Yes please."))
    expect(proposed.heard, ("asked",))
    expect(done.heard, ("acted",))
    return [
        *spread(PART, "model at once: action proposed", proposed.milliseconds, "ms", P50, P95),
        *spread(PART, "model at once: consent, claim, call", done.milliseconds, "ms", P50, P95),
    ]


async def _at_once(shop: Bench, size: Size, engine: str) -> list[Figure]:
    """Many conversations, each writing its next line as soon as it has its answer."""
    customers = [await Customer.come(shop.handrail, shop.owner) for _ in range(size.at_once)]
    taken = Taken()

    async def talk(customer: Customer) -> None:
        for number in range(size.each):
            lines = shop.orders if number % 5 == 4 else shop.policy
            taken.heard.append(await customer.say(next(lines)))
            if taken.heard[-1].ended.outcome == "handed_over":
                # A person has it now, and nobody is at this desk: the next line begins another one.
                customer = await Customer.come(shop.handrail, shop.owner)

    ours, theirs, began = time.process_time(), _postgres_cpu(), time.perf_counter()
    await asyncio.gather(*(talk(customer) for customer in customers))
    seconds, count = time.perf_counter() - began, len(taken.heard)
    ours, theirs = time.process_time() - ours, _postgres_cpu() - theirs
    expect(taken.heard, ("answered",))
    name = f"{engine}: {size.at_once} at once"
    return [
        Figure(PART, f"{name}, turns a second", count / seconds, "/s", least=RATE, samples=count),
        *spread(PART, name, taken.milliseconds, "ms"),
        Figure(PART, f"{name}, CPU of a turn, our process", 1000 * ours / count, "ms", samples=count),
        Figure(PART, f"{name}, CPU of a turn, Postgres", 1000 * theirs / count, "ms", samples=count),
    ]


def expect(heard: Sequence[Heard], outcomes: Sequence[str], share: float = 0.8) -> None:
    """Refuse to tell the time of turns that did something else. Raises `RuntimeError`.

    A few may: the checks and the built-in engine judge these lines as any others.
    """
    others = [one for one in heard if one.ended.outcome not in outcomes]
    if len(others) > (1 - share) * len(heard):
        told = "; ".join(f"{one.ended.outcome}: {one.text[:60]!r}" for one in others[:5])
        raise RuntimeError(f"{len(others)} of {len(heard)} turns did not end as {' or '.join(outcomes)}: {told}")


def _postgres_cpu() -> float:
    """Seconds of CPU that the embedded servers of this process have used, those of closed connections included."""
    spent = 0.0
    for process in psutil.process_iter(["name", "ppid", "pid"]):
        try:
            if process.info["name"] == "postgres" and _is_ours(process):
                times = process.cpu_times()
                spent += times.user + times.system
        except psutil.Error:
            continue
    return spent


def _is_ours(process: psutil.Process) -> bool:
    # The server does not stay a child of who started it; its folder tells whose it is.
    server = process if "-D" in process.cmdline() else process.parent()
    return server is not None and any(f"handrail-bench-{os.getpid()}-" in word for word in server.cmdline())
