"""The spans of a turn, read from its events: the log knows all that a trace tells, so nothing is measured twice.

Names and attributes are those of OpenTelemetry's semantic conventions for generative AI (version 1.37 and after,
https://opentelemetry.io/docs/specs/semconv/gen-ai/); `session.id` and `handrail.*` stand beside them.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from handrail.conversation import events as e
from handrail.conversation.events import Event

Value = str | int | float | bool | tuple[str, ...]
Attributes = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened within a span."""

    name: str
    at: datetime
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Span:
    """A span to be. `remote` marks a call to another system, `error` tells that it failed, with the code."""

    name: str
    start: datetime
    end: datetime
    attributes: Attributes
    moments: tuple[Moment, ...] = ()
    remote: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """One turn: `root` spans it, `parts` lie within."""

    root: Span
    parts: tuple[Span, ...] = field(default=())


def trace_of(turn: Sequence[Event], business: str, *, content: bool) -> Trace | None:
    """The trace of a turn, from the events since it started; None where it did not end, or only waited.

    The calls to the model of a turn are one span of the length that was waited for them in all, at the end of the
    drafting: the log counts them and does not tell each.
    """
    started = next((event for event in turn if isinstance(event.data, e.TurnStarted)), None)
    ended = turn[-1] if turn and isinstance(turn[-1].data, e.TurnEnded) else None
    if started is None or ended is None or not isinstance(ended.data, e.TurnEnded) or ended.data.outcome == "held":
        return None
    shared = {"gen_ai.conversation.id": ended.conversation_id, "session.id": ended.conversation_id}
    parts = [*_tools(turn, shared, content), *_model(turn, ended, shared), *_retrieval(turn, shared, content)]
    root = Span(
        f"invoke_agent {business}",
        started.at,
        max(ended.at, *(part.end for part in parts), started.at),
        {**shared, **_root(turn, ended.data, business, content)},
        tuple(_moments(turn)),
    )
    return Trace(root, tuple(sorted(parts, key=lambda part: part.start)))


def _root(turn: Sequence[Event], ended: e.TurnEnded, business: str, content: bool) -> dict[str, Value]:
    sure = ended.confidence
    told: dict[str, Value] = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": business,
        "gen_ai.provider.name": "handrail",
        "gen_ai.usage.input_tokens": ended.tokens_in,
        "gen_ai.usage.output_tokens": ended.tokens_out,
        "handrail.turn.id": ended.turn_id,
        "handrail.turn.outcome": ended.outcome,
        "handrail.engine": ended.engine,
        "handrail.cost": ended.cost,
    }
    if sure is not None:
        told |= {"handrail.needs_person": sure.needs_person, "handrail.decision": sure.decision}
    if content:
        told["gen_ai.input.messages"] = _messages("user", (d.text for d in _data(turn, e.CustomerSaid)))
        told["gen_ai.output.messages"] = _messages("assistant", ("".join(d.text for d in _data(turn, e.BotSaid)),))
    return told


def _tools(turn: Sequence[Event], shared: Attributes, content: bool) -> Iterable[Span]:
    """Reads as they ran; writes from their claim to their end."""
    proposed = {d.action_id: d for d in _data(turn, e.ActionProposed)}
    claimed = {event.data.action_id: event.at for event in turn if isinstance(event.data, e.ActionClaimed)}
    for event in turn:
        data = event.data
        if isinstance(data, e.ToolRan):
            start = event.at - timedelta(milliseconds=data.milliseconds)
            given = _tool(data.tool, data.call_id, data.arguments, data.result, content)
            yield Span(f"execute_tool {data.tool}", start, event.at, {**shared, **given}, error=data.error)
        elif isinstance(data, e.ActionSucceeded | e.ActionFailed | e.ActionUnknown) and data.action_id in claimed:
            asked = proposed.get(data.action_id)
            name = asked.tool if asked else "action"
            result = data.result if isinstance(data, e.ActionSucceeded) else None
            given = _tool(name, data.action_id, asked.arguments if asked else {}, result, content)
            error = "" if isinstance(data, e.ActionSucceeded) else getattr(data, "code", "unknown")
            start = claimed[data.action_id]
            yield Span(f"execute_tool {name}", start, event.at, {**shared, **given}, error=error)


def _tool(name: str, call_id: str, arguments: Mapping[str, Any], result: Any, content: bool) -> dict[str, Value]:
    told: dict[str, Value] = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": name,
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": call_id,
    }
    if content:
        told |= {"gen_ai.tool.call.arguments": _json(arguments), "gen_ai.tool.call.result": _json(result)}
    return told


def _model(turn: Sequence[Event], ended: Event, shared: Attributes) -> Iterable[Span]:
    data = ended.data
    if not isinstance(data, e.TurnEnded) or not data.model_calls:
        return
    provider, _, model = data.engine.partition(":")
    said = [event.at for event in turn if isinstance(event.data, e.BotSaid)]
    end = said[-1] if said else ended.at
    told: dict[str, Value] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": model or provider,
        "gen_ai.usage.input_tokens": data.tokens_in,
        "gen_ai.usage.output_tokens": data.tokens_out,
        "handrail.model.calls": data.model_calls,
    }
    start = end - timedelta(milliseconds=data.model_milliseconds)
    yield Span(f"chat {model or provider}", start, end, {**shared, **told}, remote=True)


def _retrieval(turn: Sequence[Event], shared: Attributes, content: bool) -> Iterable[Span]:
    for event in turn:
        if isinstance(event.data, e.Consulted):
            found = [{"id": one.passage, "score": one.score} for one in event.data.passages]
            told: dict[str, Value] = {
                "gen_ai.operation.name": "retrieval",
                "gen_ai.data_source.id": "policies",
                "gen_ai.retrieval.documents": _json(found),
                "handrail.relevance": event.data.relevance,
            }
            if content:
                told["gen_ai.retrieval.query.text"] = event.data.query
            yield Span("retrieval policies", event.at, event.at, {**shared, **told})


def _moments(turn: Sequence[Event]) -> Iterable[Moment]:
    """What checks found that asked for something, and the handover."""
    for event in turn:
        data = event.data
        if isinstance(data, e.Checked):
            for finding in data.findings:
                if finding.action != "note":
                    told: dict[str, Value] = {
                        "gen_ai.evaluation.name": f"{finding.check}/{finding.name}",
                        "gen_ai.evaluation.score.value": finding.score,
                        "gen_ai.evaluation.score.label": finding.action,
                    }
                    yield Moment("gen_ai.evaluation.result", event.at, told)
        elif isinstance(data, e.HandoffRequested):
            shown: dict[str, Value] = {
                "handrail.handoff.reason": data.reason,
                "handrail.handoff.department": data.department,
                "handrail.handoff.mode": data.mode,
            }
            yield Moment("handrail.handoff", event.at, shown)


def _data(turn: Sequence[Event], kind: type[Any]) -> list[Any]:
    return [event.data for event in turn if isinstance(event.data, kind)]


def _messages(role: str, texts: Iterable[str]) -> str:
    return _json([{"role": role, "parts": [{"type": "text", "content": text}]} for text in texts if text])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
