"""Results of tools are data: a text in them that gives the model instructions is withheld and logged."""

from typing import Any

from handrail.agent.services import Services
from handrail.agent.turn import Turn
from handrail.conversation.events import Checked, Data
from handrail.guardrails.verdict import Verdict

WITHHELD = "[withheld: this text contained instructions]"
SHORT = 24
"""Texts of fewer characters are names, ids and states: they hold no instruction worth a check."""


async def without_instructions(turn: Turn, source: str, value: Any, services: Services) -> tuple[Any, tuple[Data, ...]]:
    """Return the value with such texts withheld, and the events that tell of them."""
    events: list[Data] = []
    verdicts: dict[str, Verdict] = {}

    async def clean(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: await clean(inner) for key, inner in part.items()}
        if isinstance(part, list):
            return [await clean(inner) for inner in part]
        if not isinstance(part, str) or len(part) < SHORT:
            return part
        if part not in verdicts:
            verdicts[part] = await services.rails.result(part)
            if verdicts[part].findings:
                events.append(_checked(turn, source, part, verdicts[part]))
        return WITHHELD if verdicts[part].action in ("refuse", "handover") else part

    return await clean(value), tuple(events)


def _checked(turn: Turn, source: str, text: str, verdict: Verdict) -> Checked:
    return Checked(
        turn_id=turn["turn_id"],
        direction="result",
        subject=source,
        findings=verdict.findings,
        text=text,
        milliseconds=dict(verdict.milliseconds),
    )
