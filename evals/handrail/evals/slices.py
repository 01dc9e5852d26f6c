"""Slices: the same figures over a part of the conversations, to see where the agent is weak."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handrail.conversation.events import BotSaid
from handrail.evals.resampling import detections, rate
from handrail.evals.scorers import escalated, of_kind
from handrail.evals.statistics import Detection, Figure
from handrail.evals.trace import Played
from handrail.evals.verdicts import by_case, is_right

POLICY, TAGGER = "policy", "tagger"


@dataclass(frozen=True, slots=True)
class Slice:
    """The conversations whose label `by` is `value`. For a tagger the truth is what they alone would have done."""

    by: str
    value: str
    right: Figure
    escalation: Detection


def slices(played: Sequence[Played]) -> tuple[Slice, ...]:
    """By every label of the cases, by each policy version that replies cite, and by tagger where there are several.

    Among many slices some lie far off by chance: the intervals are single ones.
    """
    parts: dict[tuple[str, str], list[Played]] = {}
    for one in played:
        for by, value in _labels(one):
            parts.setdefault((by, value), []).append(one)
    taggers = {value for by, value in parts if by == TAGGER}
    return tuple(
        _slice(by, value, some) for (by, value), some in sorted(parts.items()) if by != TAGGER or len(taggers) > 1
    )


def _labels(played: Played) -> Iterator[tuple[str, str]]:
    yield from played.case.labels.items()
    cited = {f"{c.policy}@{c.version}" for said in of_kind(played.log, BotSaid) for c in said.citations}
    yield from ((POLICY, version) for version in cited)
    yield from ((TAGGER, tagger) for tagger in {tag.by for tag in played.case.tags if tag.escalate is not None})


def _slice(by: str, value: str, played: Sequence[Played]) -> Slice:
    cases = by_case(played)
    right = rate([[is_right(p) for p in case if not p.trace.unrecorded] for case in cases])
    return Slice(by, value, right, detections([list(_decisions(case, by, value)) for case in cases]))


def _decisions(case: Sequence[Played], by: str, value: str) -> Iterator[tuple[bool, bool]]:
    for played in case:
        should = _should(played, by, value)
        if should is not None:
            yield should, bool(escalated(played.log))


def _should(played: Played, by: str, value: str) -> bool | None:
    if by != TAGGER:
        return played.case.expected.escalate
    return next((tag.escalate for tag in reversed(played.case.tags) if tag.by == value), None)
