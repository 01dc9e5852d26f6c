"""A run or a comparison as Markdown, for a pull request. What customers wrote is shown as text, whatever it holds."""

import html
import re
from collections.abc import Iterator, Sequence

from handrail.evals.compare import Change, Comparison, Flip
from handrail.evals.gates import Judged
from handrail.evals.printing import cases_of, named, rows
from handrail.evals.report import Report
from handrail.evals.statistics import Figure
from handrail.evals.story import Line, story

SHOWN = 20
"""Cases that are told with their conversations; of the others, the ids."""
MARKS = re.compile(r"([\\`*_{}\[\]()#+!|~@:-])")


def of_report(report: Report, judged: Sequence[Judged] = ()) -> str:
    """The figures, the gates, and the cases that are not right."""
    total = cases_of(report)
    lines = [f"### {total} {'case' if total == 1 else 'cases'}, {plain(report.engine)}", "", *_gates(judged)]
    lines += ["| figure | value | 95 % interval | of |", "|---|---|---|---|"]
    lines += [
        f"| {plain(name)} | {_told(figure)} | {figure.n} |" for name, figure in rows(report) if figure.value is not None
    ]
    wrong = dict.fromkeys(played.case.id for played in report.failed)
    if wrong:
        lines += ["", f"Not right: {', '.join(plain(case_id) for case_id in wrong)}"]
    if report.broken:
        lines += ["", f"Could not be run: {', '.join(plain(case_id) for case_id in sorted(report.broken))}"]
    return "\n".join(lines) + "\n"


def of_comparison(told: Comparison, judged: Sequence[Judged] = ()) -> str:
    """What changed, and each case that flipped with both of its conversations."""
    lines = [f"### {_verdict(told)}", "", *_gates(judged)]
    lines += [
        f"{told.common} cases in both, of {plain(told.before)} and {plain(told.after)}; "
        + (f"what differs: {', '.join(told.differs)}" if told.differs else "nothing differs but chance"),
        "",
        "| figure | before | after | difference | p |",
        "|---|---|---|---|---|",
        *(_row(change) for change in told.changes),
        "",
        f"p: the first figure by itself, the other {len(told.changes) - 1} side by side (Holm). Intervals at 95 %.",
    ]
    for name, better in (("Wrong now", False), ("Right now", True)):
        flips = [flip for flip in told.flips if flip.better is better]
        if flips:
            lines += ["", f"#### {name}: {len(flips)}", *_flips(flips)]
    return "\n".join(lines) + "\n"


def _verdict(told: Comparison) -> str:
    if told.regressions:
        return f"Regression beyond noise: {', '.join(plain(named(change.name)) for change in told.regressions)}"
    flips = sum(not flip.better for flip in told.flips)
    return f"No regression beyond noise ({flips} {'case' if flips == 1 else 'cases'} wrong now)"


def _gates(judged: Sequence[Judged]) -> Iterator[str]:
    marks = {True: "✅", False: "❌", None: "⏸"}
    for one in judged:
        yield f"- {marks[one.passed]} {plain(one.told)}"
    if judged:
        yield ""


def _row(change: Change) -> str:
    mark = "" if not change.significant else " **worse**" if change.worse else " **better**"
    p = "" if change.adjusted is None else f"{change.adjusted:.3f}"
    before, after = (f"{f.value:.3f}" for f in (change.before, change.after))
    return f"| {plain(named(change.name))}{mark} | {before} | {after} | {_told(change.difference, joined=True)} | {p} |"


def _told(figure: Figure, *, joined: bool = False) -> str:
    interval = "" if figure.low is None else f"{figure.low:.3f} – {figure.high:.3f}"
    return f"{figure.value:+.3f} ({interval})" if joined else f"{figure.value:.3f} | {interval}"


def _flips(flips: Sequence[Flip]) -> Iterator[str]:
    for flip in flips[:SHOWN]:
        yield "<details><summary>" + html.escape(f"{flip.after.case.id}: {'; '.join(flip.why)}") + "</summary>"
        yield "<table><tr><th>before</th><th>after</th></tr><tr>"
        yield from (f"<td>{_story(story(played.log))}</td>" for played in (flip.before, flip.after))
        yield "</tr></table></details>"
    if len(flips) > SHOWN:
        yield f"and {', '.join(plain(flip.after.case.id) for flip in flips[SHOWN:])}"


def _story(lines: Sequence[Line]) -> str:
    # In one line: an empty line would end the HTML and begin Markdown.
    told = (f"<b>{html.escape(who)}</b> {_flat(text)}" if who else f"<i>{_flat(text)}</i>" for who, text in lines)
    return "<br>".join(told)


def _flat(text: str) -> str:
    return html.escape(" ".join(text.split())).replace("@", "@\u200b")


def plain(text: str) -> str:
    """Text that Markdown shows as it stands, on one line, and that mentions nobody."""
    return MARKS.sub(r"\\\1", html.escape(" ".join(text.split()), quote=False)).replace("@", "@\u200b")
