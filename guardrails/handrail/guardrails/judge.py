"""A second reading of whether a sentence is supported, by a model, where the local one is unsure."""

from collections.abc import Sequence
from typing import Protocol

from handrail.guardrails.verdict import Evidence

LOW, HIGH = 0.3, 0.9
"""Between these probabilities of the local reading a judge is asked; outside of them it would change little."""
UNDER = 0.05
"""How far under the threshold a sentence is put that a judge finds unsupported."""


class Judge(Protocol):
    """Somebody who reads a sentence beside its sources."""

    async def supports(self, text: str, sources: Sequence[str], said: Sequence[str]) -> bool | None:
        """Whether the sources say what `text` says; `said` are the conversation's lines, which are no source.

        None where the judge does not answer in time, or can't tell.
        """
        ...


async def judged(judge: Judge, text: str, held: float, evidence: Evidence, at: float) -> float:
    """The support after a judge was asked: at least `at` where it says yes, under it where it says no, else as it was.

    Outside of `LOW` and `HIGH` nobody is asked. The caller asks of no text that a hard fact speaks against.
    """
    if not LOW < held < HIGH:
        return held
    sources = (*evidence.passages.values(), *evidence.results.values())
    told = await judge.supports(text, sources, evidence.said)
    if told is None:
        return held
    return max(held, at) if told else min(held, max(0.0, at - UNDER))
