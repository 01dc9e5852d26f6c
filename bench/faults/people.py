"""People at the desk: they take conversations, write a line, and give them back, at any moment."""

import asyncio
import contextlib
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx

from bench.faults.business import receipt_of
from bench.faults.customers import Customer
from bench.faults.site import Site

PASSWORD = "a long enough password"
SURE = timedelta(seconds=12)
"""So long after the claim nothing can come any more: a colleague who looks earlier may see too little."""
LINK = re.compile(r"#password=(\S+)")


@dataclass
class Person:
    """Somebody who is logged in."""

    site: Site
    random: Random
    token: str

    async def work(self, customers: Sequence[Customer], pause: float) -> None:
        """Take conversations until cancelled: those that wait, and at times one that the bot holds."""
        while True:
            await asyncio.sleep(self.random.uniform(0.5, 1.5) * pause)
            with contextlib.suppress(httpx.HTTPError, ValueError, KeyError):
                await self._take_one(customers)

    async def _take_one(self, customers: Sequence[Customer]) -> None:
        queue = (await self._call("GET", "/v1/desk/queue?state=waiting")).json()["items"]
        mine = {customer.id for customer in customers if customer.id}
        waiting = [item["conversation_id"] for item in queue if item["conversation_id"] in mine]
        chosen = self.random.choice(waiting or sorted(mine))
        path = f"/v1/desk/conversations/{chosen}"
        if (await self._call("POST", f"{path}/claim", {})).status_code != 200:
            return
        await asyncio.sleep(self.random.uniform(0.2, 2.0))
        await self._call("POST", f"{path}/messages", {"text": "Ana here, I am looking at it."})
        if self.random.random() < 0.5:
            await self._settle(path)
        if self.random.random() < 0.6:
            await self._call("POST", f"{path}/give-back", {})

    async def _settle(self, path: str) -> None:
        """Say of an action whose end nobody saw what the ledger says, once nothing can come any more."""
        case = (await self._call("GET", path)).json()
        claimed = {
            event["data"]["action_id"]: datetime.fromisoformat(event["at"])
            for event in case["events"]
            if event["kind"] == "action_claimed"
        }
        for action in case["actions"]:
            at = claimed.get(action["id"])
            if action["stage"] not in ("claimed", "unknown") or at is None or datetime.now(UTC) - at < SURE:
                continue
            receipt = _receipt(self.site, f"{case['id']}-{action['id']}")
            body = {"happened": receipt is not None, "seen": f"The ledger has {receipt or 'nothing'}."}
            await self._call("POST", f"{path}/actions/{action['id']}", body)

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        server = self.random.choice(self.site.servers)
        async with httpx.AsyncClient(base_url=server.url, timeout=20) as client:
            return await client.request(method, path, json=body, headers={"Authorization": f"Bearer {self.token}"})


async def log_in(site: Site, random: Random) -> Person:
    """Set the first admin's password by the link that a server has printed, and log in."""
    # Each start makes a new link, and the one before is void.
    printed = [(site.folder / f"server-{server.number}.log").read_text() for server in site.servers]
    base = site.servers[0].url
    async with httpx.AsyncClient(base_url=base, timeout=30) as client:
        links = [link for told in printed for link in LINK.findall(told)]
        me = await client.post("/v1/password", json={"token": links[-1], "password": PASSWORD})
        me.raise_for_status()
        body = {"login": me.json()["login"], "password": PASSWORD, "bearer": True}
        client.cookies.clear()
        told = await client.post("/v1/login", json=body)
        told.raise_for_status()
        return Person(site, random, told.json()["token"])


def _receipt(site: Site, key: str) -> str | None:
    with contextlib.closing(sqlite3.connect(f"file:{site.ledger}?mode=ro", uri=True)) as base:
        row = base.execute("SELECT receipt FROM effects WHERE key = ?", [key]).fetchone()
    return receipt_of(row[0]) if row else None
