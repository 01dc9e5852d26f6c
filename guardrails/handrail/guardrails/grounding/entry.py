"""The part of the evidence that a text comes nearest to."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from handrail.guardrails.claims import Claim, claim, claims, stem
from handrail.guardrails.verdict import Evidence

WHOLE = 3
"""A source of at most so many statements is one entry: an answer from it is expected to tell it all."""
RARE = 2.8
"""The weight of a word that is not among the common ones."""
ASIDE = 0.15
"""How much it counts in the search for the nearest statement that it says more than the text."""
AROUND = 0.35
"""How much words count there that stand elsewhere in the same source: a title may carry the subject."""
TITLE = re.compile(r"[\w\"')\]]\s*$")
TITLE_WORDS = 6
RECORD = re.compile(r'^\s*[\[{]|"[^"]*":')


@dataclass(frozen=True, slots=True)
class Source:
    """One text of the evidence, or a question in it with its answer: what it states and what it asks, without titles;
    `stems` are all words of the text. Of a record (JSON) a sentence tells but a part."""

    text: str
    statements: tuple[Claim, ...]
    questions: tuple[Claim, ...]
    stems: frozenset[str]
    record: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """The statements that a text is held against, `nearest` those of them that its own come nearest to, in order;
    `asked` is the question that they answer; `pairs` are the nearest with the sentence before or after."""

    statements: tuple[Claim, ...]
    nearest: tuple[Claim, ...]
    pairs: tuple[str, ...]
    asked: Claim | None
    record: bool

    @property
    def text(self) -> str:
        """The statements as one text."""
        return " ".join(c.text.strip() for c in self.statements)


def sources(evidence: Evidence) -> tuple[Source, ...]:
    """Every text of the evidence but what was said, taken apart."""
    texts = (*evidence.passages.values(), *evidence.results.values())
    return tuple(source for text in texts for source in _sources(text))


@lru_cache(maxsize=1024)
def _sources(text: str) -> tuple[Source, ...]:
    """A text as one source; one that asks and answers several times, one for each question with its answer."""
    record = bool(RECORD.search(text))
    parts = [c for c in (_told(text) if record else claims(text)) if c.stems]
    titles = [c for c in parts[:-1] if not record and _is_title(c.text, text)]
    stems = frozenset[str]().union(*(c.stems for c in parts))
    if record or len(parts) <= WHOLE + 1:
        return (_source(text, parts, titles, stems, record=record),)
    blocks: list[list[Claim]] = [[]]
    for part in parts:
        if part.kind == "question" and any(c.kind != "question" for c in blocks[-1]):
            blocks.append([])
        blocks[-1].append(part)
    if len(blocks) == 1:
        return (_source(text, parts, titles, stems, record=record),)
    return tuple(
        _source(" ".join(c.text.strip() for c in block), block, titles, stems, record=False) for block in blocks
    )


def _source(
    text: str, parts: Sequence[Claim], titles: Sequence[Claim], stems: frozenset[str], *, record: bool
) -> Source:
    return Source(
        text,
        tuple(c for c in parts if c.kind != "question" and c not in titles),
        tuple(c for c in parts if c.kind == "question"),
        stems,
        record,
    )


def _is_title(line: str, text: str) -> bool:
    """Whether it is a few words on a line of their own, with no end to the sentence."""
    after = text[text.find(line) + len(line) :]
    return bool(TITLE.search(line)) and len(line.split()) <= TITLE_WORDS and after.lstrip(" ").startswith("\n")


def _told(text: str) -> Iterator[Claim]:
    """A record as statements: each of its objects with its plain fields, and its longer texts by the sentence."""
    try:
        value = json.loads(text)
    except ValueError:
        yield from claims(text)
        return
    for told in _fields(value):
        yield from claims(told) if told.count(" ") > 3 and ": " not in told else (claim(told),)


def _fields(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        plain = {k: v for k, v in value.items() if not isinstance(v, dict | list) and not _long(v)}
        if plain:
            yield ", ".join(f"{_words(k)}: {v}" for k, v in plain.items())
        for key, part in value.items():
            if key not in plain:
                yield from _fields(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from _fields(part, name)
    elif value is not None:
        yield str(value) if _long(value) or not name else f"{_words(name)}: {value}"


def _long(value: Any) -> bool:
    return isinstance(value, str) and value.count(" ") > 3


def _words(key: str) -> str:
    return key.replace("_", " ")


def entry(stated: Sequence[Claim], among: Sequence[Source], question: str = "") -> Entry | None:
    """What of the sources these statements come nearest to; None where no source states anything."""
    nearest: list[tuple[Claim, Source]] = []
    for said in stated:
        best = max(
            ((near, told, source) for source in among for near, told in _near(said, source)),
            key=lambda found: (found[0], -len(found[1].text)),
            default=None,
        )
        if best is not None:
            nearest.append((best[1], best[2]))
    if not nearest:
        return None
    told = list(dict.fromkeys(claim_ for claim_, _ in nearest))
    of = list(dict.fromkeys(source for _, source in nearest))
    record = all(source.record for source in of)
    whole = [c for source in of for c in source.statements]
    short = all(len(source.statements) <= WHOLE for source in of) and not record
    asks = [q for source in of for q in source.questions if short or _beside(q, told, source)]
    asked = claim(" ".join(q.text for q in asks) if asks else question)
    pairs = tuple(dict.fromkeys(p for c, source in nearest for p in _pairs(c, source)))
    return Entry(tuple(whole) if short else tuple(told), tuple(told), pairs, asked if asked.stems else None, record)


def _near(said: Claim, source: Source) -> Iterator[tuple[float, Claim]]:
    """How near each statement of a source is."""
    whole, around = _weight(said.stems) or 1.0, weigh(said.stems & source.stems)
    for told in source.statements:
        shared = weigh(said.stems & told.stems)
        aside = 1 - shared / (_weight(told.stems) or 1.0)
        yield ((1 - AROUND) * shared + AROUND * around) / whole - ASIDE * aside, told


def _beside(question: Claim, told: Sequence[Claim], source: Source) -> bool:
    """Whether one of the statements follows the question in the text of a longer source."""
    at = source.text.find(question.text) + len(question.text)
    return any(0 <= source.text.find(c.text, at) - at <= 2 for c in told)


def _pairs(told: Claim, source: Source) -> Iterator[str]:
    yield told.text
    parts = [c.text for c in claims(source.text)] if not source.record else []
    if told.text in parts:
        at = parts.index(told.text)
        if at:
            yield f"{parts[at - 1]} {told.text}"
        if at + 1 < len(parts):
            yield f"{told.text} {parts[at + 1]}"


def weigh(stems: Iterable[str]) -> float:
    """How much these stems tell together: a rare word more than a common one."""
    ranks = _ranks()
    return sum(ranks.get(s, RARE) for s in stems)


@lru_cache(maxsize=8192)
def _weight(stems: frozenset[str]) -> float:
    return weigh(stems)


@cache
def _ranks() -> dict[str, float]:
    """The weight of common stems: log(1 + rank / 1000), by their place in the vocabulary of BERT."""
    listed = (files("handrail.guardrails") / "data" / "common.txt").read_text(encoding="utf-8")
    found: dict[str, float] = {}
    for rank, word in enumerate(re.sub("#.*", "", listed).split()):
        found.setdefault(stem(word), math.log1p(rank / 1000))
    return found
