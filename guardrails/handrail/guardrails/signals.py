"""What speaks for a person: the signals of a turn, gathered from the situation and the verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from handrail.conversation.events import Action
from handrail.conversation.situation import ActionState, Situation
from handrail.guardrails.counted import counted
from handrail.guardrails.friction import friction
from handrail.guardrails.sentiment import UPSET
from handrail.guardrails.verdict import Verdict

SOME = 3
"""So many upset lines, turns without progress or repetitions count in full."""

BOTH_WAYS = ("gloom", "friction")

SHARE: dict[Action, float] = {"handover": 1.0, "offer": 0.4}
"""How much of a sensitive finding's score counts, by what it asks for."""


@dataclass(frozen=True, slots=True)
class Signals:
    """Each signal from 0 (nothing) to 1 (fully); `BOTH_WAYS` from -1 (it goes well). What is not known stays 0.
    `words` tell of some how much there was, for people."""

    irrelevant: float = 0.0
    unsupported: float = 0.0
    held_back: float = 0.0
    unsure: float = 0.0
    gave_up: float = 0.0
    asked: float = 0.0
    sensitive: float = 0.0
    frustration: float = 0.0
    building: float = 0.0
    gloom: float = 0.0
    friction: float = 0.0
    repeats: float = 0.0
    circles: float = 0.0
    idle: float = 0.0
    refused: float = 0.0
    failed: float = 0.0
    unknown: float = 0.0
    injection: float = 0.0
    words: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for name, value in self.strengths.items():
            least = -1.0 if name in BOTH_WAYS else 0.0
            if not least <= value <= 1.0:
                raise ValueError(f"the signal {name} is {value}, not within {least:g} and 1")

    @property
    def strengths(self) -> dict[str, float]:
        """Every signal by its name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "words"}


def gather(
    situation: Situation,
    inbound: Verdict | None = None,
    outbound: Sequence[Verdict] = (),
    *,
    relevance: float | None = None,
    certainty: float | None = None,
    gave_up: bool = False,
    held_back: int = 0,
    refused: bool = False,
) -> Signals:
    """The signals of a turn.

    `inbound` is the verdict on the customer's line, `outbound` those on the sentences of the reply so far; `relevance`
    (of what the search found) and `certainty` (the engine's own) are probabilities, None where there was no search or
    the engine has none. `held_back` counts drafts that did not pass; `refused`: a tool's rule said no.
    """
    inbound = inbound or Verdict()
    moods = [m.frustration for m in situation.moods[-SOME:]]
    return Signals(
        irrelevant=0.0 if relevance is None else _within(1 - relevance),
        unsupported=_unsupported(outbound),
        held_back=_within(held_back / 2),
        unsure=0.0 if certainty is None else _within(1 - certainty),
        gave_up=float(gave_up),
        asked=_score(inbound, "asks_for_person", "asked"),
        sensitive=max((SHARE.get(f.action, 0.0) * f.score for f in inbound.of("sensitive")), default=0.0),
        frustration=_score(inbound, "sentiment", "frustration"),
        building=_within(sum(m >= UPSET for m in moods) / SOME if len(moods) > 1 else 0.0),
        gloom=_gloom(situation, inbound),
        friction=_friction(situation, inbound),
        repeats=_score(inbound, "stuck", "repeat"),
        circles=_score(inbound, "stuck", "loop"),
        idle=_score(inbound, "stuck", "no_progress"),
        refused=float(refused),
        failed=float(bool(situation.actions) and _broke(situation.actions[-1])),
        unknown=float(bool(situation.unsettled)),
        injection=_score(inbound, "injection"),
        words=counted(inbound, outbound, situation.moods[-SOME:], held_back),
    )


def _broke(action: ActionState) -> bool:
    """Whether an action failed though no rule spoke against it: where one did, its words are with the action."""
    return action.stage == "failed" and not action.message


def _score(verdict: Verdict, check: str, name: str | None = None) -> float:
    return max((f.score for f in verdict.of(check) if name in (None, f.name)), default=0.0)


def _unsupported(outbound: Sequence[Verdict]) -> float:
    """How weakly the weakest sentence stands; 0 where none claims anything."""
    weak = [
        f.score if f.name == "unsupported" else 1 - f.score
        for verdict in outbound
        for f in verdict.of("grounded")
        if f.name in ("unsupported", "supported")
    ]
    missing = any(f.name in ("number", "date", "name") for verdict in outbound for f in verdict.of("grounded"))
    return max([*weak, float(missing)], default=0.0)


def _gloom(situation: Situation, inbound: Verdict) -> float:
    """How unpleasant the last lines were, the customer's line in question among them."""
    felt = [m.sentiment for m in situation.moods[-SOME:]]
    felt += [f.score * 2 - 1 for f in inbound.of("sentiment") if f.name == "score"]
    felt = felt[-SOME:]
    return max(-1.0, min(1.0, -sum(felt) / len(felt))) if felt else 0.0


def _friction(situation: Situation, inbound: Verdict) -> float:
    told = [f.score * 2 - 1 for f in inbound.of("sentiment") if f.name == "score"]
    return friction(situation.lines, *told)


def _within(value: float) -> float:
    return min(max(value, 0.0), 1.0)
