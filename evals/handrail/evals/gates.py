"""Gates: what a run must come to, written as people say it: `escalation.recall >= 0.95`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handrail.conversation.errors import SettingsError
from handrail.evals.compare import Comparison
from handrail.evals.report import Report
from handrail.evals.statistics import Detection, Figure
from handrail.evals.verdicts import MEASURES, SHARES

REGRESSION = "no regression beyond noise"
FORM = re.compile(r"(?P<figure>\S+)\s*(?P<sign><=|>=|<|>)\s*(?P<limit>-?\d+(\.\d+)?)")
SIGNS = {"<=": float.__le__, ">=": float.__ge__, "<": float.__lt__, ">": float.__gt__}
ENDS = ("low", "high")


@dataclass(frozen=True, slots=True)
class Gate:
    """`text` as it was written. Without a `figure` it is the gate against regressions. `end` is "low" or "high" where
    the end of the 95 % interval must pass, not the figure itself."""

    text: str
    figure: str = ""
    end: str = ""
    sign: str = ">="
    limit: float = 0.0


def gate(text: str) -> Gate:
    """Read a gate. Raises `SettingsError` that says how one is written."""
    plain = " ".join(text.split())
    if plain.casefold() == REGRESSION:
        return Gate(plain)
    found = FORM.fullmatch(plain)
    name, _, end = found["figure"].rpartition(".") if found else ("", "", "")
    if found is not None and end not in ENDS:
        name, end = found["figure"], ""
    if found is None or not _known(name):
        raise SettingsError(
            f"{text!r} is no gate: write `figure >= number` or `{REGRESSION}`; figures are right, "
            "escalation.precision, escalation.recall, escalation.f1, the same of offered, pass^k, "
            f"{', '.join(SHARES[1:])} and "
            f"{', '.join(MEASURES)}, of a slice as in channel=email:escalation.recall; `.low` or `.high` after one is "
            "the end of its interval"
        )
    return Gate(plain, name, end, found["sign"], float(found["limit"]))


@dataclass(frozen=True, slots=True)
class Judged:
    """A gate and whether it is passed; None where there is no run to compare with. `told` says why."""

    gate: Gate
    passed: bool | None
    told: str


def judge(gates: Sequence[Gate], report: Report, against: Comparison | None = None) -> list[Judged]:
    """Hold a report to its gates. A figure that can't be told passes none."""
    return [_judge(one, report, against) for one in gates]


def _judge(one: Gate, report: Report, against: Comparison | None) -> Judged:
    if not one.figure:
        return _regression(one, against)
    figure = figure_of(report, one.figure)
    value = None if figure is None else {"low": figure.low, "high": figure.high}.get(one.end, figure.value)
    if value is None:
        return Judged(one, False, f"{one.text}: it can't be told from these cases")
    # Figures are shares of counts: what is equal but for the last bit is equal.
    passed = SIGNS[one.sign](round(value, 12), one.limit)
    return Judged(one, passed, f"{one.text}: it is {value:.3f}")


def _regression(one: Gate, against: Comparison | None) -> Judged:
    if against is None:
        return Judged(one, None, f"{one.text}: not judged, since there is no run to compare with")
    worse = against.regressions
    if not worse:
        return Judged(one, True, f"{one.text}: none")
    told = "; ".join(f"{c.name} {c.before.value:.3f} → {c.after.value:.3f} (p {c.adjusted or 0:.2g})" for c in worse)
    flips = [flip.after.case.id for flip in against.flips if not flip.better]
    more = f" and {len(flips) - 10} more" if len(flips) > 10 else ""
    return Judged(one, False, f"{one.text}: {told}; now wrong: {', '.join(flips[:10])}{more}")


def figure_of(report: Report, name: str) -> Figure | None:
    """A figure of a report by the name that gates use; None where there is none such."""
    part, _, rest = name.rpartition(":")
    if part:
        by, _, value = part.partition("=")
        there = next((s for s in report.slices if (s.by, s.value) == (by, value)), None)
        return None if there is None else dict(_detection("escalation", there.escalation), right=there.right).get(rest)
    return dict(_figures(report)).get(name)


def _figures(report: Report) -> Iterator[tuple[str, Figure]]:
    yield "right", report.right
    yield from _detection("escalation", report.escalation)
    yield from _detection("offered", report.offered)
    yield from report.shares.items()
    yield from report.measures.items()
    yield from ((f"pass^{k}", figure) for k, figure in report.passing.items())


def _detection(name: str, found: Detection) -> Iterator[tuple[str, Figure]]:
    yield f"{name}.precision", found.precision
    yield f"{name}.recall", found.recall
    yield f"{name}.f1", found.f1


def _known(name: str) -> bool:
    part, _, rest = name.rpartition(":")
    detections = {f"{of}.{what}" for of in ("escalation", "offered") for what in ("precision", "recall", "f1")}
    if part:
        return "=" in part and (rest == "right" or (rest.startswith("escalation.") and rest in detections))
    return name in {"right", *detections, *SHARES, *MEASURES} or re.fullmatch(r"pass\^[1-9]\d*", name) is not None
