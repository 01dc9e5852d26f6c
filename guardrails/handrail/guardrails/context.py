"""What a check is given beside the text, and where it leaves what it found."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from handrail.conversation.errors import Unavailable
from handrail.conversation.events import Direction, Finding
from handrail.conversation.settings import Checks
from handrail.conversation.situation import Situation
from handrail.guardrails.judge import Judge
from handrail.guardrails.probes import Embedder, Reading
from handrail.guardrails.verdict import Evidence

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Context:
    """One look at one text. `reading` is there where the text was embedded; `zones` are the time zones in which times
    may be told, `names` those that need no evidence, `prompts` the texts that must not be repeated."""

    direction: Direction = "inbound"
    checks: Checks = field(default_factory=Checks)
    situation: Situation | None = None
    evidence: Evidence = field(default_factory=Evidence)
    reading: Reading | None = None
    embedder: Embedder | None = None
    judge: Judge | None = None
    zones: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()

    async def likeness(self, one: str, other: str) -> float | None:
        """The cosine of two texts; None where there is no embedder, or it does not answer."""
        if self.embedder is None:
            return None
        try:
            vectors = await self.embedder.embed([one, other])
        except Unavailable as error:
            log.warning("a sentence is judged by its words alone: %s", error)
            return None
        return float(np.dot(vectors[0], vectors[1]))


@dataclass(slots=True)
class Sheet:
    """What the checks of one run found, and how long each took in milliseconds. Fresh for every run."""

    findings: list[Finding] = field(default_factory=list)
    milliseconds: dict[str, float] = field(default_factory=dict)

    def add(self, check: str, found: Sequence[Finding], milliseconds: float) -> None:
        """Write down one check's result."""
        self.findings += found
        self.milliseconds[check] = round(milliseconds, 3)
