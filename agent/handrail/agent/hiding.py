"""Contact data in calls and proposals, hidden behind placeholders before a model sees what was done and asked for."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from handrail.agent.brief import placeholders
from handrail.agent.models.protocol import Brief, Call, Result
from handrail.agent.turn import Turn
from handrail.conversation.situation import ActionState
from handrail.guardrails.placeholders import PLACEHOLDER, Placeholders


def hiding(turn: Turn) -> Placeholders:
    """The placeholders of this conversation, those of what was done and asked for with them."""
    known = placeholders(turn)
    for value in _asked_for(turn):
        known.hide_all(value)
    return known


def revealed(text: str, turn: Turn) -> str:
    """`text` as it goes out, with what its placeholders stand for."""
    return hiding(turn).reveal(text) if PLACEHOLDER.search(text) else text


def hidden(brief: Brief, hide: Placeholders) -> Brief:
    """The brief without contact data in its calls and actions, and with the parts that its addresses have."""
    situation = brief.situation
    looked_up = tuple(replace(each, arguments=hide.hide_all(each.arguments)) for each in situation.results)
    actions = tuple(_action(each, hide) for each in situation.actions)
    return replace(
        brief,
        situation=replace(situation, results=looked_up, actions=actions),
        results=tuple(_result(each, hide) for each in brief.results),
        addresses=hide.addresses,
    )


def _asked_for(turn: Turn) -> Iterator[Any]:
    for looked_up in turn["situation"].results:
        yield looked_up.arguments
    for action in turn["situation"].actions:
        yield [action.arguments, action.preview, action.question, action.result, action.message]
    for result in turn["results"]:
        yield result.call.arguments


def _action(action: ActionState, hide: Placeholders) -> ActionState:
    return replace(
        action,
        arguments=hide.hide_all(action.arguments),
        preview=hide.hide_all(action.preview),
        question=hide.hide(action.question),
        result=hide.hide_all(action.result),
        message=hide.hide(action.message),
    )


def _result(result: Result, hide: Placeholders) -> Result:
    return replace(result, call=Call(result.call.tool, hide.hide_all(result.call.arguments)))
