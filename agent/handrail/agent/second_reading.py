"""The checks' judge, where the settings switch it on: any model that fills in forms."""

import logging
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, Field

from handrail.agent.models.breaker import Form
from handrail.agent.models.texts import text as prompt
from handrail.conversation.errors import Unavailable
from handrail.conversation.settings import Settings
from handrail.conversation.spending import spend
from handrail.guardrails.placeholders import Placeholders

log = logging.getLogger(__name__)

CHARACTERS = 8_000
"""So much of the sources is shown, the first of them first."""


class Ruling(BaseModel):
    """What the model says of a sentence, and the words of a source that this rests on."""

    supported: Literal["yes", "no", "unclear"]
    words: str = Field(description="the words of a source that say so, copied exactly; empty if there are none")


class ModelJudge:
    """Asks a model whether sources support a sentence. What identifies the customer is hidden from it."""

    def __init__(self, form: Form, seconds: float, regions: Sequence[str]) -> None:
        self._form, self._seconds, self._regions = form, seconds, regions

    async def supports(self, text: str, sources: Sequence[str], said: Sequence[str]) -> bool | None:
        """As `Judge.supports`. A yes counts only with words that stand in a source."""
        known = Placeholders(self._regions)
        for line in said:
            known.meet(line)
        shown = known.hide("\n\n".join(sources)[:CHARACTERS])
        messages = (
            {"role": "system", "content": prompt("judge.md").format(sources=shown)},
            {"role": "user", "content": known.hide(text)},
        )
        try:
            ruling, usage = await self._form.write(Ruling, messages, seconds=self._seconds)
        except Unavailable:
            return None
        spend(usage)
        if ruling.supported == "yes":
            return True if _plain(ruling.words) and _plain(ruling.words) in _plain(shown) else None
        return False if ruling.supported == "no" else None


def judge_of(settings: Settings, form: Form | None) -> ModelJudge | None:
    """The judge that the settings switch on. Without a model that fills in forms the checks go on alone, and say so."""
    if settings.checks.judge == "off":
        return None
    if form is None:
        log.warning('checks.judge = "model": there is no model to ask, and the checks go by themselves')
        return None
    return ModelJudge(form, settings.engine.reading_seconds, settings.checks.phone_regions)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .\"'")
