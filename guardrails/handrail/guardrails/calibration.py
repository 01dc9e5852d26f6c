"""Confidence fitted to a desk's own tags: a file that turns the packaged weights' log-odds into a calibrated
probability, with the thresholds that costs and a bound on missed handoffs ask for.

`handrail evals calibrate` writes it.
"""

import hashlib
import math
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from handrail.conversation.errors import SettingsError
from handrail.guardrails.weights import weights_sha256

EDGE = 1e-4


class Part(BaseModel):
    """A part of the file: an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Costs(Part):
    """What outcomes cost against each other. `declined` is the share of needed offers that customers turn down."""

    missed: float = Field(default=5.0, gt=0)
    needless: float = Field(default=1.0, gt=0)
    offer: float = Field(default=0.2, ge=0)
    declined: float = Field(default=0.3, ge=0, lt=1)


class Bin(Part):
    """Conversations that were told about the same probability, and the share of them that needed a person."""

    told: float
    seen: float
    n: int


class Scale(Part):
    """Platt's curve over the log-odds that whole conversations needed a person, with its figures out of fold."""

    slope: float = Field(gt=0)
    level: float
    figures: dict[str, float]

    def __call__(self, probability: float) -> float:
        """The probability on the desk's own scale."""
        return 1 / (1 + math.exp(-(self.slope * logit(probability) + self.level)))


class Tested(Part):
    """What came of it on conversations that nothing was fitted on: `missed` of the `needed` handoffs were neither
    offered nor made, and the ends of the 95 % interval of their share."""

    data_sha256: str
    conversations: int
    needed: int
    missed: int
    low: float
    high: float
    figures: dict[str, float]


class Calibration(Part):
    """`slope` and `level` of Platt's curve (1999) over the log-odds, and the thresholds on the calibrated probability.

    `risk` is the bound that was asked for on the share of needed handoffs that are neither offered nor made, `held`
    what the bound came to; None where there were too few to promise anything. `conversation` is for whole
    conversations, as `checks score` tells them; nothing is decided by it.
    """

    data_sha256: str
    weights_sha256: str
    conversations: int
    needed: int
    slope: float = Field(gt=0)
    level: float
    offer_at: float = Field(ge=0, le=1)
    handover_at: float = Field(ge=0, le=1)
    costs: Costs
    risk: float
    held: float | None
    figures: dict[str, float]
    reliability: tuple[Bin, ...]
    conversation: Scale
    tested: Tested | None = None

    @property
    def version(self) -> str:
        """The beginning of the hash of all of it."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    def probability(self, odds: float) -> float:
        """The calibrated probability of packaged log-odds."""
        return 1 / (1 + math.exp(-(self.slope * odds + self.level)))


def logit(probability: float) -> float:
    """The log-odds, held within those of `EDGE`."""
    held = min(max(probability, EDGE), 1 - EDGE)
    return math.log(held / (1 - held))


def read_calibration(path: Path) -> Calibration:
    """The calibration in a file, read again when the file has changed. Raises `SettingsError` where there is none, or
    it is of other weights."""
    try:
        state = path.stat()
    except OSError as error:
        raise SettingsError(f"checks.confidence: {path} can't be read: {error}") from error
    return _read(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=8)
def _read(path: Path, changed: int, size: int) -> Calibration:
    try:
        found = Calibration.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"checks.confidence: {path} can't be read: {error}") from error
    except ValidationError as error:
        raise SettingsError(f"checks.confidence: {path} is no calibration: {error.errors()[0]['msg']}") from error
    if found.weights_sha256 != weights_sha256():
        raise SettingsError(
            f"checks.confidence: {path} was fitted to other weights; `handrail evals calibrate` fits it anew"
        )
    return found
