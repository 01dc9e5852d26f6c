"""The page of a run."""

from collections import Counter
from collections.abc import Iterator, Sequence

from handrail.evals.gates import Judged
from handrail.evals.keeping import Kept
from handrail.evals.page.curves import curves
from handrail.evals.page.drawing import interval
from handrail.evals.page.markup import Html, h, page, table
from handrail.evals.page.talks import case_of
from handrail.evals.printing import cases_of, costs, named, rows
from handrail.evals.report import Report
from handrail.evals.scorers import escalated
from handrail.evals.statistics import Detection, Figure
from handrail.evals.trace import Played
from handrail.evals.verdicts import UNITS, wrong
from handrail.guardrails.calibration import Costs

WORST = 25
"""Conversations that are shown; the JSON has all."""
MISSED = 4.0
"""How much worse a missed handoff is than another score that is wholly wrong."""


def report_page(
    report: Report, kept: Kept | None = None, judged: Sequence[Judged] = (), costs_: Costs | None = None
) -> str:
    """A run as one HTML file."""
    total = cases_of(report)
    title = f"{total} {'case' if total == 1 else 'cases'}, {_engine(report)}"
    return page(
        f"Handrail: {title}",
        _head(title, report, kept),
        gates(judged),
        _summary(report),
        _escalation(report),
        curves(report, costs_ or Costs()),
        _figures(report),
        _slices(report),
        _worst(report),
        _spent(report),
        _method(report),
    )


def _engine(report: Report) -> str:
    return "checks alone, on the lines as recorded" if report.mode == "recorded" else f"engine {report.engine}"


def _head(title: str, report: Report, kept: Kept | None) -> Html:
    about = []
    if kept is not None:
        mark = kept.about.identity
        about = [
            h("p", f"{kept.about.began:%d %B %Y, %H:%M} UTC, Handrail {mark.version}, run {kept.name}", class_="soft"),
            h(
                "details",
                h("summary", "What it is a run of"),
                table("Hashes (SHA-256) of what the figures depend on", ("of", "hash"), [
                    (name, str(getattr(mark, name))[:16])
                    for name in ("data", "settings", "policies", "tools", "code")
                ], numbers=9),
            ),
        ]  # fmt: skip
    if report.taggers:
        more = f" and {len(report.taggers) - 5} more" if len(report.taggers) > 5 else ""
        about.append(
            h("p", f"What should have been was tagged by {', '.join(report.taggers[:5])}{more}.", class_="soft")
        )
    notes = [h("p", text, class_="note") for text in _notes(report)]
    return h("header", h("p", "Handrail", class_="brand"), h("h1", title), *about, *notes)


def _notes(report: Report) -> Iterator[str]:
    if report.broken:
        yield f"{len(report.broken)} could not be run and count as not right: {', '.join(sorted(report.broken)[:20])}"
    if report.left:
        yield f"{report.left} were not begun: the budget was used up."
    if report.split:
        yield f"{report.split} are not scored: those who tagged them are split evenly."


def gates(judged: Sequence[Judged]) -> Html:
    """Every gate, and whether it is passed."""
    if not judged:
        return Html("")
    marks = {True: ("passed", "good"), False: ("missed", "bad"), None: ("not judged", "soft")}
    items = [h("li", h("b", marks[one.passed][0], class_=marks[one.passed][1]), " ", one.told) for one in judged]
    return h("section", h("h2", "Gates"), h("ul", *items, class_="gates"))


def _summary(report: Report) -> Html:
    figures = (
        ("wholly right", report.right),
        ("needed handoffs that were made", report.escalation.recall),
        ("handoffs that were needed", report.escalation.precision),
        ("needed, offers counted", report.offered.recall),
    )
    cards = [
        h("li", h("strong", f"{figure.value:.1%}"), h("span", name), interval(figure), h("small", _range(figure)))
        for name, figure in figures
        if figure.value is not None
    ]
    return h("ul", *cards, class_="cards")


def _range(figure: Figure) -> str:
    ends = "" if figure.low is None or figure.high is None else f"{figure.low:.1%} to {figure.high:.1%}, "
    return f"{ends}of {figure.n}"


