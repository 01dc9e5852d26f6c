"""Ways to break Handrail on purpose, so that the harness can show that it would notice.

retry    a write that timed out or broke is called again
claim    whoever wants to do an action may: the claim of another run does not count
lease    every process may take up every turn at any time
fence    the bot's lines are taken whoever holds the conversation
look-up  what the first look-up does not find counts as never done
"""

from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import Any

KINDS = ("retry", "claim", "lease", "fence", "look-up")


def break_(kind: str) -> None:
    """Break this process's Handrail."""
    {"retry": _retry, "claim": _claim, "lease": _lease, "fence": _fence, "look-up": _look_up}[kind]()


def _retry() -> None:
    execution: Any = import_module("handrail.agent.execution")
    call = execution.call

    async def twice(*arguments: Any, **named: Any) -> Any:
        called = await call(*arguments, **named)
        return await call(*arguments, **named) if called.end == "unknown" else called

    execution.call = twice


def _claim() -> None:
    from handrail.agent.execution import Execution

    claim = Execution._claim

    async def anyone(self: Execution) -> Any:
        made = await claim(self)
        if made is None:
            events = await self.actions.log.read(self.situation.conversation_id)
            return next(e for e in events if e.kind == "action_claimed")
        return made

    Execution._claim = anyone  # type: ignore[method-assign]
    _lease()


def _lease() -> None:
    statements: Any = import_module("handrail.conversation.statements")
    held = "(lease_owner IS NULL OR lease_until <= %(now)s)"
    anyone = statements.ACQUIRE.replace(held, "%(now)s::timestamptz IS NOT NULL")
    assert anyone != statements.ACQUIRE
    statements.ACQUIRE = anyone
    unfenced = statements.APPEND.replace("OR lease_owner = %(lease)s", "OR true")
    assert unfenced != statements.APPEND
    statements.APPEND = unfenced


def _fence() -> None:
    statements: Any = import_module("handrail.conversation.statements")
    unfenced = statements.APPEND
    for condition in ("OR epoch = %(epoch)s", "OR holder = ANY(%(speakers)s)", "OR heard = %(heard)s"):
        assert condition in unfenced
        unfenced = unfenced.replace(condition, "OR true")
    statements.APPEND = unfenced


def _look_up() -> None:
    reconciliation: Any = import_module("handrail.agent.reconciliation")
    decide = reconciliation._decide

    async def at_once(actions: Any, situation: Any, action: Any, found: Any, times: Any) -> Any:
        times = replace(times, over_at=times.claimed_at - timedelta(seconds=1))
        return await decide(actions, situation, action, found, times)

    reconciliation._decide = at_once
