"""The fitted weights of confidence: the packaged file, with what it was fitted on and how right it was."""

import hashlib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from handrail.guardrails.grounding.curve import Curve

NAME = "confidence.json"


class Fitted(BaseModel):
    """The file: the curve over the measures of a tally, its data and their hash, its figures out of fold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: dict[str, str]
    outcome: str
    rows: int
    curve: Curve
    figures: dict[str, dict[str, float]]
    reliability: tuple[tuple[float, float, int], ...]
    """Out of fold, by fifteenths: the mean told, the share seen and how many."""


@cache
def fitted() -> Fitted:
    """The packaged fit."""
    return Fitted.model_validate_json((files("handrail.guardrails") / "data" / NAME).read_text(encoding="utf-8"))


@cache
def weights_sha256() -> str:
    """The hash of the packaged weights of turns and of conversations."""
    data = files("handrail.guardrails") / "data"
    return hashlib.sha256(b"".join((data / name).read_bytes() for name in ("confidence.toml", NAME))).hexdigest()
