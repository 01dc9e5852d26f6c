"""A model that answers at once: what is left of a turn is ours (prompt, checks, retrieval, tools and the log)."""

import json
import re
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from handrail.agent.models.prompt import render
from handrail.agent.models.protocol import Brief, Call, Delta, Draft, Result
from handrail.agent.sentences import split
from handrail.conversation.spending import Usage

ORDER = re.compile(r"\bW\d{5}\b")
SENTENCES = 3
PIECES = re.compile(r"\s*\S+|\s+\Z")
SHORTEST = 30
"""Characters under which a line of a policy is a heading or a label, and quoting it says nothing."""
TABLE = re.compile(r"[|#*_`]")


@dataclass(frozen=True, slots=True)
class Asked:
    """One call to the model: the size of its prompt, tools included, and when its first sentence was written."""

    conversation_id: str
    tokens: int
    first_sentence: float | None
    """Seconds of the performance counter."""


class InstantModel:
    """Quotes the best passage in two or three sentences, looks orders up, proposes cancellations; waits for nothing.

    The prompt is laid out and counted as for a real model, and the reply comes word by word.
    """

    name = "instant"

    def __init__(self, prompt_tokens: int = 2000) -> None:
        self._budget = prompt_tokens
        self.asked: list[Asked] = []

    async def draft(self, brief: Brief) -> AsyncIterator[Delta | Draft]:
        prompt = render(brief, self._budget)
        usage = Usage(calls=1, tokens_in=prompt.tokens)
        call = _call(brief)
        if call is not None:
            self.asked.append(Asked(brief.situation.conversation_id, prompt.tokens, None))
            yield Draft(kind="act", call=call, usage=usage, engine=self.name)
            return
        text = _told(brief.results[-1]) if brief.results else _quoted(brief)
        first = split(text)[0] if text else ""
        written, ended = 0, None
        for piece in PIECES.findall(text):
            written += len(piece)
            if ended is None and written >= len(first):
                ended = time.perf_counter()
            yield Delta(piece)
        self.asked.append(Asked(brief.situation.conversation_id, prompt.tokens, ended))
        kind = "answer" if text else "give_up"
        yield Draft(kind=kind, text=text, usage=usage, engine=self.name)  # type: ignore[arg-type]


def _call(brief: Brief) -> Call | None:
    """The tool that a message about an order wants, where it has not been called yet."""
    order = ORDER.search(brief.message)
    if order is None or brief.results:
        return None
    wanted = "cancel_order" if "cancel" in brief.message.casefold() else "order_status"
    return Call(wanted, {"order_id": order[0]})


def _quoted(brief: Brief) -> str:
    """The first sentences of the best passages, each with its mark."""
    quoted = [
        f"{sentence.strip()} [{number}]"
        for number, hit in enumerate(brief.found.hits, 1)
        for sentence in split(hit.passage.text)
        if len(sentence) >= SHORTEST and sentence.strip().endswith(".") and not TABLE.search(sentence)
    ]
    return " ".join(quoted[:SENTENCES])


def _told(result: Result) -> str:
    """What a tool gave, in its own words."""
    if not result.ok:
        return result.refusal
    value: Any = result.value
    if isinstance(value, Mapping):
        if "stands" in value:
            return f"Your order {value['order_id']}: {value['stands']} The total is {value['total']}."
        if "refund" in value:
            return f"Order {value['order_id']} is cancelled. {value['refund']} goes back to {value['refund_to']}."
    return json.dumps(value, ensure_ascii=False, default=str)
