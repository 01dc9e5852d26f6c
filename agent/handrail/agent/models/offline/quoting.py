"""The sentences of a policy that answer a question, word for word."""

import math
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from handrail.agent.models.offline.words import stem_set
from handrail.agent.sentences import split
from handrail.knowledge.cutting import LEANS
from handrail.knowledge.markdown import blocks, plain
from handrail.knowledge.passages import Found, Hit
from handrail.knowledge.thesaurus import Alternatives, thesaurus

Rows = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Awaitable[Rows]]

LOOKED_AT = 5
"""Passages whose sentences are weighed."""
MEANING, WORDS, PLACE, HEADING, FORM = 0.55, 0.3, 0.3, 0.2, 0.08
"""What counts for a sentence: its meaning, shared words, how well its passage was found, words of its heading, and that
it tells what is asked for (a time, an amount).
Chosen on 47 questions to the sample's policies: the right policy in 43."""
RARE = 3
"""The power that the rarity of a word is raised to: "dog" tells more than "ridge scramble" where all speak of that."""
FORMS = (
    (
        re.compile(
            r"\b(?:how long|how many (?:days|weeks|hours)|until when|by when|when|what time|deadline|how soon)\b", re.I
        ),
        re.compile(
            r"\b\d+ ?(?:working |calendar )?(?:days?|weeks?|months?|years?|hours?|minutes?|am|pm)\b|\b\d{1,2}:\d\d\b",
            re.I,
        ),
    ),
    (
        re.compile(r"\b(?:how much|costs?|price|prices|fees?|charge)\b", re.I),
        re.compile(r"[$€£]\s?\d|\b\d+(?:\.\d+)? ?(?:%|euros?|dollars?|pounds?|p\b)|\bfree\b", re.I),
    ),
    (
        re.compile(r"\bhow old|age|years? old|year-old\b", re.I),
        re.compile(r"\bage\b|\bunder \d+|\b\d+ or older\b", re.I),
    ),
)
"""What a question asks for, and what a sentence that tells it holds."""
LONGEST = 3
SHORT = 3
"""Sentences up to which a passage is told whole: what qualifies a rule stands right beside it."""
NEAR = 0.85
"""A further sentence is told where its weight is at least this share of the best one's."""
LISTED = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage: the `hit`-th found, the `place`-th in it. `lead` is the line that announces a list."""

    text: str
    hit: int
    place: int
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """Sentences with their citation marks, and how well the best of them answers (about a cosine, 0 to 1)."""

    text: str
    fit: float
    words: float
    """The share (0 to 1) of what was asked about that the best sentence or its heading tells, weighed by rarity."""
    hit: int


async def quote(question: str, found: Found, embed: Embed) -> Quote | None:
    """The one to three sentences that answer the question best, in their order; None where nothing was found."""
    hits = found.hits[:LOOKED_AT]
    sentences = [s for number, hit in enumerate(hits) for s in _sentences(hit, number)]
    if not sentences:
        return None
    vectors = await embed([question, *(_in_place(s, hits[s.hit]) for s in sentences)])
    meaning = (vectors[1:] @ vectors[0]).tolist()
    asked = _things(question)
    rarity = _rarities(asked, sentences)
    weights = [_weight(s, question, asked, rarity, hits, like) for s, like in zip(sentences, meaning, strict=True)]
    best = max(range(len(sentences)), key=lambda n: weights[n])
    chosen = _with_neighbours(best, sentences, weights)
    told = stem_set(
        f"{_in_place(sentences[best], hits[sentences[best].hit])} {hits[sentences[best].hit].passage.policy.title}"
    )
    words = _share(asked, rarity, told)
    text = _marked([sentences[n] for n in sorted(chosen)])
    hit = sentences[best].hit
    if before := hits[hit].passage.before:
        text = f"{before} [{hit + 1}] {text}"
    return Quote(text, meaning[best], words, hit)


def sentences_of(hit: Hit) -> list[str]:
    """The sentences of a passage as they are weighed: for computing their vectors ahead."""
    return [_in_place(sentence, hit) for sentence in _sentences(hit, 0)]


def _in_place(sentence: Sentence, hit: Hit) -> str:
    """A sentence with its heading, which often names what it speaks of ("Worn footwear: It can't be returned")."""
    heading = hit.passage.heading or hit.passage.policy.title
    return f"{heading}: {sentence.lead} {sentence.text}" if sentence.lead else f"{heading}: {sentence.text}"


def _sentences(hit: Hit, number: int) -> list[Sentence]:
    return [Sentence(text, number, place, lead) for place, (text, lead) in enumerate(_cut(hit.passage.text))]


@lru_cache(maxsize=2048)
def _cut(markdown: str) -> tuple[tuple[str, str], ...]:
    """The sentences of a passage as plain text; an item of a list with the line that announces it."""
    cut: list[tuple[str, str]] = []
    lead = ""
    for block in blocks(markdown):
        if block.level:
            continue
        if LISTED.match(block.text) or block.lead:
            rows = block.parts or (block.text,)
            cut += [(" ".join(plain(row).split()), lead) for row in rows]
            lead = ""
            continue
        pieces = [piece.strip() for piece in split(plain(block.text), 600) if piece.strip()]
        lead = pieces[-1] if block.announces and pieces else ""
        cut += [(piece, "") for piece in (pieces[:-1] if lead else pieces)]
    if lead:
        cut.append((lead, ""))
    return tuple(cut)


def _weight(
    sentence: Sentence,
    question: str,
    asked: Sequence[Alternatives],
    rarity: Sequence[float],
    hits: Sequence[Hit],
    meaning: float,
) -> float:
    hit = hits[sentence.hit]
    said = stem_set(f"{sentence.lead} {sentence.text}")
    heading = stem_set(f"{hit.passage.policy.title} {hit.passage.heading}")
    place = hit.score / max(hits[0].score, 1e-6)
    words, titled = _share(asked, rarity, said), _share(asked, rarity, heading)
    told = any(form.search(question) and answer.search(sentence.text) for form, answer in FORMS)
    return MEANING * meaning + WORDS * words + PLACE * place + HEADING * titled + FORM * told


def _rarities(asked: Sequence[Alternatives], sentences: Sequence[Sentence]) -> list[float]:
    """What each thing asked about counts: the more, the fewer of the sentences speak of it."""
    said = [stem_set(f"{s.lead} {s.text}") for s in sentences]
    spoken = [sum(any(term in words for term in thing) for words in said) for thing in asked]
    return [math.log(1 + len(said) / (1 + often)) ** RARE for often in spoken]


@lru_cache(maxsize=512)
def _things(question: str) -> tuple[Alternatives, ...]:
    """The things that a question speaks of, each with the words that policies have for it."""
    return tuple(thesaurus().alternatives(question))


def _share(asked: Sequence[Alternatives], rarity: Sequence[float], said: frozenset[str]) -> float:
    found = (max((worth for term, worth in thing.items() if term in said), default=0.0) for thing in asked)
    return sum(value * rare for value, rare in zip(found, rarity, strict=True)) / max(sum(rarity), 1e-6)


def _with_neighbours(best: int, sentences: Sequence[Sentence], weights: Sequence[float]) -> set[int]:
    """The best sentence, what it leans on or what leans on it, and others of its passage that come close."""
    here = sentences[best]
    whole = [n for n, sentence in enumerate(sentences) if sentence.hit == here.hit]
    if len(whole) <= SHORT:
        return set(whole)
    chosen = {best}
    if LEANS.match(here.text) and best > 0 and sentences[best - 1].hit == here.hit:
        chosen.add(best - 1)
    following = best + 1
    if following < len(sentences) and sentences[following].hit == here.hit and LEANS.match(sentences[following].text):
        chosen.add(following)
    others = sorted(
        (n for n in range(len(sentences)) if n not in chosen and sentences[n].hit == here.hit),
        key=lambda n: -weights[n],
    )
    for n in others:
        if len(chosen) < LONGEST and weights[n] >= NEAR * weights[best]:
            chosen.add(n)
    return chosen


def _marked(sentences: Sequence[Sentence]) -> str:
    """The sentences with their marks; items of one list below the line that announces it."""
    lines: list[str] = []
    lead = ""
    for sentence in sentences:
        mark = f"[{sentence.hit + 1}]"
        if sentence.lead:
            if sentence.lead != lead:
                lines.append(f"\n{sentence.lead} {mark}")
                lead = sentence.lead
            lines.append(f"\n- {sentence.text} {mark}")
        else:
            lines.append(f" {sentence.text} {mark}")
    return "".join(lines).strip()
