"""A model behind the Chat Completions protocol that follows a script, and misbehaves by a seed.

    python -m bench.faults.model PORT SEED

`POST /outage?seconds=N` lets it answer nothing good for that long.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import AsyncIterator
from itertools import count
from random import Random
from typing import Any

from bench.faults.http import Answer, Request, serve

FATES = {"fine": 86, "slow": 4, "busy": 2, "breaks": 3, "drops": 1, "stops": 2, "babbles": 1, "hangs": 1}
PAYMENT, VOUCHER = re.compile(r"\bP\d{6}\b"), re.compile(r"\bV\d{6}\b")
PASSAGE = re.compile(r"^\[1\] [^:]*: (.+)$", re.MULTILINE)
Message = dict[str, Any]


class Script:
    """Answers every request from what stands in it."""

    def __init__(self, seed: str) -> None:
        self._seed, self._numbers, self._down_until = seed, count(), 0.0

    async def handle(self, request: Request) -> Answer:
        """One completion."""
        if request.path == "/outage":
            self._down_until = time.monotonic() + float(request.query["seconds"])
            return Answer({"ok": True})
        if request.method == "GET":
            return Answer({"object": "list", "data": []})
        fate = Random(f"{self._seed} model {next(self._numbers)}").choices(list(FATES), list(FATES.values()))[0]
        if time.monotonic() < self._down_until:
            fate = "breaks"
        if not request.body.get("stream"):
            # Summaries for the desk: it makes do without.
            return Answer({"error": {"message": "not here"}}, status=500)
        if fate == "hangs":
            await request.gone()
        if fate in ("hangs", "drops"):
            return Answer(drop=True)
        if fate in ("busy", "breaks"):
            return Answer({"error": {"message": fate}}, status=429 if fate == "busy" else 503)
        return Answer(pieces=_pieces(fate, *reply(request.body["messages"])))


def reply(messages: list[Message]) -> tuple[str, tuple[str, dict[str, Any]] | None]:
    """What is said to these messages, and the tool that is called."""
    last = messages[-1]
    if last["role"] == "tool":
        called = next(m for m in reversed(messages) if m.get("tool_calls"))["tool_calls"][0]["function"]
        return _told(called["name"], json.loads(called["arguments"]), _object(last["content"])), None
    text = last["content"]
    payment, voucher = PAYMENT.search(text), VOUCHER.search(text)
    if "person" in text:
        return "", ("hand_over", {"reason": "asked_for_person"})
    if voucher:
        return "", ("send_voucher", {"voucher_id": voucher[0]})
    if payment:
        name = "refund_payment" if "refund" in text.lower() else "payment_status"
        return "", (name, {"payment_id": payment[0]})
    passage = PASSAGE.search(messages[0]["content"])
    if passage is None:
        return "I'm sorry, I can't say.", None
    return f"{passage[1].split('. ')[0].rstrip('.')} [1].", None


def _told(tool: str, arguments: dict[str, Any], result: dict[str, Any]) -> str:
    item = next(iter(arguments.values()), "")
    if "receipt" in result:
        return f"That is done: {item}, receipt {result['receipt']}."
    if "stands" in result:
        return f"Payment {item}: {result['stands']}."
    return f"That was not done: {result.get('refused', 'no reason was given')}"


def _object(content: str) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


async def _pieces(fate: str, text: str, call: tuple[str, dict[str, Any]] | None) -> AsyncIterator[str]:
    if fate == "slow":
        await asyncio.sleep(1.0)
    if fate == "babbles":
        yield 'data: {"choices": 7}\n\n'
    if call is not None:
        function = {"name": call[0], "arguments": json.dumps(call[1])}
        yield _chunk({"tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": function}]})
    for word in re.findall(r"\S+\s*", text):
        yield _chunk({"content": word})
        if fate == "stops":
            return
    if fate == "stops":
        return
    yield _chunk({}, "tool_calls" if call else "stop")
    yield "data: [DONE]\n\n"


def _chunk(delta: dict[str, Any], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    whole = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "script", "choices": [choice]}
    return f"data: {json.dumps(whole)}\n\n"


if __name__ == "__main__":
    asyncio.run(serve(Script(sys.argv[2]).handle, int(sys.argv[1])))
