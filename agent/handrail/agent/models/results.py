"""The results of tools as a model reads them: those of this turn as messages, those of the turn before as facts."""

import json
from collections.abc import Sequence
from typing import Any

from handrail.agent.models.packing import packed
from handrail.agent.models.protocol import Brief, Call, Result
from handrail.agent.models.readable import local, plain
from handrail.agent.sources.cutting import cut
from handrail.conversation.situation import Line, Situation, ToolResult
from handrail.knowledge.tokens import count

LEAST_RESULT = 60
"""Tokens that an older result keeps, however long the later ones are."""


def told_results(brief: Brief, budget: int) -> tuple[list[dict[str, Any]], str]:
    """The calls of this turn with their results, and those of the turn before as a part of the facts: within `budget`
    tokens, the latest whole, the oldest cut first."""
    before = recent_results(brief)
    results = (*before, *brief.results)
    sizes = [count(result_text(each, brief.timezone)) for each in results]
    if sum(sizes) > budget:
        sizes = [count(as_table(each, brief.timezone)) for each in results]
    shares = _shares(sizes, budget)
    told = [fitting(each, brief.timezone, share) for each, share in zip(results, shares, strict=True)]
    messages: list[dict[str, Any]] = []
    for number, (result, content) in enumerate(zip(brief.results, told[len(before) :], strict=True), 1):
        call_id = f"call_{number}"
        arguments = json.dumps(dict(result.call.arguments), ensure_ascii=False, default=str)
        function = {"name": result.call.tool, "arguments": arguments}
        call = {"id": call_id, "type": "function", "function": function}
        messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": call_id, "content": content})
    return messages, "".join(
        f"- {looked_up(each, text, brief.situation)}\n" for each, text in zip(before, told, strict=False)
    )


def _shares(sizes: Sequence[int], budget: int) -> list[int]:
    """Tokens for each text of these sizes, from old to new: the latest get what they need first, each a little."""
    left = budget - sum(min(size, LEAST_RESULT) for size in sizes)
    shares: list[int] = []
    for size in reversed(sizes):
        more = min(max(size - LEAST_RESULT, 0), max(left, 0))
        left -= more
        shares.insert(0, min(size, LEAST_RESULT) + more)
    return shares


def result_text(result: Result, timezone: str) -> str:
    """A result of this turn as the model reads it."""
    if result.ok:
        return compact(result.value, timezone)
    told = {"refused": result.refusal or result.code or "it did not work", "rule": result.rule}
    alternatives = {"alternatives": list(result.alternatives)} if result.alternatives else {}
    return compact({**{key: value for key, value in told.items() if value}, **alternatives}, timezone)


def as_table(result: Result, timezone: str) -> str:
    """The same with like records as tables: shorter, and harder to read."""
    if not result.ok:
        return result_text(result, timezone)
    return compact(packed(local(plain(result.value), timezone)), timezone)


def fitting(result: Result, timezone: str, tokens: int) -> str:
    """The same within about `tokens` tokens: a long value is told as a table, or cut, its ids kept; a refusal never."""
    told = result_text(result, timezone)
    if not result.ok or count(told) <= tokens:
        return told
    return compact(cut(local(plain(result.value), timezone), tokens, packed), timezone)


def compact(value: Any, timezone: str) -> str:
    """JSON without blanks, its days and times readable in the customer's zone."""
    return json.dumps(local(plain(value), timezone), ensure_ascii=False, separators=(",", ":"), default=str)


def recent_results(brief: Brief) -> tuple[Result, ...]:
    """What was looked up in the turn before and not again in this one, from old to new."""
    since = max((line.seq for line in brief.situation.lines if _answered(line, brief.situation)), default=0)
    return tuple(
        Result(Call(each.tool, each.arguments), ok=True, value=each.result, seq=each.seq)
        for each in earlier(brief)
        if each.seq > since > 0
    )


def looked_up(result: Result, told: str, situation: Situation) -> str:
    """An earlier result as a fact; `told` is its text. What was changed since may stand otherwise now."""
    changed = any(action.stage == "succeeded" and action.seq > result.seq for action in situation.actions)
    when = "before the last change" if changed else "before"
    return f"Looked up {when}: {result.call.tool}({key_of(result.call.arguments)}) gave {told}"


def earlier(brief: Brief) -> list[ToolResult]:
    """The look-ups of earlier turns, the last of each."""
    now = {(result.call.tool, key_of(result.call.arguments)) for result in brief.results}
    last = {(each.tool, key_of(each.arguments)): each for each in brief.situation.results if each.ok}
    return sorted((each for what, each in last.items() if what not in now), key=lambda each: each.seq)


def _answered(line: Line, situation: Situation) -> bool:
    return line.speaker == "customer" and line.seq <= situation.answered


def key_of(arguments: Any) -> str:
    return json.dumps(dict(arguments), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
