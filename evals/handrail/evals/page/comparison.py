"""The page of a comparison: what changed, and the cases that flipped, both conversations side by side."""

from collections.abc import Sequence

from handrail.evals.compare import Change, Comparison, Flip
from handrail.evals.gates import Judged
from handrail.evals.page.markup import Html, h, page, table
from handrail.evals.page.report import gates
from handrail.evals.page.talks import talk
from handrail.evals.printing import named

SHOWN = 50


def comparison_page(told: Comparison, judged: Sequence[Judged] = ()) -> str:
    """Two runs as one HTML file."""
    worse = ", ".join(named(change.name) for change in told.regressions)
    title = f"Regression beyond noise: {worse}" if worse else "No regression beyond noise"
    what = f"They differ in {', '.join(told.differs)}." if told.differs else "Nothing differs but chance."
    heads = ("figure", "before", "after", "difference", "95 % interval", "p", "")
    tests = (
        f"p of the first figure is by itself, of the other {max(0, len(told.changes) - 1)} side by side (Holm); "
        "McNemar's exact test for shares, permutation for means. Intervals of the difference are a paired bootstrap."
    )
    return page(
        f"Handrail: {told.before} and {told.after}",
        h(
            "header",
            h("p", "Handrail", class_="brand"),
            h("h1", title),
            h("p", f"{told.before} → {told.after}, {told.common} cases in both. {what}", class_="soft"),
        ),
        gates(judged),
        h(
            "section",
            h("h2", "What changed"),
            table("Before and after", heads, [_row(change) for change in told.changes]),
            h("p", tests, class_="soft"),
        ),
        *(_flips(name, [flip for flip in told.flips if flip.better is better]) for name, better in SIDES),
    )


SIDES = (("Wrong now", False), ("Right now", True))


def _row(change: Change) -> tuple[str, ...]:
    figure = change.difference
    mark = h("b", "worse", class_="bad") if change.worse else h("b", "better", class_="good")
    return (
        named(change.name), f"{change.before.value:.3f}", f"{change.after.value:.3f}", f"{figure.value:+.3f}",
        "" if figure.low is None else f"{figure.low:+.3f} – {figure.high:+.3f}",
        "" if change.adjusted is None else f"{change.adjusted:.3f}", mark if change.significant else "",
    )  # fmt: skip


def _flips(name: str, flips: Sequence[Flip]) -> Html:
    if not flips:
        return Html("")
    more = (
        f"{len(flips) - SHOWN} more: {', '.join(f.after.case.id for f in flips[SHOWN:])}" if len(flips) > SHOWN else ""
    )
    return h(
        "section",
        h("h2", f"{name}: {len(flips)}"),
        *(_flip(flip, open_=place == 0) for place, flip in enumerate(flips[:SHOWN])),
        h("p", more, class_="soft"),
    )


def _flip(flip: Flip, *, open_: bool) -> Html:
    sides = [
        h("div", h("h3", side), talk(played.log)) for side, played in (("before", flip.before), ("after", flip.after))
    ]
    return h(
        "details",
        h("summary", h("b", flip.after.case.id), " ", flip.after.case.purpose),
        h("ul", *(h("li", why) for why in flip.why), class_="why"),
        h("div", *sides, class_="sides"),
        open=open_,
    )
