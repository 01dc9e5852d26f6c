"""What is measured of a text and its evidence, each a plain number."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from handrail.guardrails.claims import Claim, claim, claims, pieces
from handrail.guardrails.grounded import CLAUSE, Grounds, Window, bare, grounds
from handrail.guardrails.grounding.entry import Entry, entry, sources, weigh
from handrail.guardrails.quantities import quantities
from handrail.guardrails.verdict import Evidence
from handrail.guardrails.vouched import Missing

YES = re.compile(r"^\W*(?:yes|yep|yeah|sure|certainly|absolutely|of course)\b", re.IGNORECASE)
NO = re.compile(
    r"^\W*(?:(?:i'm |we're )?(?:very |so )?sorry|unfortunately|i apologi[sz]e|i'm afraid)?\W*(?:but )?"
    r"(?:no|nope|unfortunately|sorry)\b",
    re.IGNORECASE,
)
ONLY = re.compile(r"\bonly\b", re.IGNORECASE)
PART = re.compile(rf"{CLAUSE.pattern}|, (?!(?:[\w'-]+ ){{0,2}}(?:and|or)\b)")
"""Where a sentence may turn from yes to no: between clauses, but not in a list."""
MOST = 12.0
"""From this weight on, words that are in no source count no more."""
UNASKED = 0.5
"""The share of the question's words where no question is known."""

MEASURES = (
    "new", "rarest", "asked", "least", "size", "alike",
    "denials", "denies", "both_deny", "turned", "against", "yes",
    "no_number", "no_name", "not_named", "confirmed", "unsaid", "same_numbers", "conditions", "only",
    "sweeping", "let_go",
)  # fmt: skip
MEANING = "meaning"
"""The cosine of the text and the part of the evidence that it is held against: measured where an embedder is asked."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A text held against its evidence: each of its sentences with its place, the measures by name (none where the
    text states nothing, or nothing is there to hold it against), and the two texts whose likeness is the measure
    `meaning`. Places count in the text without citation marks."""

    grounds: tuple[tuple[int, Grounds], ...]
    values: dict[str, float]
    pair: tuple[str, str] | None

    @property
    def states(self) -> bool:
        """Whether anything is claimed."""
        return any(g.claims for _, g in self.grounds)

    @property
    def missing(self) -> tuple[Missing, ...]:
        """The hard facts that are in no source, with their places in the text."""
        return tuple(
            replace(m, span=(at + m.span[0], at + m.span[1])) for at, found in self.grounds for m in found.missing
        )

    @property
    def near(self) -> Window | None:
        """The place in the evidence nearest to the sentence that stands worst."""
        stated = [g for _, g in self.grounds if g.claims] or [g for _, g in self.grounds]
        return min(stated, key=lambda g: (not g.against, g.share)).near if stated else None

    @property
    def against(self) -> bool:
        """Whether the evidence says the opposite of a sentence."""
        return any(g.against for _, g in self.grounds)


def stand(
    text: str, evidence: Evidence, zones: tuple[str, ...] = (), allowed: Sequence[str] = (), question: str = ""
) -> Stand:
    """Measure a sentence or a whole answer by its words and hard facts."""
    text = bare(text)
    placed = tuple((a, grounds(text[a:b], evidence, zones, allowed)) for a, b in pieces(text))
    stated = [c for c in claims(text) if c.kind == "statement" and c.stems]
    found = [g for _, g in placed if g.claims]
    among = sources(evidence)
    near = entry(stated, among, question) if stated else None
    if near is None:
        return Stand(placed, {}, None)
    known = frozenset().union(*(s.stems for s in among))
    values = _words(stated, near, known) | _polarity(text, stated, near, found) | _facts(stated, near, found)
    return Stand(placed, values, (" ".join(c.text.strip() for c in stated), near.text))


