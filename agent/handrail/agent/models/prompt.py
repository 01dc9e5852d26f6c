"""The prompt of a draft: a brief as Chat Completions messages, under a budget that does not grow with the talk."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handrail.agent.models.facts import facts_of, first_words
from handrail.agent.models.protocol import Brief
from handrail.agent.models.readable import day_text
from handrail.agent.models.results import told_results
from handrail.agent.models.texts import spec, text
from handrail.agent.tools.api import Tool
from handrail.conversation.situation import Line
from handrail.knowledge.tokens import count

Message = dict[str, Any]

TOOLS_SHARE = 0.32
MESSAGE_SHARE = 0.25
FACTS_SHARE = 0.14
LINES_SHARE = 0.16
RESULTS_SHARE, ACTING_SHARE = 1.2, 0.25
"""Shares of the budget. What tools gave in this turn and the one before comes on top of it, as do further tools where
they gave something in this one: a turn with an action is no routine turn."""
PER_MESSAGE = 4
"""Tokens that frame a message in the formats of common models."""
BEST_PASSAGE = 140
"""Tokens that are kept for the best passage, whatever else there is."""
ADDRESSES = 4
"""So many addresses are told with their parts, the last of them."""
ROUNDING = 16
"""Tokens of the breaks between the parts, and of the line that stands for those left out."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent: `messages` and `tools` as Chat Completions takes them; `tokens` counts both."""

    messages: tuple[Message, ...]
    tools: tuple[dict[str, Any], ...]
    tokens: int


def render(brief: Brief, budget: int) -> Prompt:
    """Lay out a brief within `budget` tokens; on top of it come results, up to `RESULTS_SHARE` of it, and, with results
    of this turn, more tools, up to `ACTING_SHARE`.

    Rules, the message, the open proposal and the best passage are always there; then further passages, recent lines,
    older facts and the last of the tools give way. Of results the latest stay whole and the oldest are cut first. The
    numbers of passages are those of `brief.found.hits`.
    """
    message = clip(brief.message, int(budget * MESSAGE_SHARE))
    rules = _rules(brief)
    lines = _recent(brief, min(int(budget * LINES_SHARE), int(budget * (LINES_SHARE + 0.1)) - count(message)))
    shown = frozenset(line.seq for line in lines)
    left = budget - count(rules) - count(message) - 3 * PER_MESSAGE - ROUNDING
    left -= sum(count(line.text) + PER_MESSAGE for line in lines)
    room = min(int(budget * FACTS_SHARE), left - int(budget * TOOLS_SHARE) - BEST_PASSAGE)
    facts = _facts([*facts_of(brief), *first_words(brief.situation, shown)], room)
    left -= count(facts)
    turn, recent = told_results(brief, int(budget * RESULTS_SHARE))
    # What the passages leave over goes to the tools, beyond their share.
    share = max(int(budget * TOOLS_SHARE), left - count(_passages(brief, left)))
    tools = _tools(brief.tools, share + int(budget * ACTING_SHARE) * bool(brief.results))
    system = rules + facts + recent + _passages(brief, left - min(sum(map(_spec_tokens, tools)), share))
    history = [_as_message(line) for line in lines]
    if message:
        history.append({"role": "user", "content": message})
    messages = ({"role": "system", "content": system}, *_alternating([*_opened(history), *turn]))
    specs = tuple({"type": "function", "function": tool} for tool in tools)
    return Prompt(messages, specs, sum(map(_message_tokens, messages)) + sum(map(_spec_tokens, tools)))


