"""The tables `[evals]` and `[figures]`: what is measured, and by what."""

from typing import Literal

from pydantic import Field, SecretStr

from handrail.conversation.sections.base import Section


class EvalsSection(Section):
    """What evaluations are held to."""

    gates: tuple[str, ...] = ()
    """What a run must come to, as `escalation.recall >= 0.95`, or `no regression beyond noise`."""
    judge: Literal["off", "model"] = "off"
    """`model`: a model judges what no rule can, as `evals run --judge` asks for one run."""
    judge_model: str = ""
    """The model that judges, at the engine's server; the engine's own where none is named."""
    judge_kappa: float = Field(default=0.4, ge=-1, le=1)
    """A gate on a judge's score warns where its agreement with people (the lower end of Cohen's kappa) is less."""
    freeze: bool = False
    """Whether the server freezes every conversation as a case as soon as somebody wraps it up with a tag."""


class FiguresSection(Section):
    """What figures count by."""

    came_back_days: float = Field(default=7, gt=0, le=366)
    """A customer who begins another contact about the same within so many days has come back: the first one was not
    contained."""
    metrics_token: SecretStr | None = None
    """The bearer token with which `/metrics` is read; without one it answers to this machine alone."""
