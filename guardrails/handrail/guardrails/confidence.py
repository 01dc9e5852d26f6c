"""One probability that a person is needed, from all signals, with the reasons in words."""

import math
from typing import Literal

from handrail.conversation.events import Confidence
from handrail.conversation.settings import Checks
from handrail.guardrails.calibration import Calibration, logit, read_calibration
from handrail.guardrails.signals import Signals, gather
from handrail.guardrails.text import packaged

__all__ = ["Signals", "confidence", "gather", "needs_person"]

CURVE = 1.5
"""Signals are taken to this power."""
SUREST = 0.95
"""No support is so weak that the answer is surer to be wrong than this."""
TELLING = 0.25
"""From this share of the logit on a signal is told as a reason."""


def needs_person(signals: Signals, level: Calibration | None = None) -> float:
    """The probability (0 to 1) that a person is needed: a logistic with the packaged weights, on the level that was
    fitted to a desk's own tags where there is one."""
    odds = packaged("confidence.toml")["bias"] + sum(_parts(signals).values())
    if level is not None:
        odds = level.slope * odds + level.level
    return 1 / (1 + math.exp(-odds))


def confidence(signals: Signals, checks: Checks) -> Confidence:
    """Join the signals into a probability and decide by `offer_at` and `handover_at` of the settings, or of the
    calibration that they name. Raises `SettingsError` where that can't be read."""
    level = read_calibration(checks.confidence) if checks.confidence else None
    offer_at, handover_at = (level or checks).offer_at, (level or checks).handover_at
    parts = _parts(signals)
    probability = needs_person(signals, level)
    reasons = packaged("confidence.toml")["signals"]
    told = sorted((name for name, part in parts.items() if part >= TELLING), key=lambda name: -parts[name])
    decision: Literal["answer", "offer", "handover"] = "answer"
    if probability >= handover_at:
        decision = "handover"
    elif probability >= offer_at:
        decision = "offer"
    return Confidence(
        needs_person=round(probability, 4),
        decision=decision,
        reasons=tuple(signals.words.get(name) or reasons[name]["reason"] for name in told),
    )


def _parts(signals: Signals) -> dict[str, float]:
    """What each signal adds to the logit: a weak reading counts less than its share, many make no alarm. Only the
    support of an answer is a calibrated probability: it counts by its own log-odds, as far as they exceed the bias."""
    data = packaged("confidence.toml")
    parts = {
        name: data["signals"][name].get("weight", 0.0) * math.copysign(abs(value) ** CURVE, value)
        for name, value in signals.strengths.items()
    }
    parts["unsupported"] = max(0.0, logit(min(signals.unsupported, SUREST)) - data["bias"])
    return parts
