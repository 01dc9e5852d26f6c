"""What a model must not see of a conversation, contact data and names, as placeholders; and what they stand for."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from handrail.agent.models.protocol import Call, Result
from handrail.agent.services import Services
from handrail.agent.turn import Turn
from handrail.conversation.situation import ActionState, Line, Situation
from handrail.guardrails.placeholders import PLACEHOLDER, Placeholders


def hiding(turn: Turn, services: Services) -> Placeholders:
    """The placeholders of this conversation, in the order in which their texts came up: what was said, then what was
    looked up and done. The name in the customer's record comes first."""
    known = Placeholders(services.settings.checks.phone_regions)
    situation = turn["situation"]
    known.add_name(situation.identity.name)
    asked = ""
    for line in (*((situation.first,) if situation.first else ()), *situation.lines):
        asked = _said(known, line, asked)
    known.meet(turn["message"], asked)
    known.hide(turn["message"])
    for value in _data(turn):
        known.hide_all(value)
    return known


def revealed(text: str, turn: Turn, services: Services) -> str:
    """`text` as it goes out, with what its placeholders stand for."""
    return hiding(turn, services).reveal(text) if PLACEHOLDER.search(text) else text


def hidden(situation: Situation, hide: Placeholders) -> Situation:
    """The situation as a model may see it."""
    return replace(
        situation,
        identity=replace(situation.identity, name=hide.hide(situation.identity.name)),
        lines=tuple(replace(line, text=hide.hide(line.text)) for line in situation.lines),
        first=replace(situation.first, text=hide.hide(situation.first.text)) if situation.first else None,
        results=tuple(
            replace(r, arguments=hide.hide_all(r.arguments), result=hide.hide_all(r.result)) for r in situation.results
        ),
        actions=tuple(_action(each, hide) for each in situation.actions),
        instruction=hide.hide(situation.instruction),
        promises=tuple(replace(each, text=hide.hide(each.text)) for each in situation.promises),
    )


def hidden_result(result: Result, hide: Placeholders) -> Result:
    """A result of this turn as a model may see it."""
    return replace(
        result,
        call=Call(result.call.tool, hide.hide_all(result.call.arguments)),
        value=hide.hide_all(result.value),
        refusal=hide.hide(result.refusal),
        alternatives=tuple(hide.hide(each) for each in result.alternatives),
    )


def _said(known: Placeholders, line: Line, asked: str) -> str:
    """Take in a line; returns what was said to the customer last."""
    known.hide(line.text)
    if line.speaker != "customer":
        return line.text
    known.meet(line.text, asked)
    return asked


def _data(turn: Turn) -> Iterator[Any]:
    """What was looked up and done, results before arguments."""
    situation = turn["situation"]
    yield from (each.result for each in situation.results)
    yield from (each.value for each in turn["results"])
    yield from (each.arguments for each in situation.results)
    for action in situation.actions:
        yield [action.arguments, action.preview, action.question, action.result, action.message]
    yield from (each.call.arguments for each in turn["results"])
    yield [situation.instruction, *(each.text for each in situation.promises)]


def _action(action: ActionState, hide: Placeholders) -> ActionState:
    return replace(
        action,
        arguments=hide.hide_all(action.arguments),
        preview=hide.hide_all(action.preview),
        question=hide.hide(action.question),
        result=hide.hide_all(action.result),
        message=hide.hide(action.message),
    )
