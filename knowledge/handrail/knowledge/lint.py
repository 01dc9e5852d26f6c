"""What is wrong with policies that all read well: passages that say the same twice, sentences on one matter with other
numbers, and what points at things or days that are past.

It goes by words and numbers, over the passages in force today that lie near each other in meaning; so it finds what a
careful reader would stumble on, and misses contradictions that need thought ("free" against a fee).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from handrail.conversation.audience import EVERYBODY, STAFF

from .markdown import SENTENCE, plain
from .measures import Measure, dates, measures
from .passages import Passage, Policy
from .stems import terms

Kind = Literal["overlap", "numbers", "reference", "audience", "expired", "ended"]
NEAR, NEIGHBOURS = 0.5, 10
"""Passages are compared with so many neighbours, if their cosine is so high."""
SAME = 0.8
"""The part of all their words that two passages share which say the same."""
ONE_MATTER, LEAST_SHARED = 0.4, 2
"""The part of their words, and how many, that two sentences on one matter share beside their numbers. One of them also
says nothing that the other does not: "standard delivery" and "express delivery" are two matters."""
BLOCK = 1024
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)")
SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|#|/)", re.IGNORECASE)
LASTING = re.compile(
    r"\b(?:until|till|through|up to|before|by|ends?|ending|expires?|valid to|no later than)\b[^.;]{0,20}$"
)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at in `passage` (a policy's id where it is about a whole policy), in a line for people."""

    kind: Kind
    passage: str
    text: str


def lint(
    passages: Sequence[Passage], vectors: NDArray[np.float32], policies: Sequence[Policy], today: date
) -> list[Remark]:
    """Return what is remarkable about the policies in force today; `vectors` has a normalised row a passage."""
    held = [number for number, passage in enumerate(passages) if passage.policy.in_force(today)]
    current = [passages[number] for number in held]
    found = list(_ended(policies, today))
    for passage in current:
        found.extend(_references(passage, policies, today))
        found.extend(_expired(passage, today))
    sentences = [list(_sentences(passage)) for passage in current]
    for first, second in _neighbours(vectors[held]):
        # What holds for one branch or product, or for some customers, is no contradiction of what holds for others.
        one, other = current[first].policy, current[second].policy
        if set(one.entities) == set(other.entities) and one.audience == other.audience:
            found.extend(_compared(current[first], current[second], sentences[first], sentences[second]))
    return sorted(found, key=lambda remark: (remark.passage, remark.kind, remark.text))


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    terms: frozenset[str]
    measures: tuple[Measure, ...]


def _sentences(passage: Passage) -> Iterator[_Sentence]:
    about = terms(f"{passage.policy.title} {passage.heading}")
    for line in passage.text.split("\n"):
        for text in SENTENCE.split(plain(line)):
            found = tuple(measures(text))
            said = frozenset(term for term in terms(text) if not any(term in measure.terms for measure in found))
            if found and said:
                # A short sentence says what it is about by its heading.
                yield _Sentence(text, said | (frozenset(about) if len(said) < LEAST_SHARED else frozenset()), found)


def _neighbours(vectors: NDArray[np.float32]) -> Iterator[tuple[int, int]]:
    seen = set()
    for start in range(0, len(vectors), BLOCK):
        cosines = vectors[start : start + BLOCK] @ vectors.T
        count = min(NEIGHBOURS + 1, cosines.shape[1])
        for row, near in enumerate(np.argpartition(-cosines, count - 1, axis=1)[:, :count]):
            for other in near:
                pair = min(start + row, int(other)), max(start + row, int(other))
                if pair[0] != pair[1] and cosines[row, other] >= NEAR and pair not in seen:
                    seen.add(pair)
                    yield pair


def _compared(
    first: Passage, second: Passage, of_first: Iterable[_Sentence], of_second: Sequence[_Sentence]
) -> Iterator[Remark]:
    words, others = frozenset(terms(plain(first.text))), frozenset(terms(plain(second.text)))
    if words and len(words & others) >= SAME * len(words | others):
        yield Remark("overlap", first.id, f"says nearly the same as {second.id}")
    for one in of_first:
        for other in of_second:
            shared = len(one.terms & other.terms)
            two = shared < min(len(one.terms), len(other.terms))
            if two or shared < LEAST_SHARED or shared < ONE_MATTER * len(one.terms | other.terms):
                continue
            if unlike := _unlike(one.measures, other.measures):
                yield Remark(
                    "numbers", first.id, f"{unlike[0]} here, {unlike[1]} in {second.id}: “{one.text}” / “{other.text}”"
                )


def _unlike(ours: Iterable[Measure], theirs: Sequence[Measure]) -> tuple[str, str] | None:
    """The first unit that both sentences count in without one number in common."""
    for measure in ours:
        same = [each for each in theirs if each.unit == measure.unit]
        if same and all(each.value not in [m.value for m in ours if m.unit == measure.unit] for each in same):
            return measure.text, same[0].text
    return None


def _references(passage: Passage, policies: Sequence[Policy], today: date) -> Iterator[Remark]:
    """Links to other policies, by file or id, that lead to none in force."""
    for link in LINK.findall(passage.text):
        if SCHEME.match(link):
            continue
        name = link.split("#")[0].removeprefix("./")
        meant = [p for p in policies if name in (p.id, p.source, p.source.rpartition("/")[2])]
        ids = {policy.id for policy in meant}
        if not meant:
            yield Remark("reference", passage.id, f"points at {link}, which there is not")
        elif not any(policy.in_force(today) for policy in policies if policy.id in ids):
            yield Remark("reference", passage.id, f"points at {link}, of which no version is in force")
        elif any(
            reader != STAFF and not any(held.is_for(EVERYBODY | {reader}) for held in meant)
            for reader in passage.policy.audience
        ):
            yield Remark("audience", passage.id, f"points at {link}, which not all who may read this may read")


def _expired(passage: Passage, today: date) -> Iterator[Remark]:
    text = plain(passage.text)
    for day, start, written in dates(text):
        if day < today and LASTING.search(text[:start].lower()):
            yield Remark("expired", passage.id, f"speaks of what held until {written}, which is past")


def _ended(policies: Sequence[Policy], today: date) -> Iterator[Remark]:
    ends: dict[str, date | None] = {}
    for policy in policies:
        last = ends.setdefault(policy.id, policy.effective_until)
        if last is not None and (policy.effective_until is None or policy.effective_until > last):
            ends[policy.id] = policy.effective_until
    for id_, end in ends.items():
        if end is not None and end <= today:
            yield Remark("ended", id_, f"no version of it is in force since {end}")