def clip(content: str, tokens: int) -> str:
    """The text, its middle left out where it has more than about `tokens` tokens."""
    size = count(content)
    if size <= tokens:
        return content
    keep = max(len(content) * tokens // size - 12, 16)
    return f"{content[: keep * 2 // 3]} […] {content[len(content) - keep // 3 :]}"


def _rules(brief: Brief) -> str:
    moment = brief.now.astimezone(ZoneInfo(brief.timezone))
    parts = [text("system.md").format(business=brief.business, now=_told(moment), timezone=brief.timezone)]
    if brief.feedback:
        parts.append(text("feedback.md").format(feedback=brief.feedback))
    if brief.parts:
        parts.append(_parts(brief.parts))
    if brief.sent:
        parts.append(text("sent.md").format(sent=brief.sent))
    return "".join(parts)


def _parts(known: Mapping[str, tuple[str, ...]]) -> str:
    addresses = {name: parts for name, parts in known.items() if name.startswith("<address")}
    told = []
    if addresses:
        listed = "; ".join(f"{name} has {', '.join(parts)}" for name, parts in list(addresses.items())[-ADDRESSES:])
        told.append(text("address.md").format(addresses=listed))
    if len(known) > len(addresses):
        told.append(text("name.md"))
    return "".join(told)


def _told(moment: datetime) -> str:
    return f"{day_text(moment.date())}, {moment:%H:%M}"


def _tools(tools: Sequence[Tool], budget: int) -> list[dict[str, Any]]:
    """The tools in the router's order as long as they fit, the first at any price, and the two of our own."""
    own = [spec("find_tool"), spec("hand_over")]
    left = budget - sum(map(_spec_tokens, own))
    chosen: list[dict[str, Any]] = []
    others: list[str] = []
    for tool in tools:
        described = _lean(tool.schema())
        size = _spec_tokens(described)
        if chosen and size > left:
            others.append(tool.name)
            continue
        left -= size
        chosen.append(described)
    if others:
        own[0] = {**own[0], "description": f"{own[0]['description']} Others: {', '.join(others)}."}
    return [*chosen, *own]


def _lean(described: dict[str, Any]) -> dict[str, Any]:
    """A tool's function without what costs tokens and tells a model nothing."""
    return {**described, "parameters": _without_closing(described["parameters"])}


def _without_closing(schema: Any) -> Any:
    if isinstance(schema, Mapping):
        return {k: _without_closing(v) for k, v in schema.items() if k != "additionalProperties" or v is not False}
    return [_without_closing(each) for each in schema] if isinstance(schema, list) else schema


def _spec_tokens(tool: dict[str, Any]) -> int:
    return count(json.dumps(tool, separators=(",", ":"))) + PER_MESSAGE


def _facts(facts: Sequence[str], budget: int) -> str:
    kept: list[str] = []
    for fact in facts:
        size = count(fact)
        if size > budget and kept and budget < 30:
            continue
        kept.append(f"- {clip(fact, max(budget, 30))}")
        budget -= min(size, budget)
    return text("facts.md").format(facts="\n".join(kept))


def _passages(brief: Brief, budget: int) -> str:
    blocks: list[str] = []
    budget -= count(text("passages.md"))
    for number, hit in enumerate(brief.found.hits, 1):
        policy = hit.passage.policy
        title = f"{policy.title} › {hit.passage.heading}" if hit.passage.heading else policy.title
        head = f"[{number}] {title} ({policy.id}@{policy.version}, in force since {policy.effective_from})"
        block = f"{head}: {hit.passage.told}"
        size = count(block) + 1
        if blocks and size > budget:
            continue
        blocks.append(clip(block, max(budget, BEST_PASSAGE - 30)) if size > budget else block)
        budget -= size
    return text("passages.md").format(passages="\n".join(blocks)) if blocks else text("no_passages.md")


def _recent(brief: Brief, budget: int) -> list[Line]:
    """The last lines before the message that fit; where the first is ours, a customer's line is put before it."""
    waiting = {line.seq for line in brief.situation.lines if line.seq > brief.situation.answered}
    before = [
        line
        for line in brief.situation.lines
        if line.speaker != "system" and not (line.speaker == "customer" and line.seq in waiting)
    ]
    chosen: list[Line] = []
    for line in reversed(before):
        budget -= count(line.text) + PER_MESSAGE
        if budget < 0 and chosen:
            break
        chosen.insert(0, line)
    return chosen


def _as_message(line: Line) -> Message:
    if line.speaker == "customer":
        return {"role": "user", "content": line.text}
    who = f"({line.name or 'A colleague'}, a person of our team:) " if line.speaker == "person" else ""
    return {"role": "assistant", "content": f"{who}{clip(line.text, 150)}"}


def _opened(history: list[Message]) -> list[Message]:
    """A history that begins with the customer: many chat formats take no other."""
    if history and history[0]["role"] == "user":
        return history
    return [{"role": "user", "content": "(earlier lines left out)" if history else "(waits for your reply)"}, *history]


def _alternating(messages: Sequence[Message]) -> list[Message]:
    """Lines of one speaker in a row as one message: many chat formats take no other."""
    joined: list[Message] = []
    for message in messages:
        last = joined[-1] if joined else None
        if last is None or last["role"] != message["role"] or message["role"] == "tool" or "tool_calls" in last:
            joined.append(message)
            continue
        content = "\n".join(part for part in (last["content"], message["content"]) if part)
        joined[-1] = {**last, **message, "content": content or None}
    return joined


def _message_tokens(message: Message) -> int:
    calls = count(json.dumps(message["tool_calls"])) if "tool_calls" in message else 0
    return count(message["content"] or "") + calls + PER_MESSAGE
