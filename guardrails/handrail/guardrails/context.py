"""What a check is given beside the text, and where it leaves what it found."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from handrail.conversation.events import Direction, Finding
from handrail.conversation.settings import Checks
from handrail.conversation.situation import Situation
from handrail.guardrails.probes import Embedder, Reading
from handrail.guardrails.verdict import Evidence


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
    zones: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()

    async def likeness(self, one: str, other: str) -> float | None:
        """The cosine of two texts; None where there is no embedder."""
        if self.embedder is None:
            return None
        vectors = await self.embedder.embed([one, other])
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
