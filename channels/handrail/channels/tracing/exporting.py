"""Sends the traces of turns to the tracker that the settings name."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from handrail.channels.tracing.spans import Span, Trace, trace_of
from handrail.conversation.events import ActionClaimed, ActionProposed, CustomerSaid, Event, TurnEnded, TurnStarted
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings

CONVERSATIONS = 2_000
"""So many turns are gathered at a time, and so many proposals remembered; the first is let go where there are more."""
EVENTS = 200
"""A turn of more events is told without those in excess."""


class Turns:
    """Gathers the events of turns as they are committed. What ran in another process before is not known here: a turn
    that was taken over is told from there on."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, list[Event]] = OrderedDict()
        self._proposed: OrderedDict[str, Event] = OrderedDict()

    def hear(self, events: Sequence[Event]) -> list[list[Event]]:
        """Take in what was appended; the turns that have ended with it."""
        ended = []
        for event in events:
            if isinstance(event.data, CustomerSaid | TurnStarted):
                self._open.setdefault(event.conversation_id, [])
            turn = self._open.get(event.conversation_id)
            if turn is None:
                continue
            if len(turn) < EVENTS or isinstance(event.data, TurnEnded):
                turn += [*self._asked(event), event]
            if isinstance(event.data, TurnEnded):
                ended.append(self._open.pop(event.conversation_id))
            elif len(self._open) > CONVERSATIONS:
                self._open.popitem(last=False)
        return ended

    def _asked(self, event: Event) -> list[Event]:
        """What is being done was mostly proposed in an earlier turn."""
        match event.data:
            case ActionProposed(action_id=action_id):
                self._proposed[action_id] = event
                if len(self._proposed) > CONVERSATIONS:
                    self._proposed.popitem(last=False)
            case ActionClaimed(action_id=action_id) if action_id in self._proposed:
                return [self._proposed.pop(action_id)]
            case _:
                pass
        return []


class Tracing:
    """Makes spans of turns with OpenTelemetry's SDK, which sends them in the background."""

    def __init__(self, provider: Any, business: str, *, content: bool) -> None:
        self._tracer = provider.get_tracer("handrail")
        self._business, self._content, self._turns = business, content, Turns()

    def hear(self, events: Sequence[Event]) -> None:
        """An observer of the log."""
        for turn in self._turns.hear(events):
            trace = trace_of(turn, self._business, content=self._content)
            if trace is not None:
                self._tell(trace)

    def _tell(self, trace: Trace) -> None:
        from opentelemetry.context import Context
        from opentelemetry.trace import set_span_in_context

        root = self._begin(trace.root, Context())
        within = set_span_in_context(root, Context())
        for part in trace.parts:
            self._begin(part, within).end(_nanoseconds(part.end))
        root.end(_nanoseconds(trace.root.end))

    def _begin(self, span: Span, context: Any) -> Any:
        from opentelemetry.trace import SpanKind, Status, StatusCode

        kind = SpanKind.CLIENT if span.remote else SpanKind.INTERNAL
        begun = self._tracer.start_span(
            span.name, context=context, kind=kind, attributes=dict(span.attributes), start_time=_nanoseconds(span.start)
        )
        for moment in span.moments:
            begun.add_event(moment.name, dict(moment.attributes), _nanoseconds(moment.at))
        if span.error:
            begun.set_attribute("error.type", span.error)
            begun.set_status(Status(StatusCode.ERROR))
        return begun


@asynccontextmanager
async def traced(log: Log, settings: Settings) -> AsyncIterator[None]:
    """Trace what this process appends, where the settings name a tracker; what is gathered is sent at the end."""
    section = settings.tracing
    if section.endpoint is None:
        yield
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    headers = {name: value.get_secret_value() for name, value in section.headers.items()}
    # A provider of our own, not the process's: libraries that trace themselves send nothing through it.
    provider = TracerProvider(resource=Resource.create({"service.name": "handrail"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=section.endpoint, headers=headers)))
    log.observe(Tracing(provider, settings.business.name, content=section.content).hear)
    try:
        yield
    finally:
        await asyncio.to_thread(provider.shutdown)


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * 1e6) * 1_000