def _escalation(report: Report) -> Html:
    if not report.escalation.tp + report.escalation.fn + report.escalation.fp + report.escalation.tn:
        return Html("")
    parts = [_confusion("Was a person called?", report.escalation)]
    if report.offered != report.escalation:
        parts.append(_confusion("… or offered in the last turn?", report.offered))
    reasons = _reasons(report)
    return h("section", h("h2", "Escalation"), h("div", *parts, class_="plots"), reasons)


def _confusion(caption: str, found: Detection) -> Html:
    return table(
        caption,
        ("", "called", "not called"),
        [("needed", str(found.tp), f"{found.fn} missed"), ("not needed", f"{found.fp} needless", str(found.tn))],
    )


def _reasons(report: Report) -> Html:
    """What was expected against what was given, where a person was rightly called. Of several right reasons the one
    that was given counts as expected, else the first."""
    pairs = Counter(
        (got[0] if got[0] in right else right[0], got[0])
        for played in report.played
        if (right := played.case.expected.reasons) and (got := escalated(played.log))
    )
    if not pairs:
        return Html("")
    given = sorted({got for _, got in pairs})
    expected = sorted({wanted for wanted, _ in pairs})
    told = [(wanted, *(str(pairs.get((wanted, got), "")) for got in given)) for wanted in expected]
    return table("Reasons: expected (rows) against given (columns)", ("expected", *given), told)


def _figures(report: Report) -> Html:
    told = [
        (name, _number(figure), _ends(figure), interval(figure) if _is_share(name) else "", str(figure.n))
        for name, figure in rows(report)
        if figure.value is not None
    ]
    unscored = [named(name) for name, figure in report.shares.items() if figure.value is None]
    note = f"Not scored, since no case expects it: {', '.join(unscored)}." if unscored else ""
    heads = ("figure", "value", "95 % interval", "", "of")
    return h("section", h("h2", "Figures"), table("All figures", heads, told), h("p", note, class_="soft"))


def _is_share(name: str) -> bool:
    return name not in {named(measure) for measure in UNITS}


def _number(figure: Figure) -> str:
    return "–" if figure.value is None else f"{figure.value:.3f}"


def _ends(figure: Figure) -> str:
    return "" if figure.low is None else f"{figure.low:.3f} – {figure.high:.3f}"


def _slices(report: Report) -> Html:
    if not report.slices:
        return Html("")
    told = [
        (
            f"{part.by}: {part.value}", str(part.right.n), _number(part.right), _ends(part.right), interval(part.right),
            _number(part.escalation.precision), _number(part.escalation.recall),
        )
        for part in report.slices
    ]  # fmt: skip
    heads = ("slice", "of", "wholly right", "95 % interval", "", "precision", "recall")
    note = "The intervals are single ones: among many slices some lie far off by chance."
    return h("section", h("h2", "Slices"), table("Slices", heads, told), h("p", note, class_="soft"))


def _worst(report: Report) -> Html:
    ranked = sorted(report.failed, key=_badness, reverse=True)
    if not ranked:
        return h("section", h("h2", "Conversations"), h("p", "Every case is right."))
    more = f"The {WORST} worst of {len(ranked)} that are not right." if len(ranked) > WORST else ""
    shown = [case_of(played, open_=place == 0) for place, played in enumerate(ranked[:WORST])]
    return h("section", h("h2", "Worst conversations"), h("p", more, class_="soft"), *shown)


def _badness(played: Played) -> float:
    missed = played.case.expected.escalate and not escalated(played.log)
    return sum(1 - (score.value or 0.0) for score in played.scores if wrong(score)) + MISSED * bool(missed)


def _spent(report: Report) -> Html:
    told = [(name, value) for name, value in costs(report)]
    if not told:
        return Html("")
    return h("section", h("h2", "Cost"), table(f"Over {report.spent.turns} turns", ("what", "value"), told))


def _method(report: Report) -> Html:
    text = (
        "Intervals are at 95 % and over cases: Wilson's for shares, a bootstrap by case (BCa) for means and over "
        "several epochs. A case is wholly right where nothing that was scored is wrong; what was not expected is not "
        "scored, and is not wrong. A script can't take up an offer, so an offer counts as a call only where it says so."
    )
    return h("footer", h("p", text, class_="soft"))
