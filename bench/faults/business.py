"""The business behind the tools: a ledger in a process of its own that has the effect of every call it gets.

It knows no idempotency: a call that is made twice pays twice, which is what the judge looks for. It keeps the deadline
of a call, as `Context.deadline` asks of a system. How it misbehaves follows from the seed and the payment.

    python -m bench.faults.business PORT FILE SEED
"""

import asyncio
import sqlite3
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from bench.faults.http import Answer, Request, serve

FATES = {
    "fine": 44, "slow": 10, "hangs before": 5, "hangs after": 8, "drops before": 4, "drops after": 9,
    "breaks before": 4, "breaks after": 7, "babbles after": 5, "comes late": 4,
}  # fmt: skip
"""What becomes of a call, and how often of a hundred."""

LOOKUPS = {"fine": 76, "breaks": 12, "hangs": 4, "babbles": 4, "drops": 4}
DARK = 0.03
"""The share of payments whose look-up never answers: a person has to settle them."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (key TEXT, what TEXT, fate TEXT, at REAL);
CREATE TABLE IF NOT EXISTS effects (
    receipt INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT, kind TEXT, customer TEXT, item TEXT, amount INTEGER, at REAL
);
"""


class Ledger:
    """The accounts, on the disk before anybody is told."""

    def __init__(self, file: Path, seed: str) -> None:
        self._base = sqlite3.connect(file, isolation_level=None)
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = FULL")
        self._base.executescript(SCHEMA)
        self._seed, self._looked = seed, Counter[str]()

    async def handle(self, request: Request) -> Answer:
        """Answer one request, or not."""
        match request.method, request.path:
            case "GET", "/payments":
                return self._payment(request.query["payment"])
            case "POST", "/effects":
                return await self._effect(request, request.body)
            case "GET", "/effects":
                return await self._look_up(request, request.query["key"], request.query["item"])
            case "GET", "/health":
                return Answer({"ok": True})
        return Answer({"error": "there is nothing here"}, status=404)

    def _payment(self, payment: str) -> Answer:
        done = self._base.execute("SELECT count(*) FROM effects WHERE item = ?", [payment]).fetchone()[0]
        return Answer({"payment": payment, "amount": amount_of(payment), "refunded": bool(done)})

    async def _effect(self, request: Request, call: dict[str, Any]) -> Answer:
        fate = self._draw(FATES, "call", call["item"])
        self._base.execute("INSERT INTO calls VALUES (?, ?, ?, ?)", [call["key"], call["kind"], fate, time.time()])
        if fate == "slow":
            await asyncio.sleep(0.3 + 1.5 * Random(f"{self._seed} slow {call['item']}").random())
        if fate == "comes late":
            task = asyncio.create_task(self._later(call))
            _running.add(task)
            task.add_done_callback(_running.discard)
            return Answer(drop=True)
        if fate.endswith("before"):
            return await self._misbehave(fate, request)
        if time.time() > call["deadline"]:
            return Answer({"error": "too late"}, status=409)
        receipt = self._apply(call)
        if fate.endswith("after"):
            return await self._misbehave(fate, request)
        return Answer({**call, "receipt": receipt})

    async def _later(self, call: dict[str, Any]) -> None:
        await asyncio.sleep(max(0.0, call["deadline"] - time.time() - 0.2))
        if time.time() <= call["deadline"]:
            self._apply(call)

    def _apply(self, call: dict[str, Any]) -> str:
        row = [call["key"], call["kind"], call["customer"], call["item"], call["amount"], time.time()]
        made = self._base.execute(
            "INSERT INTO effects (key, kind, customer, item, amount, at) VALUES (?, ?, ?, ?, ?, ?)", row
        )
        return receipt_of(made.lastrowid or 0)

    async def _look_up(self, request: Request, key: str, item: str) -> Answer:
        self._looked[key] += 1
        if Random(f"{self._seed} dark {item}").random() < DARK:
            return Answer({"error": "maintenance"}, status=503)
        fate = self._draw(LOOKUPS, f"look-up {self._looked[key]}", item)
        if fate != "fine":
            return await self._misbehave(fate, request)
        row = self._base.execute("SELECT receipt, item, amount, kind FROM effects WHERE key = ?", [key]).fetchone()
        if row is None:
            return Answer({"found": None})
        return Answer({"found": {"receipt": receipt_of(row[0]), "item": row[1], "amount": row[2], "kind": row[3]}})

    async def _misbehave(self, fate: str, request: Request) -> Answer:
        if fate.startswith("hangs"):
            await request.gone()
        if fate.startswith(("hangs", "drops")):
            return Answer(drop=True)
        return Answer("<html>Oops", 200) if fate.startswith("babbles") else Answer({"error": "broken"}, status=500)

    def _draw(self, fates: dict[str, int], what: str, item: str) -> str:
        return Random(f"{self._seed} {what} {item}").choices(list(fates), list(fates.values()))[0]


_running: set[asyncio.Task[None]] = set()


def amount_of(payment: str) -> int:
    """What was paid, in whole pounds."""
    return 10 + int(payment[1:]) % 90


def receipt_of(number: int) -> str:
    """The receipt of an effect."""
    return f"R{number:06d}"


if __name__ == "__main__":
    asyncio.run(serve(Ledger(Path(sys.argv[2]), sys.argv[3]).handle, int(sys.argv[1])))
