"""What tools say is data: a text in it that gives the model instructions is withheld and logged."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from handrail.agent.tools.call import Called
from handrail.conversation.events import Checked
from handrail.guardrails.rails import Rails
from handrail.guardrails.verdict import Verdict

WITHHELD = "[withheld: this text contained instructions]"
SHORT = 24
"""Texts of fewer characters are names, ids and states: they hold no instruction worth a check."""

Clean = Callable[[Called, str, str], Awaitable[tuple[Called, tuple[Checked, ...]]]]
"""`without_instructions` over the rails: of a call, the turn's id and the tool's name."""


async def without_instructions(
    called: Called, turn_id: str, source: str, rails: Rails
) -> tuple[Called, tuple[Checked, ...]]:
    """Return the call with such texts of its value and its message withheld, and the events that tell of them."""
    events: list[Checked] = []
    verdicts: dict[str, Verdict] = {}

    async def clean(part: Any) -> Any:
        if isinstance(part, dict):
            return {await clean(key): await clean(inner) for key, inner in part.items()}
        if isinstance(part, list):
            return [await clean(inner) for inner in part]
        if not isinstance(part, str) or len(part) < SHORT:
            return part
        if part not in verdicts:
            verdicts[part] = await rails.result(part)
            if verdicts[part].findings:
                events.append(_checked(turn_id, source, part, verdicts[part]))
        return WITHHELD if verdicts[part].withholds else part

    message = await clean(called.message) if called.end == "refused" else called.message
    return replace(called, value=await clean(called.value), message=message), tuple(events)


def _checked(turn_id: str, source: str, text: str, verdict: Verdict) -> Checked:
    return Checked(
        turn_id=turn_id,
        direction="result",
        subject=source,
        findings=verdict.findings,
        text=text,
        milliseconds=dict(verdict.milliseconds),
    )


async def as_it_is(called: Called, turn_id: str, source: str) -> tuple[Called, tuple[Checked, ...]]:
    """Where there are no rails, everything is let through."""
    return called, ()
