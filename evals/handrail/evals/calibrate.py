"""Fitting confidence to tagged conversations: the level of the probability, and thresholds by costs and a bound."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from handrail.conversation.errors import Invalid
from handrail.conversation.settings import Checks
from handrail.evals.case import Case
from handrail.evals.curves import auroc
from handrail.evals.tags import majority
from handrail.guardrails.calibration import Bin, Calibration, Costs, Scale, logit
from handrail.guardrails.rails import Rails
from handrail.guardrails.scoring import Said, Scored, score
from handrail.guardrails.weights import weights_sha256

LEAST = 20
"""So many conversations that needed a person, and that did not, are needed for a fit."""
FOLDS = 5
BINS = 15
STRIDE = 2.0
WEAK = 1.0
"""The weight of the belief that the packaged probabilities are right as they are (slope 1)."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A conversation: whether its taggers would have called a person, the highest log-odds of its turns, whether a
    finding alone (a plain request, a sensitive matter) calls or offers one, and the log-odds of all of it. `called`: a
    finding alone calls one. Conversations of one `group` (a customer) are fitted on together or not at all."""

    needed: bool
    logit: float
    found: bool
    whole: float
    called: bool = False
    id: str = ""
    group: str = ""


async def hear(
    cases: Sequence[Case], rails: Rails, checks: Checks, progress: Callable[[], None] = lambda: None
) -> list[Heard]:
    """What the checks say of every tagged conversation, by the packaged weights. Cases without a clear tag are left."""
    plain = checks.model_copy(update={"confidence": None})
    heard = []
    for case in cases:
        needed = _needed(case)
        if needed is not None:
            heard.append(_heard(case, needed, await score(_said(case), rails, plain)))
        progress()
    return heard


def _needed(case: Case) -> bool | None:
    return case.expected.escalate if case.expected.escalate is not None else majority(case.tags)


def _said(case: Case) -> list[Said]:
    if case.recorded:
        return [Said(turn.role, turn.text) for turn in case.recorded]
    return [Said("customer", step.say) for step in case.steps if step.say is not None]


def _heard(case: Case, needed: bool, told: Scored) -> Heard:
    turns = [turn for turn in told.turns if turn.role == "customer"]
    doubt = max((turn.sure.needs_person for turn in turns), default=0.0)
    asked = {f.action for turn in turns for f in turn.findings} & {"offer", "handover"}
    return Heard(
        needed, logit(doubt), bool(asked), logit(told.needs_person), "handover" in asked, case.id,
        case.customer_id or "",
    )  # fmt: skip


def calibrate(heard: Sequence[Heard], data_sha256: str, costs: Costs, risk: float) -> Calibration:
    """Fit level and thresholds; the figures are out of fold, conversations of one customer in one fold. Raises
    `Invalid` where there are too few conversations."""
    needed = np.array([h.needed for h in heard], bool)
    if min(needed.sum(), (~needed).sum()) < LEAST:
        raise Invalid(
            f"{LEAST} conversations that needed a person and {LEAST} that did not are needed; there are "
            f"{needed.sum()} and {(~needed).sum()}"
        )
    logits = np.array([h.logit for h in heard])
    slope, level = (round(value, 4) for value in platt(logits, needed))
    folds = _folds(needed, [h.group for h in heard])
    told = _out_of_fold(logits, needed, folds)
    offer_at, handover_at = thresholds(costs)
    bound = _bound(heard, slope, level, risk)
    held = None if bound is None else risk
    offer_at = min(offer_at, handover_at if bound is None else bound)
    found = np.array([h.found for h in heard])
    shares = {"offered": float((found | (told >= offer_at)).mean()), "called": float((told >= handover_at).mean())}
    return Calibration(
        data_sha256=data_sha256,
        weights_sha256=weights_sha256(),
        conversations=len(heard),
        needed=int(needed.sum()),
        slope=slope,
        level=level,
        # Rounded down, so that the bound holds.
        offer_at=math.floor(offer_at * 1e4) / 1e4,
        handover_at=round(handover_at, 4),
        costs=costs,
        risk=risk,
        held=held,
        figures=figures(told, needed) | {name: round(share, 4) for name, share in shares.items()},
        reliability=reliability(told, needed),
        conversation=_scale(np.array([h.whole for h in heard]), needed, folds),
    )


def _scale(logits: np.ndarray, needed: np.ndarray, folds: np.ndarray) -> Scale:
    slope, level = platt(logits, needed)
    told = _out_of_fold(logits, needed, folds)
    return Scale(slope=round(slope, 4), level=round(level, 4), figures=figures(told, needed))


def _bound(heard: Sequence[Heard], slope: float, level: float, risk: float) -> float | None:
    """The bound on the calibrated probability. It is chosen on the packaged log-odds, which know nothing of the tags:
    the curve only rises, so it keeps their order, and the promise is exact however the curve was fitted."""
    plain = [1 / (1 + math.exp(-h.logit)) for h in heard if h.needed and not h.found]
    at = conformal(plain, sum(h.needed for h in heard), risk)
    return at if at is None or at == 1.0 else 1 / (1 + math.exp(-(slope * math.log(at / (1 - at)) + level)))


def platt(logits: np.ndarray, wanted: np.ndarray) -> tuple[float, float]:
    """Slope and level of the logistic over `logits` (Platt 1999), by Newton's method; a weak belief in slope 1."""
    rows = np.column_stack([logits, np.ones(len(logits))])
    prior, pull = np.array([1.0, 0.0]), np.diag([WEAK, 1e-6])
    weights = prior.copy()
    for _ in range(100):
        told = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (told - wanted) + pull @ (weights - prior)
        step = np.linalg.solve(rows.T @ (rows * (told * (1 - told))[:, None]) + pull, slope)
        # Steps are held short: a plain Newton step can jump over where the two kinds hardly overlap.
        weights = weights - step * min(1.0, STRIDE / float(np.abs(step).max() + 1e-12))
        if np.abs(step).max() < 1e-8:
            break
    # Conversations in which doubt speaks against a person would turn the scale over.
    return max(float(weights[0]), 0.01), float(weights[1])


