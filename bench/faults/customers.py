"""Customers: each follows a script, writes to whichever server it likes, repeats itself, and hangs up at times."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import jwt

from bench.faults.site import SECRET, Site

QUESTIONS = (
    "How long does a refund take?",
    "Who gets a refund?",
    "Can I give bonus points to a friend?",
    "How do I earn bonus points?",
)
YES = ("Yes please.", "yes", "Yes, go ahead.")
NO = "No, leave it."
PERSON = "I want to talk to a person."
ASKS = ("shall i go ahead", "please answer yes or no")
"""What the question for consent ends with."""

PATIENCE = 25.0
"""Seconds that a customer waits for one answer before trying again, with the same key."""
THINKING = 1.2
"""Seconds that a customer takes at most before the next line."""

LONGEST = 75.0
"""Seconds after which a customer goes, whatever was answered."""

SCRIPTS = {
    "refund": 30, "proves late": 16, "voucher": 12, "two refunds": 12, "declines": 6, "person": 8, "changes mind": 8,
    "asks again": 8,
}  # fmt: skip
"""What customers come for, and how many of a hundred."""


@dataclass
class Sent:
    """One message: its key, its text, and whether a server has said that it has it."""

    key: str
    text: str
    acknowledged: bool = False


@dataclass
class Customer:
    """One conversation, seen from outside."""

    site: Site
    random: Random
    number: int
    script: str
    id: str = ""
    token: str = ""
    sent: list[Sent] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0
    strikes: list[str] = field(default_factory=list)
    trouble: str = ""
    """Why the customer left before the script was through."""

    @property
    def customer_id(self) -> str:
        return f"C{self.number:07d}"

    @property
    def payments(self) -> tuple[str, str]:
        """Numbers that are this customer's alone."""
        first = self.number * 2 % 1_000_000
        return f"P{first:06d}", f"P{first + 1:06d}"

    async def live(self) -> None:
        """Follow the script to its end, or until patience is over."""
        self.began = time.monotonic()
        try:
            async with asyncio.timeout(LONGEST):
                await self._begin()
                await self._talk()
        except TimeoutError:
            self.trouble = "patience"
        finally:
            self.ended = time.monotonic()

    async def _talk(self) -> None:
        first, second = self.payments
        if self.random.random() < 0.5:
            await self._say(self.random.choice(QUESTIONS))
        match self.script:
            case "refund" | "proves late":
                await self._refund(first)
            case "two refunds":
                await self._refund(first)
                await self._refund(second)
            case "voucher":
                await self._agree(await self._say(f"Please send the gift voucher V{first[1:]} to my friend"))
            case "declines":
                await self._say(f"Please refund my payment {first}")
                await self._say(NO)
            case "person":
                await self._refund(first)
                await self._say(PERSON)
            case "changes mind":
                await self._say(f"Please refund my payment {first}")
                # Both at once, in either order: the yes may count for the first alone, for the second, or for none.
                lines = [self.random.choice(YES), f"Actually, please refund my payment {second}"]
                self.random.shuffle(lines)
                await asyncio.gather(*(self._say(line) for line in lines))
            case "asks again":
                await self._refund(first)
                await self._refund(first)
        if self.random.random() < 0.5:
            await self._say(f"How does my payment {first} stand?")
        if self.random.random() < 0.3:
            await self._say(self.random.choice(QUESTIONS))

    async def _refund(self, payment: str) -> None:
        told = await self._say(f"Please refund my payment {payment}")
        if self.script == "proves late" and payment == self.payments[0]:
            await self._prove()
            told = await self._waits_for(ASKS)
        await self._agree(told)

    async def _agree(self, told: str) -> None:
        for _ in range(2):
            if not any(asks in told.lower() for asks in ASKS) and self.random.random() < 0.9:
                return
            told = await self._say(self.random.choice(YES))

    async def _begin(self) -> None:
        body = {} if self.script == "proves late" else {"customer_token": self._proof()}
        while not self.id:
            answer = await self._post("/v1/conversations", body)
            if answer is not None and answer.status_code == 201:
                self.id, self.token = answer.json()["id"], answer.json()["token"]

    def _proof(self) -> str:
        claims = {"sub": self.customer_id, "name": "Sam", "exp": int(time.time()) + 3600, "iat": int(time.time())}
        return jwt.encode(claims, SECRET, algorithm="HS256")

    async def _prove(self) -> None:
        while True:
            answer = await self._post(f"/v1/conversations/{self.id}/identity", {"token": self._proof()})
            if answer is not None and answer.status_code < 500:
                return

    async def _waits_for(self, words: tuple[str, ...]) -> str:
        """Look at the conversation until one of these stands in its last line."""
        for _ in range(20):
            await asyncio.sleep(0.5)
            with contextlib.suppress(httpx.HTTPError, ValueError, KeyError, IndexError):
                async with self._client() as client:
                    lines = (await client.get(f"/v1/conversations/{self.id}")).json()["lines"]
                    last = str(lines[-1]["text"]).lower()
                    if any(word in last for word in words):
                        return last
        return ""

    async def _say(self, text: str) -> str:
        """Write a line until it is acknowledged and answered; the reply, or nothing where none came."""
        await asyncio.sleep(self.random.uniform(0.0, THINKING))
        sent = Sent(f"{self.number}-{len(self.sent)}", text)
        self.sent.append(sent)
        while True:
            chance = self.random.random()
            if chance < 0.12:
                # Twice at once, to both servers perhaps.
                replies = await asyncio.gather(self._send(sent), self._send(sent))
                reply = next((r for r in replies if r is not None), None)
            elif chance < 0.24:
                # Hang up in the middle, and come back.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.random.uniform(0.02, 0.6)):
                        await self._send(sent)
                reply = await self._send(sent)
            else:
                reply = await self._send(sent)
            if reply is not None:
                return reply
            await asyncio.sleep(self.random.uniform(0.2, 0.8))

    async def _send(self, sent: Sent) -> str | None:
        streams = self.random.random() < 0.3
        path = f"/v1/conversations/{self.id}/messages"
        headers = {"Idempotency-Key": sent.key, **({"Accept": "text/event-stream"} if streams else {})}
        try:
            async with self._client() as client:
                if not streams:
                    answer = await client.post(path, json={"text": sent.text}, headers=headers)
                    sent.acknowledged = sent.acknowledged or answer.status_code == 200
                    return _told(answer.json()) if answer.status_code == 200 else None
                async with client.stream("POST", path, json={"text": sent.text}, headers=headers) as stream:
                    sent.acknowledged = sent.acknowledged or stream.status_code == 200
                    told = [line[6:] async for line in stream.aiter_lines() if line.startswith("data: ")]
                    return told[-1] if told and stream.status_code == 200 else None
        except (httpx.HTTPError, ValueError):
            return None

    async def _post(self, path: str, body: dict[str, Any]) -> httpx.Response | None:
        try:
            async with self._client() as client:
                return await client.post(path, json=body)
        except httpx.HTTPError:
            await asyncio.sleep(0.3)
            return None

    def _client(self) -> httpx.AsyncClient:
        server = self.random.choice(self.site.servers)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return httpx.AsyncClient(base_url=server.url, headers=headers, timeout=PATIENCE)


def _told(answer: dict[str, Any]) -> str:
    return str((answer.get("reply") or {}).get("text", ""))
