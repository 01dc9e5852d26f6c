"""What a model is told of a conversation besides its last lines: who the customer is, what is open, what was done."""

import json
from collections.abc import Iterator
from typing import Any

from handrail.agent.models.packing import packed
from handrail.agent.models.protocol import Brief, Call, Result
from handrail.agent.models.readable import local, moment_text, plain
from handrail.agent.sources.cutting import cut
from handrail.conversation.situation import ActionState, Line, Situation, ToolResult
from handrail.knowledge.tokens import count

SHOWN_RESULTS = 2
SHOWN_ACTIONS = 4
STAGES = {
    "consented": "agreed to, not done yet",
    "waiting": "agreed to, and waiting for a colleague's approval: not done yet",
    "approved": "approved by a colleague, not done yet",
    "refused": "not approved by a colleague, not done",
    "claimed": "under way, not known to be done",
    "succeeded": "done",
    "failed": "not done",
    "unknown": "not known whether it was done: say so, a person or the system finds out",
    "dropped": "called off, not done",
}


def facts_of(brief: Brief) -> list[str]:
    """The facts, most important first; a tight budget takes from the end."""
    situation = brief.situation
    return [
        *_handoff(situation),
        *_proposal(situation),
        *_identity(situation),
        *_actions(brief),
        *_open_matters(situation, brief.timezone),
        *_results(brief),
    ]


def first_words(situation: Situation, shown: frozenset[int]) -> list[str]:
    """What the customer came with, where that line is neither among those shown nor the message itself."""
    first = situation.first
    told = first is None or first.seq in shown or first.seq > situation.answered
    return [] if told or first is None else [f'They first wrote: "{first.text}"']


def result_text(result: Result, timezone: str) -> str:
    """A result of this turn as the model reads it."""
    if result.ok:
        return compact(result.value, timezone)
    told = {"refused": result.refusal or result.code or "it did not work", "rule": result.rule}
    alternatives = {"alternatives": list(result.alternatives)} if result.alternatives else {}
    return compact({**{key: value for key, value in told.items() if value}, **alternatives}, timezone)


def as_table(result: Result, timezone: str) -> str:
    """The same with like records as tables: shorter, and harder to read."""
    return (
        compact(packed(local(plain(result.value), timezone)), timezone) if result.ok else result_text(result, timezone)
    )


def fitting(result: Result, timezone: str, tokens: int) -> str:
    """The same within about `tokens` tokens: a long value is told as a table, or cut, its ids kept; a refusal never."""
    told = result_text(result, timezone)
    if not result.ok or count(told) <= tokens:
        return told
    return compact(cut(local(plain(result.value), timezone), tokens, packed), timezone)


def compact(value: Any, timezone: str) -> str:
    """JSON without blanks, its days and times readable in the customer's zone."""
    return json.dumps(local(plain(value), timezone), ensure_ascii=False, separators=(",", ":"), default=str)


def _identity(situation: Situation) -> Iterator[str]:
    identity = situation.identity
    name = f" ({identity.name})" if identity.name else ""
    if identity.level == "verified":
        yield f"The customer{name} has proven who they are; tools act for them alone."
    elif identity.level == "known":
        yield f"The customer{name} has said who they are, but not proven it; the system asks when a tool needs that."
    else:
        yield "It is not known who the customer is; the system asks when a tool needs that."


def _proposal(situation: Situation) -> Iterator[str]:
    if proposal := situation.proposal:
        yield (
            f"Open proposal, waits for their yes or no: {proposal.tool}({json.dumps(dict(proposal.arguments))}) "
            f'put as "{proposal.question}"'
        )


def _handoff(situation: Situation) -> Iterator[str]:
    handoff = situation.handoff
    if situation.instruction:
        yield f"A colleague handled this and gave it back to you. Their instruction to you: {situation.instruction}"
    if handoff is None:
        return
    if handoff.state == "given_back" and not situation.instruction:
        yield f"{handoff.name or 'A colleague'} handled this and gave it back to you."
    elif handoff.state == "waiting":
        yield "A person has been asked to take over and has not come yet; help as far as you can until then."


def _actions(brief: Brief) -> Iterator[str]:
    told = {(result.call.tool, _key(result.call.arguments)) for result in brief.results}
    settled = [action for action in brief.situation.actions if action.stage != "proposed"]
    for action in settled[-SHOWN_ACTIONS:]:
        if (action.tool, _key(action.arguments)) not in told:
            yield _action(action, brief.timezone)


def _action(action: ActionState, timezone: str) -> str:
    what = action.preview.get("summary") or f"{action.tool}({compact(action.arguments, timezone)})"
    came = f": {compact(action.result, timezone)}" if action.stage == "succeeded" and action.result is not None else ""
    return f"{STAGES[action.stage].capitalize()}: {what}{came}" + (f" ({action.message})" if action.message else "")


def _open_matters(situation: Situation, timezone: str) -> Iterator[str]:
    if (ticket := situation.ticket) and ticket.state != "closed":
        yield f"A ticket is open; a person answers it by {moment_text(ticket.answer_by, timezone)}."
    for promise in situation.promises:
        if promise.kept is None:
            due = f" (due {moment_text(promise.due, timezone)})" if promise.due else ""
            yield f"Promised: {promise.text}{due}"


def recent_results(brief: Brief) -> tuple[Result, ...]:
    """What was looked up in the turn before and not again in this one, from old to new."""
    since = max((line.seq for line in brief.situation.lines if _answered(line, brief.situation)), default=0)
    return tuple(
        Result(Call(each.tool, each.arguments), ok=True, value=each.result, seq=each.seq)
        for each in _earlier(brief)
        if each.seq > since > 0
    )


def looked_up(result: Result, told: str) -> str:
    """An earlier result as a fact; `told` is its text."""
    return f"Looked up before: {result.call.tool}({_key(result.call.arguments)}) gave {told}"


def _results(brief: Brief) -> Iterator[str]:
    recent = {result.seq for result in recent_results(brief)}
    earlier = [each for each in _earlier(brief) if each.seq not in recent]
    for each in reversed(earlier[-SHOWN_RESULTS:]):
        yield looked_up(Result(Call(each.tool, each.arguments), ok=True), compact(each.result, brief.timezone))


def _earlier(brief: Brief) -> list[ToolResult]:
    """The look-ups of earlier turns, the last of each."""
    now = {(result.call.tool, _key(result.call.arguments)) for result in brief.results}
    last = {(each.tool, _key(each.arguments)): each for each in brief.situation.results if each.ok}
    return sorted((each for what, each in last.items() if what not in now), key=lambda each: each.seq)


def _answered(line: Line, situation: Situation) -> bool:
    return line.speaker == "customer" and line.seq <= situation.answered


def _key(arguments: Any) -> str:
    return json.dumps(dict(arguments), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
