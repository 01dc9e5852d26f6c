"""A sweep: the same cases under several variants of the settings, each held against the first."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from handrail.conversation.errors import Invalid
from handrail.conversation.settings import Settings
from handrail.evals.budget import cost
from handrail.evals.compare import FIRST, compare
from handrail.evals.keeping import Kept
from handrail.evals.paired import holm
from handrail.evals.report import Report


class Variant(BaseModel):
    """What is tried: `settings` are laid over those of the workspace, table by table."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(min_length=1, max_length=80)
    settings: dict[str, Any] = {}


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    variant: tuple[Variant, ...] = Field(min_length=2)


@dataclass(frozen=True, slots=True)
class Tried:
    """A variant that was run. `spent` is money in the unit of the settings' prices."""

    variant: Variant
    report: Report
    kept: Kept

    @property
    def spent(self) -> float:
        return spent_on(self.kept)

    @property
    def right(self) -> float:
        """The share of cases that are wholly right; 0 where none could be run."""
        return self.report.right.value or 0.0


def spent_on(kept: Kept) -> float:
    """What a kept run has cost."""
    return sum(map(cost, kept.traces.values()))


def read_variants(path: Path) -> tuple[Variant, ...]:
    """The `[[variant]]` tables of a TOML file, at least two, each of a name of its own. Raises `Invalid`."""
    try:
        variants = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).variant
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(f"{path.name} can't be read as TOML: {error}") from error
    except ValidationError as error:
        told = (f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in error.errors())
        raise Invalid("\n".join(f"{path.name}: {one}" for one in told)) from error
    names = [variant.name for variant in variants]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise Invalid(f"{path.name}: there are two variants {twice!r}")
    return variants


def laid_over(settings: Settings, variant: Variant) -> Settings:
    """The settings of a variant. Raises `Invalid` for a value or a key that can't be."""
    try:
        return Settings.model_validate(_merged(settings.model_dump(), variant.settings))
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in error.errors())
        raise Invalid(f"variant {variant.name!r}: {told}") from error


def _merged(values: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A table over a table, key by key; anything else takes the place of what was."""
    both = {
        key: _merged(values[key], value)
        for key, value in over.items()
        if isinstance(value, Mapping) and isinstance(values.get(key), Mapping)
    }
    return {**values, **over, **both}


def against_first(tried: Sequence[Tried]) -> dict[str, float]:
    """By the name of each variant but the first: the chance of so great a difference in cases wholly right where there
    is none, adjusted for how many are held against the first (Holm)."""
    first, *others = tried
    told: dict[str, float | None] = {}
    for other in others:
        changes = compare(first.kept, other.kept).changes
        told[other.variant.name] = next((change.p for change in changes if change.name == FIRST), None)
    return holm({name: p for name, p in told.items() if p is not None})


def undominated(tried: Sequence[Tried]) -> tuple[str, ...]:
    """The variants than which none is both as right and as cheap, and better in one of the two."""
    return tuple(one.variant.name for one in tried if not any(_beats(other, one) for other in tried))


def _beats(one: Tried, other: Tried) -> bool:
    mine, its = (one.right, -one.spent), (other.right, -other.spent)
    return mine != its and mine[0] >= its[0] and mine[1] >= its[1]
