"""The curves of a report: over the highest probability that a conversation's turns told."""

from collections.abc import Sequence

from handrail.conversation.events import TurnEnded
from handrail.evals.curves import Choice, auroc, average_precision, cheapest, choices, reliability
from handrail.evals.page.drawing import Plot
from handrail.evals.page.markup import Html, h
from handrail.evals.report import Report
from handrail.evals.scorers import escalated, of_kind
from handrail.evals.statistics import Figure
from handrail.evals.trace import Played
from handrail.guardrails.calibration import Costs


def told(played: Played) -> float | None:
    """The highest probability that a person is needed, over the turns; None where none was told."""
    sure = [end.confidence.needs_person for end in of_kind(played.log, TurnEnded) if end.confidence]
    return max(sure, default=None)


def _plainly(played: Played) -> bool:
    """Whether a person was called by something else than the probability."""
    decided = any(end.confidence and end.confidence.decision == "handover" for end in of_kind(played.log, TurnEnded))
    return bool(escalated(played.log)) and not decided


def curves(report: Report, costs: Costs) -> Html:
    """Precision over recall, reliability, costs over thresholds, and pass^k; what can't be told is left out."""
    tagged = [p for p in report.played if p.epoch == 0 and p.case.expected.escalate is not None]
    should = [bool(played.case.expected.escalate) for played in tagged]
    sure = [told(played) for played in tagged]
    drawn = []
    if any(should) and not all(should) and any(probability is not None for probability in sure):
        reached = [1.0 if _plainly(played) else told(played) or 0.0 for played in tagged]
        curve = choices(reached, should)
        there = [(p, s) for p, s in zip(sure, should, strict=True) if p is not None]
        drawn = [_precision(curve, auroc(reached, should)), _reliability([p for p, _ in there], [s for _, s in there])]
        drawn.append(_costs(curve, costs))
    if report.passing:
        drawn.append(_passing(report.passing))
    if not drawn:
        return Html("")
    note = (
        "A conversation counts by the highest probability, over its turns, that a person is needed. Where a plain "
        "request or a sensitive matter called one, at whatever probability, it counts as 1; reliability is of what was "
        "told alone."
    )
    return h("section", h("h2", "Curves"), h("p", note, class_="soft"), h("div", *drawn, class_="plots"))


def _precision(curve: Sequence[Choice], ranked: Figure) -> Html:
    plot = Plot("Precision over recall", "recall", "precision")
    plot.line([(c.recall or 0.0, c.precision) for c in curve if c.precision is not None])
    words = f"average precision {average_precision(curve) or 0:.3f}"
    if ranked.value is not None:
        words += f", AUROC {ranked.value:.3f}"
        words += f" ({ranked.low:.3f} to {ranked.high:.3f})" if ranked.low is not None else ""
    share = curve[0].missed / max(1, curve[0].missed + curve[0].rest)
    return plot.line([(0, share), (1, share)], "b").draw(f"{words}; the dashed line is chance, {share:.3f}.")


def _reliability(probabilities: Sequence[float], should: Sequence[bool]) -> Html:
    plot = Plot("Reliability", "probability told", "share that needed a person").line([(0, 0), (1, 1)], "b")
    steps = reliability(probabilities, should)
    for step in steps:
        seen = step.seen
        label = f"told {step.told:.2f}, seen {seen.value or 0:.2f}, {seen.n} conversations"
        plot.mark(step.told, seen.value or 0.0, label, low=seen.low, high=seen.high)
    off = sum(abs(step.told - (step.seen.value or 0.0)) * step.seen.n for step in steps) / len(probabilities)
    return plot.draw(f"off by {off:.3f} in the mean, over {len(steps)} steps; on the dashed line it would be right.")


def _costs(curve: Sequence[Choice], costs: Costs) -> Html:
    all_ = [choice for choice in curve if choice.threshold <= 1]
    best = cheapest(curve, costs.missed, costs.needless)
    top = max(choice.cost(costs.missed, costs.needless) for choice in curve)
    plot = Plot("Cost of mistakes", "a person is called from this probability on", "cost a conversation", top=top)
    plot.line([(choice.threshold, choice.cost(costs.missed, costs.needless)) for choice in all_])
    at = "never" if best.threshold > 1 else f"from {best.threshold:.2f} on"
    cost = best.cost(costs.missed, costs.needless)
    plot.mark(min(best.threshold, 1.0), cost, f"least: {cost:.3f}")
    return plot.draw(
        f"a missed handoff at {costs.missed:g}, a needless one at {costs.needless:g}: least, {cost:.3f}, where one is "
        f"called {at} ({best.missed} missed, {best.needless} needless)."
    )


def _passing(passing: dict[int, Figure]) -> Html:
    plot = Plot("pass^k", "k, of the epochs", "wholly right in all k")
    most = max(passing)
    plot.line([(k / most, figure.value or 0.0) for k, figure in passing.items()])
    for k, figure in passing.items():
        plot.mark(k / most, figure.value or 0.0, f"k = {k}: {figure.value or 0:.3f}", low=figure.low, high=figure.high)
    return plot.draw(", ".join(f"k = {k}: {figure.value or 0:.3f}" for k, figure in passing.items()) + ".")
