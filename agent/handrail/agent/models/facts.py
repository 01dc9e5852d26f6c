"""What a model is told of a conversation besides its last lines: who the customer is, what is open, what was done."""

import json
from collections.abc import Iterator

from handrail.agent.models.protocol import Brief, Call, Result
from handrail.agent.models.readable import moment_text
from handrail.agent.models.results import compact, earlier, key_of, looked_up, recent_results
from handrail.conversation.situation import ActionState, Situation

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
    told = {(result.call.tool, key_of(result.call.arguments)) for result in brief.results}
    settled = [action for action in brief.situation.actions if action.stage != "proposed"]
    for action in settled[-SHOWN_ACTIONS:]:
        if (action.tool, key_of(action.arguments)) not in told:
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


def _results(brief: Brief) -> Iterator[str]:
    recent = {result.seq for result in recent_results(brief)}
    older = [each for each in earlier(brief) if each.seq not in recent]
    for each in reversed(older[-SHOWN_RESULTS:]):
        result = Result(Call(each.tool, each.arguments), ok=True, seq=each.seq)
        yield looked_up(result, compact(each.result, brief.timezone), brief.situation)
