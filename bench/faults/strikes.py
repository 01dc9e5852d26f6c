"""The faults that strike a server, or what it needs, while customers talk."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from random import Random

from bench.faults.site import Site

FREEZE_SECONDS = 18.0
"""Longer than the lease of a turn (15 s), so that who wakes up has lost it."""

OUTAGE_SECONDS = 8.0

Strike = Callable[[Site, Random], Awaitable[None]]


async def kill(site: Site, random: Random) -> None:
    """Kill -9 of one server."""
    site.kill(random.choice(site.servers))
    await site.recovered()


async def kill_twice(site: Site, random: Random) -> None:
    """Kill -9 of one server, and of another while the first starts again: for a while there may be none."""
    first, second = random.sample(site.servers, 2)
    site.kill(first)
    await asyncio.sleep(random.uniform(0.0, 4.0))
    site.kill(second)
    await site.recovered()


async def freeze(site: Site, random: Random) -> None:
    """One server stands still for longer than its leases last, then wakes up."""
    server = random.choice(site.servers)
    site.freeze(server)
    try:
        await asyncio.sleep(FREEZE_SECONDS)
    finally:
        site.thaw(server)


async def cut(site: Site, random: Random) -> None:
    """All database connections of one server are cut, a few times."""
    server = random.choice(site.servers)
    for _ in range(3):
        await site.cut(server)
        await asyncio.sleep(random.uniform(0.2, 1.5))


async def postgres(site: Site, random: Random) -> None:
    """Kill -9 of Postgres."""
    site.kill_postgres()
    await asyncio.sleep(random.uniform(1.0, 3.0))


async def model(site: Site, random: Random) -> None:
    """The model is out for some seconds."""
    await site.outage(OUTAGE_SECONDS)


async def nothing(site: Site, random: Random) -> None:
    """Nothing but what the business, the model, people and customers do by themselves."""


STRIKES: Mapping[str, tuple[Strike, int]] = {
    "kill": (kill, 34), "freeze": (freeze, 16), "cut": (cut, 16), "postgres": (postgres, 8), "model": (model, 8),
    "kill both": (kill_twice, 8), "business": (nothing, 10),
}  # fmt: skip
"""By name: what it does, and how many of a hundred groups it strikes."""
