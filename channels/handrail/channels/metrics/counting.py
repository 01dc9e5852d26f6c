"""Counters and histograms of what this process puts on the log.

Labels are bounded by the settings and the code: outcomes, reasons, checks, departments. Never an id, a name, or what a
customer, a model or another system has written.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram

from handrail.conversation import events as e
from handrail.conversation.events import Data, Event

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
CHECK_SECONDS = (0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5)

OTHER = "other"
"""The label of a department that is not in the settings any more."""


class Counting:
    """Counts events as they are committed. `departments` are those of the settings."""

    def __init__(self, registry: CollectorRegistry, departments: Sequence[str]) -> None:
        self._departments = frozenset(departments)

        def counter(name: str, about: str, *labels: str) -> Counter:
            return Counter(f"handrail_{name}", about, labels, registry=registry)

        def histogram(name: str, about: str, *labels: str, buckets: Sequence[float] = SECONDS) -> Histogram:
            return Histogram(f"handrail_{name}", about, labels, registry=registry, buckets=buckets)

        self.lines = counter("lines", "Lines that were said", "speaker")
        self.turns = counter("turns", "Turns of the bot that ended", "outcome")
        self.turn_seconds = histogram("turn_seconds", "How long a turn took, the model's time with it")
        self.model_seconds = histogram("model_seconds", "How long a turn waited for the model, where it was asked")
        self.model_calls = counter("model_calls", "Calls to the model", "purpose")
        self.tokens = counter("tokens", "Tokens of the model", "direction")
        self.cost = counter("cost", "Money for the model, at the prices of the settings")
        self.findings = counter("findings", "Findings of checks", "check", "action")
        self.check_seconds = histogram(
            "check_seconds", "How long a check took for one text", "check", "direction", buckets=CHECK_SECONDS
        )
        self.tool_calls = counter("tool_calls", "Reading tools that were called", "ok")
        self.actions = counter("actions", "Actions that came to an end", "end")
        self.handoffs = counter("handoffs", "Handoffs that were asked for", "reason", "department", "mode")
        self.wrapped_up = counter("wrapped_up", "Conversations that people wrapped up", "disposition")
        self.ratings = counter("ratings", "Ratings by customers", "score")
        self.switched = counter("engine_switched", "Switches between the model and the built-in engine", "to")
        self._steps: Mapping[type[Data], Callable[[Any], None]] = {
            e.CustomerSaid: lambda _: self.lines.labels("customer").inc(),
            e.BotSaid: lambda _: self.lines.labels("bot").inc(),
            e.PersonSaid: lambda _: self.lines.labels("person").inc(),
            e.TurnEnded: self._turn,
            e.ModelUsed: lambda data: self._model(data, data.purpose),
            e.Checked: self._checked,
            e.ToolRan: lambda data: self.tool_calls.labels(str(data.ok).lower()).inc(),
            e.ActionSucceeded: lambda _: self.actions.labels("succeeded").inc(),
            e.ActionFailed: lambda _: self.actions.labels("failed").inc(),
            e.ActionUnknown: lambda _: self.actions.labels("unknown").inc(),
            e.HandoffRequested: self._handoff,
            e.WrappedUp: lambda data: self.wrapped_up.labels(data.disposition).inc(),
            e.Rated: lambda data: self.ratings.labels(str(data.score)).inc(),
            e.EngineSwitched: lambda data: self.switched.labels("model" if data.back else "built_in").inc(),
        }

    def count(self, events: Sequence[Event]) -> None:
        """Take in what was appended."""
        for event in events:
            step = self._steps.get(type(event.data))
            if step is not None:
                step(event.data)

    def department(self, code: str) -> str:
        """A department as a label."""
        return code if code in self._departments else OTHER

    def _turn(self, data: e.TurnEnded) -> None:
        if data.outcome == "held":
            return
        self.turns.labels(data.outcome).inc()
        self.turn_seconds.observe(data.milliseconds / 1000)
        self._model(data, "turn")

    def _model(self, data: e.TurnEnded | e.ModelUsed, purpose: str) -> None:
        if not data.model_calls:
            return
        self.model_seconds.observe(data.model_milliseconds / 1000)
        self.model_calls.labels(purpose).inc(data.model_calls)
        self.tokens.labels("in").inc(data.tokens_in)
        self.tokens.labels("out").inc(data.tokens_out)
        self.cost.inc(data.cost)

    def _checked(self, data: e.Checked) -> None:
        for finding in data.findings:
            self.findings.labels(finding.check, finding.action).inc()
        for check, milliseconds in data.milliseconds.items():
            self.check_seconds.labels(check, data.direction).observe(milliseconds / 1000)

    def _handoff(self, data: e.HandoffRequested) -> None:
        self.handoffs.labels(data.reason, self.department(data.department), data.mode).inc()
