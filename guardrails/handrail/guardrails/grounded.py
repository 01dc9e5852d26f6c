"""Whether a sentence stands on its evidence: hard facts exactly, the rest by shared words, then by likeness of meaning."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from handrail.guardrails import facts
from handrail.guardrails.claims import Claim, claim, claims, opposed
from handrail.guardrails.facts import Fact, Known
from handrail.guardrails.moments import Dated, days, minutes, weekdays
from handrail.guardrails.text import packaged
from handrail.guardrails.verdict import Evidence

CITED = re.compile(r"\s?\[\d{1,3}(?:,\s?\d{1,3})*\]")
CLAUSE = re.compile(r";|,? but |,? because |,? since | -- | – |,? although |,? whereas |,? however,? |\. ")
SETTLED = 0.62
"""From this share of a sentence's words on, found in one place of the evidence, no embedding is asked."""
LIGHT = frozenset(
    """order book item customer person people team colleague support help check time day date detail number account message question inform
    today tomorrow now soon back available possible ready status see find found look show send giv tak chang updat confirm next first
    last new current here there right follow page website shop store business company contact email phone us way case exact regard relat
    currently already any additional further specific please able""".split()
)
"""Stems that every support desk uses in every other sentence: they weigh less."""


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of evidence that a sentence is held against: one or two sentences of a passage, or a result."""

    ref: str
    text: str
    claim: Claim
    whole: frozenset[str]
    single: bool


@dataclass(frozen=True, slots=True)
class Grounds:
    """How a sentence stands. `share` of its words is in the best window `near`; `missing` facts are nowhere.

    `confirmed` counts the hard facts that are in the evidence. `claims` is false where the sentence states nothing (a greeting, a question). `against`: the best window denies what
    the sentence says, or the other way round.
    """

    claims: bool
    share: float
    against: bool
    missing: tuple[Fact, ...]
    confirmed: int
    near: Window | None
    stems: int

    @property
    def settled(self) -> bool:
        """Whether words alone decide, so that nothing has to be embedded."""
        return not self.claims or self.near is None or self.share >= SETTLED or self.stems < 2 or bool(self.missing)


def bare(sentence: str) -> str:
    """The sentence without citation marks."""
    return CITED.sub("", sentence)


def grounds(sentence: str, evidence: Evidence, zones: tuple[str, ...] = (), allowed: Sequence[str] = ()) -> Grounds:
    """Hold `sentence` against `evidence` by its words and its hard facts. `allowed` are names that need no evidence."""
    text = bare(sentence)
    said = claim(text)
    states = said.kind == "statement" and bool(said.stems)
    windows = _windows(evidence)
    near, share = _nearest(said, windows)
    missing, stated = _missing(text, evidence, zones, allowed)
    return Grounds(
        claims=states,
        share=share,
        against=states and _denied(said, windows),
        missing=tuple(missing),
        confirmed=stated - len(missing),
        near=near,
        stems=len(said.stems),
    )


def support(found: Grounds, likeness: float | None = None) -> float:
    """How well the sentence is supported, 0 to 1: a logistic of the packaged weights. `likeness` is a cosine."""
    if not found.claims:
        return 0.0 if found.missing else 1.0
    weights = packaged("grounding.toml")["exact" if likeness is None else "meaning"]
    z = weights["bias"] + weights["share"] * found.share + weights["against"] * found.against
    z += weights["missing"] * min(len(found.missing), 2) + weights["confirmed"] * min(found.confirmed, 2)
    z += weights.get("likeness", 0.0) * (likeness or 0.0)
    return 1 / (1 + math.exp(-z))


def _windows(evidence: Evidence) -> list[Window]:
    windows: list[Window] = []
    for ref, text in evidence.passages.items():
        windows += _cut(f"passage:{ref}", text)
    for ref, text in evidence.results.items():
        windows += _cut(ref, text)
    for text in evidence.said:
        windows += _cut("said", text)
    return windows


@lru_cache(maxsize=1024)
def _cut(ref: str, text: str) -> tuple[Window, ...]:
    parts = claims(text)
    whole = frozenset[str]().union(*(p.stems for p in parts)) if parts else frozenset()
    single = [Window(ref, p.text, p, whole, not CLAUSE.search(p.text)) for p in parts]
    single += [
        Window(ref, c, claim(c), whole, True) for p in parts if CLAUSE.search(p.text) for c in CLAUSE.split(p.text) if c.strip()
    ]
    pairs = [claim(f"{a.text} {b.text}") for a, b in zip(parts, parts[1:], strict=False)]
    return tuple(single + [Window(ref, p.text, p, whole, False) for p in pairs])


def _nearest(said: Claim, windows: list[Window]) -> tuple[Window | None, float]:
    best: Window | None = None
    top = 0.0
    total = sum(_weight(s) for s in said.stems)
    if not total:
        return None, 0.0
    for window in windows:
        here = sum(_weight(s) for s in said.stems & window.claim.stems) / total
        # A heading or a sentence before may carry the subject: the whole passage counts, but less.
        around = sum(_weight(s) for s in said.stems & window.whole) / total
        share = 0.65 * here + 0.35 * around
        if share > top + 1e-9 or (best is not None and abs(share - top) < 1e-9 and len(window.text) < len(best.text)):
            best, top = window, share
    return best, top


def _weight(stem: str) -> float:
    return 0.35 if stem in LIGHT else 1.0


def _denied(said: Claim, windows: list[Window]) -> bool:
    """Whether the closest single statement of the evidence says the opposite: "can be returned", "cannot be returned"."""
    agrees = denies = 0.0
    about = said.plain if len(said.plain) >= 2 else said.stems
    total = sum(_weight(s) for s in about)
    for window in windows:
        shared = about & window.claim.stems
        if not window.single or window.claim.kind == "question" or window.ref == "said" or len(shared) < min(2, len(about)):
            continue
        share = sum(_weight(s) for s in shared) / total
        if said.negative != window.claim.negative or opposed(said, window.claim):
            denies = max(denies, share)
        else:
            agrees = max(agrees, share)
    return denies >= 0.6 and denies > agrees


def _missing(
    text: str, evidence: Evidence, zones: tuple[str, ...], allowed: Sequence[str]
) -> tuple[list[Fact], int]:
    """The hard facts of `text` that no evidence vouches for, and how many hard facts it has."""
    vouched = [facts.known(t, zones) for t in (*evidence.passages.values(), *evidence.results.values(), *evidence.said)]
    free = {w for name in allowed for w in re.findall(r"[\w'\-]+", name.lower())}
    dated, timed, named_days = days(text), minutes(text), weekdays(text)
    taken = [d.span for d in dated] + [t.span for t in timed]
    lost = [Fact("date", d.day, "", d.span) for d in _unknown_days(dated, vouched)]
    lost += [Fact("date", w, "", s) for w, s in named_days if not any(w in k.weekdays for k in vouched)]
    lost += [Fact("date", t.minute, "", t.span) for t in timed if not any(t.minute in k.minutes for k in vouched)]
    coded = [c for c in facts.codes(text) if not _within(c.span, taken)]
    taken += [c.span for c in coded]
    counted = [n for n in facts.numbers(text) if not _within(n.span, taken)]
    named = [n for n in facts.names(text) if not _within(n.span, taken)]
    lost += [c for c in coded if not any(c.key in k.codes or c.key in k.words for k in vouched)]
    lost += [n for n in counted if not _counted(n, vouched)]
    lost += [n for n in named if not _called(n, vouched, free)]
    stated = len({d.span for d in dated}) + len(timed) + len(named_days) + len(coded) + len(counted) + len(named)
    return lost, stated


def _unknown_days(dated: Sequence[Dated], vouched: list[Known]) -> list[Dated]:
    """Days no evidence names. Of the two readings of `4/5/2026` one is enough."""
    kept = {d.span for d in dated if any(d.day.same(k) for v in vouched for k in v.days)}
    first: dict[tuple[int, int], Dated] = {}
    for d in dated:
        if d.span not in kept:
            first.setdefault(d.span, d)
    return list(first.values())


def _within(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    return any(a < span[1] and span[0] < b for a, b in taken)


def _counted(number: Fact, vouched: list[Known]) -> bool:
    value = float(str(number.key))
    if not number.unit:
        return value <= 2 or any(value in k.values for k in vouched)
    for k in vouched:
        same = (unit for v, unit in k.numbers if abs(v - value) < 0.005)
        if any(unit == number.unit or not unit or {unit, number.unit} <= {"pound", "money", "kg"} for unit in same):
            return True
    return False


def _called(name: Fact, vouched: list[Known], free: set[str]) -> bool:
    return all(part in free or any(part in k.words for k in vouched) for part in name.key)