def _folds(wanted: np.ndarray, groups: Sequence[str]) -> np.ndarray:
    """The fold of each conversation: those of one group in one, and each fold with its share of either kind."""
    members: dict[str, list[int]] = {}
    for place, group in enumerate(groups):
        members.setdefault(group or f"#{place}", []).append(place)
    fold = np.zeros(len(wanted), int)
    random = np.random.default_rng(7)
    for kind in (True, False):
        some = [places for places in members.values() if bool(wanted[places].any()) == kind]
        # Large groups first, each into the fold that has least by then: folds are of one size, as far as groups let.
        sizes = np.zeros(FOLDS, int)
        for n in sorted(random.permutation(len(some)), key=lambda n: -len(some[n])):
            least = int(sizes.argmin())
            fold[some[n]] = least
            sizes[least] += len(some[n])
    return fold


def _out_of_fold(logits: np.ndarray, wanted: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """The probabilities, each from a curve fitted without its own fold."""
    told = np.zeros(len(logits))
    for n in np.unique(fold):
        slope, level = platt(logits[fold != n], wanted[fold != n])
        told[fold == n] = 1 / (1 + np.exp(-(slope * logits[fold == n] + level)))
    return told


def thresholds(costs: Costs) -> tuple[float, float]:
    """From which probability on an offer, and a handover, costs least.

    An answer costs `missed` where a person was needed; an offer costs `offer` always, and `missed` where it was needed
    and declined; a handover costs `needless` where it was not needed.
    """
    offer = costs.offer / ((1 - costs.declined) * costs.missed)
    handover = (costs.needless - costs.offer) / (costs.needless + costs.declined * costs.missed)
    straight = costs.needless / (costs.needless + costs.missed)
    # Where an offer never costs least, the choice is between an answer and a handover.
    return (straight, straight) if offer >= handover else (offer, handover)


def conformal(needed: Sequence[float], of: int, risk: float) -> float | None:
    """The highest threshold that keeps the expected share of missed handoffs at most `risk`; None where none does.

    Conformal risk control (Angelopoulos and others 2024, loss 0 or 1): of `of` conversations that needed a person at
    most floor(risk (of + 1)) - 1 may lie below the threshold. `needed` are the probabilities of those that no finding
    alone would have caught.
    """
    spare = math.floor(risk * (of + 1) + 1e-9) - 1
    if spare < 0:
        return None
    ordered = sorted(needed)
    return 1.0 if spare >= len(ordered) else ordered[spare]


def reliability(told: np.ndarray, wanted: np.ndarray) -> tuple[Bin, ...]:
    """By fifteenths of the probability: the mean told, the share seen and how many."""
    place = np.minimum((told * BINS).astype(int), BINS - 1)
    bins = [(told[place == n], wanted[place == n]) for n in range(BINS) if (place == n).any()]
    return tuple(Bin(told=round(float(t.mean()), 4), seen=round(float(w.mean()), 4), n=len(t)) for t, w in bins)


def figures(told: np.ndarray, wanted: np.ndarray) -> dict[str, float]:
    """AUROC, expected calibration error over 15 bins, and Brier skill over telling everybody the base rate."""
    error = sum(abs(b.told - b.seen) * b.n for b in reliability(told, wanted)) / len(told)
    skill = 1 - float(np.mean((told - wanted) ** 2)) / float(wanted.mean() * (1 - wanted.mean()))
    return {
        "auroc": round(auroc(told.tolist(), wanted.tolist()).value or 0.0, 4),
        "ece": round(error, 4),
        "brier_skill": round(skill, 4),
    }
