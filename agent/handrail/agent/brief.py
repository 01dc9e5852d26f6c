"""The brief of a draft: what the engine may know, with e-mails, phones and addresses hidden behind placeholders."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from handrail.agent.models.protocol import Brief
from handrail.agent.services import Services
from handrail.agent.turn import Turn
from handrail.conversation.situation import Situation
from handrail.guardrails.placeholders import Placeholders


def placeholders(turn: Turn) -> Placeholders:
    """The placeholders of this conversation, in the order in which their texts first came up."""
    return Placeholders.of(_texts(turn))


def make_brief(turn: Turn, services: Services) -> Brief:
    """Put together what the engine gets for the next draft."""
    hide = placeholders(turn)
    situation = turn["situation"]
    return Brief(
        message=hide.hide(turn["message"]),
        situation=_hidden(situation, hide),
        found=turn["found"],
        tools=turn["tools"],
        results=tuple(replace(r, value=hide.hide_all(r.value), refusal=hide.hide(r.refusal)) for r in turn["results"]),
        now=services.clock.now(),
        timezone=situation.timezone or services.settings.business.timezone,
        business=services.settings.business.name,
        feedback=turn["feedback"],
        sent=hide.hide(turn["sent"]),
        degraded=bool(turn["degraded"]),
    )


def _texts(turn: Turn) -> Iterable[str]:
    situation = turn["situation"]
    if situation.first:
        yield situation.first.text
    yield from (line.text for line in situation.lines)
    yield turn["message"]
    for value in (*(r.result for r in situation.results), *(r.value for r in turn["results"])):
        yield from _strings(value)


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part)


def _hidden(situation: Situation, hide: Placeholders) -> Situation:
    return replace(
        situation,
        lines=tuple(replace(line, text=hide.hide(line.text)) for line in situation.lines),
        first=replace(situation.first, text=hide.hide(situation.first.text)) if situation.first else None,
        results=tuple(replace(r, result=hide.hide_all(r.result)) for r in situation.results),
    )
