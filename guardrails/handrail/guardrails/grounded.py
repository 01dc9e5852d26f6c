"""Whether a sentence stands on its evidence: by shared words, then by likeness of meaning; and whether it is denied."""

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from handrail.guardrails.claims import Claim, claim, claims, opposed
from handrail.guardrails.text import even, packaged
from handrail.guardrails.verdict import Evidence
from handrail.guardrails.vouched import Missing, vouch

CITED = re.compile(r"\s?\[\d{1,3}(?:,\s?\d{1,3})*\]")
CLAUSE = re.compile(r";|(?<!\"): |,? but |,? because |,? since | -- | – |,? although |,? whereas |,? however,? |\. ")
DENIED = 0.6
"""From this share of words on, a statement that differs in polarity says the opposite."""
AROUND = 0.35
"""How much words count that stand elsewhere in the same passage: a heading may carry the subject."""
EVERYWHERE = 0.35
"""How much words count that every support desk uses."""
SAID = "said"
KEYED = re.compile(r'"[^"]*":')
PHRASE = 4
"""Words from which on a value of a record, or a clause, may be a statement of its own."""


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of evidence that a sentence is held against. `whole` are all stems of its text, `single` says that it is
    one clause, so that its polarity means something."""

    ref: str
    text: str
    claim: Claim
    whole: frozenset[str]
    single: bool


@dataclass(frozen=True, slots=True)
class Grounds:
    """How a sentence stands. `share` of its words is in the best window `near`; `missing` hard facts are nowhere, and
    `confirmed` counts those that are somewhere.

    `claims` is false where the sentence states nothing (a greeting, a question). `against`: the closest statement of
    the evidence says the opposite.
    """

    claims: bool
    share: float
    against: bool
    missing: tuple[Missing, ...]
    confirmed: int
    near: Window | None
    stems: int
    quoted: bool = False
    """Whether it stands in the evidence word for word."""


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
    verbatim = quoted(text, evidence)
    missing, stated = vouch(text, evidence, zones, allowed)
    return Grounds(
        claims=states,
        share=1.0 if verbatim else share,
        against=states and not verbatim and _contradicted(said, windows, evidence),
        missing=missing,
        confirmed=stated - len(missing),
        near=near,
        stems=len(said.stems),
        quoted=verbatim,
    )


def _windows(evidence: Evidence) -> list[Window]:
    windows: list[Window] = []
    for ref, text in evidence.passages.items():
        windows += _cut(f"passage:{ref}", text)
    for ref, text in evidence.results.items():
        windows += _cut(ref, text)
    for text in evidence.said:
        windows += _cut(SAID, text)
    return windows


@lru_cache(maxsize=1024)
def _cut(ref: str, text: str) -> tuple[Window, ...]:
    parts = claims(text)
    whole = frozenset[str]().union(*(p.stems for p in parts)) if parts else frozenset()
    clauses = {p.text: [c for c in CLAUSE.split(p.text) if c.strip()] for p in parts}
    windows = [Window(ref, p.text, p, whole, len(clauses[p.text]) < 2 and _spoken(p.text)) for p in parts]
    windows += [Window(ref, c, claim(c), whole, _spoken(c)) for cs in clauses.values() if len(cs) > 1 for c in cs]
    windows += [Window(ref, told, claim(told), whole, True) for told in _told(text)]
    pairs = (claim(f"{a.text} {b.text}") for a, b in itertools.pairwise(parts))
    return (*windows, *(Window(ref, p.text, p, whole, False) for p in pairs))


def _spoken(text: str) -> bool:
    """Whether it is a sentence: a record's fields beside each other (`"gift": "no"`) deny nothing of one another."""
    return not KEYED.search(text)


def _told(text: str) -> list[str]:
    """The sentences that stand as values in a JSON text."""
    if not KEYED.search(text):
        return []
    try:
        return [value for value in _values(json.loads(text)) if value.count(" ") >= PHRASE - 1]
    except ValueError:
        return []


def _values(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _values(part)


def _nearest(said: Claim, windows: list[Window]) -> tuple[Window | None, float]:
    best: Window | None = None
    top = 0.0
    total = _weigh(said.stems)
    if not total:
        return None, 0.0
    for window in windows:
        if said.stems.isdisjoint(window.whole):
            continue
        here = _weigh(said.stems & window.claim.stems) / total
        around = _weigh(said.stems & window.whole) / total
        share = (1 - AROUND) * here + AROUND * around
        if share > top + 1e-9 or (best and abs(share - top) < 1e-9 and len(window.text) < len(best.text)):
            best, top = window, share
    return best, top


@cache
def _light() -> frozenset[str]:
    return frozenset(packaged("claims.toml")["light"].split())


def _weigh(stems: frozenset[str]) -> float:
    return len(stems) - (1 - EVERYWHERE) * len(stems & _light())


def quoted(text: str, evidence: Evidence) -> bool:
    """Whether the sentence stands in the evidence word for word: then nothing beside it can deny it."""
    words = _spaced(text).strip(" -•*.;:!?")
    return bool(words) and any(
        words in _spaced(source) for source in (*evidence.passages.values(), *evidence.results.values())
    )


@lru_cache(maxsize=512)
def _spaced(text: str) -> str:
    return " ".join(even(text).lower().split())


def _contradicted(said: Claim, windows: list[Window], evidence: Evidence) -> bool:
    """Whether the evidence says the opposite of the sentence, or of one of its clauses that it doesn't say itself."""
    clauses = [c for c in CLAUSE.split(said.text) if c.strip()]
    return any(_denied(claim(c), windows) for c in clauses if len(c.split()) < PHRASE or not quoted(c, evidence))


def _denied(said: Claim, windows: list[Window]) -> bool:
    """Whether the closest single statement of the evidence says the opposite ("can be", "cannot be")."""
    agrees = denies = 0.0
    about = said.plain if len(said.plain) >= 2 else said.stems
    if not about:
        return False
    total = _weigh(about)
    for window in windows:
        shared = about & window.claim.stems
        if not window.single or window.claim.kind == "question" or window.ref == SAID:
            continue
        if len(shared) < min(2, len(about)):
            continue
        share = _weigh(shared) / total
        if said.negative != window.claim.negative or opposed(said, window.claim):
            denies = max(denies, share)
        else:
            agrees = max(agrees, share)
    return denies >= DENIED and denies > agrees
