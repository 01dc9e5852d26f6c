"""The text that Prometheus reads."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE
from prometheus_client.registry import Collector

from handrail.channels.api.ports import Handrail
from handrail.channels.metrics.counting import Counting
from handrail.channels.metrics.standing import Standing
from handrail.desk.announcements import target_of
from handrail.desk.letters import TARGET


class Metrics:
    """The metrics of one process over an agent: it counts from when it is made."""

    def __init__(self, handrail: Handrail) -> None:
        self._handrail = handrail
        settings = handrail.settings
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        departments = frozenset(settings.desk.departments)
        targets = {TARGET, *map(target_of, settings.webhooks), *(f"desk:{name}" for name in settings.outside)}
        self._standing = Standing(
            handrail.database, handrail.clock, departments, frozenset(targets), handrail.settings.desk.audits.days
        )
        handrail.log.observe(Counting(self._registry, sorted(departments)).count)

    async def text(self) -> bytes:
        """Everything as of now, in the text format 0.0.4. Raises `Unavailable` where the database does not answer."""
        standing = await self._standing.read()
        now = _Given([*standing, self._model()])
        return generate_latest(self._registry) + generate_latest(now)

    def _model(self) -> Metric:
        breaker = self._handrail.breaker
        gauge = GaugeMetricFamily("handrail_model_up", "Whether the language model answers, where there is one")
        if breaker is not None:
            gauge.add_metric([], float(breaker.outage is None))
        return gauge


class _Given(Collector):
    """What was read already."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


__all__ = ["CONTENT_TYPE", "Metrics"]
