"""How things stand now, read from the database when somebody asks: the same from every process."""

from collections.abc import Iterator, Mapping
from typing import Any, LiteralString

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from handrail.conversation.clock import Clock
from handrail.conversation.database import Database

QUEUE: LiteralString = """
SELECT q.department, q.state, q.mode, count(*) AS n, extract(epoch FROM %(now)s - min(q.since))::float AS longest
FROM queue q JOIN conversations c ON c.id = q.conversation_id
WHERE q.state IN ('waiting', 'claimed') AND NOT c.forgotten GROUP BY 1, 2, 3
"""
WAITS: LiteralString = """
SELECT department, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) AS p90
FROM (
    SELECT department, extract(epoch FROM claimed_at - asked_at)::float AS seconds FROM escalations
    WHERE asked_at > %(now)s - interval '1 hour' AND claimed_at IS NOT NULL AND mode = 'live'
) lately GROUP BY 1
"""
OUTBOX: LiteralString = """
SELECT coalesce(o.target, l.target) AS target, coalesce(o.due, 0) AS due, coalesce(o.failed, 0) AS failed,
    l.failing_since IS NOT NULL AS failing
FROM (
    SELECT target, count(*) FILTER (WHERE state = 'due') AS due, count(*) FILTER (WHERE state = 'failed') AS failed
    FROM outbox WHERE state IN ('due', 'failed') GROUP BY target
) o FULL JOIN lanes l ON l.target = o.target
"""
PROMISES: LiteralString = """
SELECT count(*) AS overdue FROM promises p JOIN conversations c ON c.id = p.conversation_id
WHERE p.kept IS NULL AND p.due < %(now)s AND NOT c.forgotten
"""

AUDITS: LiteralString = """
SELECT count(*) AS open FROM audits a JOIN conversations c ON c.id = a.conversation_id AND NOT c.forgotten
WHERE a.drawn_at > %(now)s - make_interval(secs => %(audit_seconds)s)
    AND (SELECT count(*) FROM audit_tags t WHERE t.audit_id = a.id AND t.settled <> 'skipped') < a.wanted
"""


class Standing:
    """Reads the gauges. `departments` and `targets` are the labels that there may be; what else is found is `other`.
    What was drawn for an audit is open for `audit_days`."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        departments: frozenset[str],
        targets: frozenset[str],
        audit_days: float,
    ) -> None:
        self._database, self._clock = database, clock
        self._audit_seconds = audit_days * 86400
        self._departments, self._targets = departments, targets

    async def read(self) -> list[Metric]:
        """The gauges as of now. Raises `Unavailable`."""
        now = {"now": self._clock.now(), "audit_seconds": self._audit_seconds}
        async with self._database.connection() as connection:
            queue, waits, outbox, promises, audits = [
                await (await connection.execute(query, now)).fetchall()
                for query in (QUEUE, WAITS, OUTBOX, PROMISES, AUDITS)
            ]
        one = (_overdue(promises[0]), _to_audit(audits[0]))
        return [*self._queue(queue), self._waits(waits), *self._deliveries(outbox), *one]

    def _queue(self, rows: list[dict[str, Any]]) -> Iterator[Metric]:
        depth = _gauge("queue", "Conversations that wait for a person, or are with one", "department", "state", "mode")
        longest = _gauge("queue_longest_seconds", "How long the first in the queue has waited", "department", "mode")
        for (department, state, mode), found in _summed(rows, self._department, ("state", "mode")).items():
            depth.add_metric([department, state, mode], sum(row["n"] for row in found))
            if state == "waiting":
                longest.add_metric([department, mode], max(0.0, *(row["longest"] for row in found)))
        yield depth
        yield longest

    def _waits(self, rows: list[dict[str, Any]]) -> Metric:
        waits = _gauge("wait_seconds", "Waits for a person in the last hour, of live ones", "department", "quantile")
        for row in rows:
            if row["department"] in self._departments:
                waits.add_metric([row["department"], "0.5"], row["median"])
                waits.add_metric([row["department"], "0.9"], row["p90"])
        return waits

    def _deliveries(self, rows: list[dict[str, Any]]) -> Iterator[Metric]:
        waiting = _gauge(
            "deliveries", "Letters, webhooks and lines for other desks, by how they stand", "target", "state"
        )
        failing = _gauge("delivery_failing", "Whether a target takes nothing at the moment", "target")
        for (target,), found in _summed(rows, self._target, ()).items():
            waiting.add_metric([target, "due"], sum(row["due"] for row in found))
            waiting.add_metric([target, "failed"], sum(row["failed"] for row in found))
            failing.add_metric([target], float(any(row["failing"] for row in found)))
        yield waiting
        yield failing

    def _department(self, row: Mapping[str, Any]) -> str:
        return row["department"] if row["department"] in self._departments else "other"

    def _target(self, row: Mapping[str, Any]) -> str:
        return row["target"] if row["target"] in self._targets else "other"


def _summed(rows: list[dict[str, Any]], first: Any, others: tuple[str, ...]) -> dict[tuple[str, ...], list[Any]]:
    """The rows by their labels: what is not known by name shares one."""
    found: dict[tuple[str, ...], list[Any]] = {}
    for row in rows:
        found.setdefault((first(row), *(row[name] for name in others)), []).append(row)
    return found


def _overdue(row: Mapping[str, Any]) -> Metric:
    gauge = _gauge("promises_overdue", "Promises that are past their time and not settled")
    gauge.add_metric([], row["overdue"])
    return gauge


def _to_audit(row: Mapping[str, Any]) -> Metric:
    gauge = _gauge("audits_open", "Conversations that were drawn for an audit and lack somebody's word")
    gauge.add_metric([], row["open"])
    return gauge


def _gauge(name: str, about: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"handrail_{name}", about, labels=labels)