def _words(stated: Sequence[Claim], near: Entry, known: frozenset[str]) -> dict[str, float]:
    """`new` and `rarest`: words that are in no source; `asked` and `least`: the share of the question, and of the least
    told statement of the entry, that is in the text."""
    said = _stems(stated)
    told = _stems(near.nearest)
    joined = " ".join(c.text.strip() for c in stated).lower()
    new = said - known
    return {
        "new": min(weigh(new), MOST),
        "rarest": max((weigh([s]) for s in new), default=0.0),
        "asked": _share(near.asked.stems, said) if near.asked else UNASKED,
        # A record holds more than a sentence tells: nothing of it is left unsaid.
        "least": _share(said, told) if near.record else min(_share(c.stems, said) for c in near.statements),
        "size": math.log1p(len(said if near.record else told)),
        "alike": fuzz.token_set_ratio(joined, " ".join(near.pairs).lower()) / 100,
    }


def _stems(stated: Iterable[Claim]) -> frozenset[str]:
    return frozenset().union(*(c.stems for c in stated))


def _share(of: frozenset[str], there: frozenset[str]) -> float:
    return weigh(of & there) / (weigh(of) or 1.0)


def _polarity(text: str, stated: Sequence[Claim], near: Entry, found: Sequence[Grounds]) -> dict[str, float]:
    """`denials`: how many statements more deny than in the entry; `turned`: the weight of the rarest word that is
    denied on one side only. What stands in the evidence word for word turns nothing."""
    denies, denied = [c.negative for c in stated], [c.negative for c in near.nearest]
    quoted = all(g.quoted for g in found)
    more = sum(denies) - sum(c.negative for c in near.statements)
    no = any(denied) or any(NO.match(c.text) for c in near.statements)
    return {
        "denials": 0.0 if quoted else float(max(-2, min(2, more))),
        "denies": float(any(denies)),
        "both_deny": float(any(denies) and any(denied)),
        "turned": 0.0 if quoted else _turned(stated, near.statements),
        "against": float(any(g.against for g in found)),
        "yes": float(bool(YES.match(text)) and not no),
    }


def _turned(stated: Iterable[Claim], told: Iterable[Claim]) -> float:
    here, there = _sides(stated), _sides(told)
    return max((weigh([stem]) for stem in here.keys() & there.keys() if not here[stem] & there[stem]), default=0.0)


def _sides(stated: Iterable[Claim]) -> dict[str, set[bool]]:
    """Whether each word stands in clauses that deny, in such as do not, or in both."""
    sides: dict[str, set[bool]] = {}
    for said in stated:
        for part in PART.split(said.text):
            if part.strip():
                clause = claim(part)
                for stem in clause.stems:
                    sides.setdefault(stem, set()).add(clause.negative)
    return sides


def _facts(stated: Sequence[Claim], near: Entry, found: Sequence[Grounds]) -> dict[str, float]:
    """`no_number` counts numbers, dates and codes that are in no source, `no_name` such names, `not_named` those in
    statements that deny something of them, `confirmed` all hard facts that are in a source, `unsaid` the numbers of the
    nearest statements that the text leaves out, `sweeping` words that leave no exception and stand in no source, and
    `let_go` whether the nearest statements make conditions and the text makes none."""
    missing = [m.kind for g in found for m in g.missing]
    refused = sum(m.kind == "name" for g, c in zip(found, stated, strict=True) if c.negative for m in g.missing)
    said, told = _numbers(stated), _numbers(near.nearest)
    conditions = frozenset().union(*(c.conditions for c in near.nearest))
    told_sweeping = frozenset().union(*(c.sweeping for c in near.statements))
    sweeping = frozenset().union(*(c.sweeping for c in stated)) - told_sweeping
    own = frozenset().union(*(c.conditions for c in stated))
    return {
        "no_number": float(min(sum(kind != "name" for kind in missing), 3)),
        "no_name": float(min(missing.count("name") - refused, 2)),
        "not_named": float(min(refused, 2)),
        "confirmed": float(min(sum(g.confirmed for g in found), 4)),
        "unsaid": 0.0 if near.record else float(min(len(told - said), 3)),
        "same_numbers": float(min(len(told & said), 4)),
        "conditions": float(min(len(own - conditions), 2)),
        "only": float(_only(stated)) - float(_only(near.nearest)),
        "sweeping": float(min(len(sweeping), 2)),
        "let_go": 0.0 if near.record else float(bool(conditions) and not own),
    }


def _numbers(stated: Iterable[Claim]) -> set[float]:
    return {q.value for c in stated for q in quantities(c.text)}


def _only(stated: Iterable[Claim]) -> bool:
    return any(ONLY.search(c.text) for c in stated)
