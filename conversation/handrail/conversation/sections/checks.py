"""The table `[checks]`: thresholds and budgets of the guardrails."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from handrail.conversation.sections.base import Section


class Budget(Section):
    """How long a check may take, and what follows where it takes longer: it is left out, or fails closed (a person is
    called, a sentence is drafted again, a passage is left out)."""

    milliseconds: float = Field(gt=0)
    over: Literal["skip", "close"] = "skip"


PHONE_REGIONS = ("US", "GB", "DE", "FR", "AU")


class Checks(Section):
    """Thresholds of the guardrails."""

    offer_at: float = Field(default=0.45, ge=0, le=1)
    handover_at: float = Field(default=0.75, ge=0, le=1)
    confidence: Path | None = None
    """A file of `handrail evals calibrate`, relative to the workspace: its thresholds take the place of these two."""
    upset_turns: int = Field(default=3, ge=1)
    grounded_at: float = Field(default=0.7, ge=0, le=1)
    """Sentences whose support is less probable are not sent."""
    judge: Literal["off", "model"] = "off"
    """Whether the engine's model is asked where the checks are unsure if a sentence is supported."""
    hub: tuple[str, ...] = ()
    """Import paths of further guardrails-ai validators, e.g. `guardrails_ai.ban_list:BanList`."""
    budgets: dict[str, Budget] = Field(default_factory=dict)
    """By the check's name, or `embedding`."""
    shadow: tuple[str, ...] = ()
    """Checks that are only being tried: what they find is logged and has no effect."""
    phone_regions: tuple[str, ...] = PHONE_REGIONS
    """Whose phone numbers are known as such without a country code, the likeliest first."""

    @field_validator("phone_regions")
    @classmethod
    def _are_regions(cls, regions: tuple[str, ...]) -> tuple[str, ...]:
        from phonenumbers import SUPPORTED_REGIONS

        if unknown := [region for region in regions if region not in SUPPORTED_REGIONS]:
            raise ValueError(f"{', '.join(unknown)}: no region of two capital letters that has phone numbers")
        return regions

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.offer_at > self.handover_at:
            raise ValueError(f"offer_at ({self.offer_at}) must not be above handover_at ({self.handover_at})")
        return self
