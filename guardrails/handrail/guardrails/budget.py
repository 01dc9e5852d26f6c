"""The time a check may take, and checks that are only being tried: what a run of checks keeps to."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from time import perf_counter
from typing import TypeVar

from handrail.conversation.errors import SettingsError
from handrail.conversation.events import Action, Direction, Finding
from handrail.conversation.settings import Checks

log = logging.getLogger(__name__)

EMBEDDING = "embedding"
"""What the budget of the embedding is set under: without it the checks go by words alone."""
CLOSED: dict[Direction, Action] = {
    "inbound": "handover",
    "outbound": "redraft",
    "passage": "refuse",
    "result": "refuse",
}
"""What a check that fails closed asks for, by what was to be checked."""

Value = TypeVar("Value")


class Budgets:
    """Keeps checks to the times in the settings. Raises `SettingsError` where these name a check that there is not."""

    def __init__(self, checks: Checks, known: Collection[str]) -> None:
        for table, names in (("budgets", checks.budgets), ("shadow", checks.shadow)):
            for name in names:
                if name not in known and (table, name) != ("budgets", EMBEDDING):
                    raise SettingsError(f"checks.{table}: there is no check {name!r}; there are {', '.join(known)}")
        self._budgets, self._shadow = checks.budgets, frozenset(checks.shadow)

    async def keep(
        self, name: str, direction: Direction, work: Callable[[], Awaitable[Value]]
    ) -> tuple[Value | None, Finding | None]:
        """What `work` comes to, and a finding where it took longer than the budget of the check `name`.

        Work that waits is broken off when its time is up, and there is no value. Work that only computes can't be
        broken off: it ends late, its value is known and kept, and the finding is a note.
        """
        budget = self._budgets.get(name)
        if budget is None:
            return await work(), None
        started = perf_counter()
        try:
            async with asyncio.timeout(budget.milliseconds / 1000) as limit:
                value = await work()
        except TimeoutError:
            if not limit.expired():
                raise
            action = CLOSED[direction] if budget.over == "close" and name not in self._shadow else "note"
            log.warning("the check %s was broken off after %g ms", name, budget.milliseconds)
            return None, _over(name, action, f"broken off after {budget.milliseconds:g} ms")
        spent = (perf_counter() - started) * 1000
        if spent <= budget.milliseconds:
            return value, None
        return value, _over(name, "note", f"took longer than {budget.milliseconds:g} ms")

    def shadowed(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings, with those of checks that are being tried told apart: they ask for nothing."""
        return tuple(_shadow(f) if f.check in self._shadow else f for f in findings)


def _over(name: str, action: Action, reason: str) -> Finding:
    return Finding(check="budget", name=name, score=1.0, action=action, reason=reason)


def _shadow(finding: Finding) -> Finding:
    asks = f"would ask for {finding.action}" if finding.action != "note" else "would be a note"
    reason = f"{asks}: {finding.reason}" if finding.reason else asks
    return finding.model_copy(
        update={"check": "shadow", "name": f"{finding.check}/{finding.name}", "action": "note", "reason": reason}
    )
