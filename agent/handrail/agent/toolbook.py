"""The tools as a text finds them: by the meaning of names, descriptions and examples, and by their words."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from handrail.agent.models.offline.sayings import opening, phrases_of, words_of
from handrail.agent.models.offline.slots import slots_of
from handrail.agent.models.offline.words import stem_set
from handrail.agent.tools.api import Tool
from handrail.conversation.errors import Unavailable
from handrail.knowledge.embed import Embedder
from handrail.knowledge.minilm import english

MEANING, WORDS = 0.8, 0.2
"""How much meaning and words count for a score."""
DESCRIPTION = 0.95
"""What a likeness to the description counts, beside that to an example."""
TYPED = re.compile(r"(?<![\w<@/.'’-])[A-Za-z]{1,24}(?![\w>@/'’-]|\.\w)")
SHORTHAND = {
    "u": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please", "thx": "thanks", "cant": "can't",
    "dont": "don't", "wont": "won't", "didnt": "didn't", "doesnt": "doesn't", "isnt": "isn't", "im": "i'm",
    "ive": "i've", "wanna": "want to", "gimme": "give me",
}  # fmt: skip
TYPED_LENGTH, TYPO, REMEMBERED = 3, 82.0, 4096
"""From which length a word is put right, how like a known one it must be (rapidfuzz's ratio), and how many are kept."""
OPENED_ALIKE = 0.1
"""What it counts that a text opens like an example ("where are my …" like "where is my parcel"), whatever follows."""
Rows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Score:
    """How well one tool fits a text, from 0 to 1 (and a little below 0); `phrase` is what of it was most like."""

    tool: Tool
    value: float
    meaning: float
    phrase: str


@dataclass(frozen=True, slots=True)
class IdKind:
    """A kind of identifier that the tools take: what matches it, and what it is the number of (`order`)."""

    pattern: re.Pattern[str]
    noun: str


class Toolbook:
    """The tools with the vectors of their phrases, which are computed once, at the first use."""

    def __init__(self, embedder: Embedder, tools: Sequence[Tool]) -> None:
        self._embedder = embedder
        self.tools = tuple(tools)
        self.by_name: Mapping[str, Tool] = {tool.name: tool for tool in tools}
        self.ids = id_kinds(tools)
        self._phrases = [(tool, phrase) for tool in tools for phrase in phrases_of(tool)]
        self._spoken = [self.spoken(phrase) for _, phrase in self._phrases]
        self._words = {
            tool.name: frozenset[str]().union(
                *(stem_set(s) for (t, _), s in zip(self._phrases, self._spoken, strict=True) if t is tool)
            )
            for tool in tools
        }
        self._openings = {tool.name: frozenset(o for e in tool.examples if (o := opening(e))) for tool in tools}
        self._rarity = _rarities(list(self._words.values()))
        self._vectors: Rows | None = None
        self._vocabulary = sorted({word for tool in tools for word in words_of(tool)})
        self._mended: dict[str, str] = {}

    def mended(self, text: str) -> str:
        """The text with misspelt words that the tools know put right ("bok a boot fiting"); English words stay."""
        return TYPED.sub(lambda match: self._mended_word(match[0]), text)

    def _mended_word(self, word: str) -> str:
        lower = word.lower()
        if lower in SHORTHAND:
            return SHORTHAND[lower]
        if lower not in self._mended:
            known = len(lower) < TYPED_LENGTH or lower in self._vocabulary or lower in english()
            near = None if known else process.extractOne(lower, self._vocabulary, scorer=fuzz.ratio, score_cutoff=TYPO)
            self._mended[lower] = near[0] if near else lower
            while len(self._mended) > REMEMBERED:
                self._mended.pop(next(iter(self._mended)))
        return word if self._mended[lower] == lower else self._mended[lower]

    def spoken(self, text: str) -> str:
        """The text with what each identifier in it stands for: `cancel W10021` becomes `cancel my order`."""
        for kind in self.ids:
            text = kind.pattern.sub(lambda match, noun=kind.noun: _named(match, noun), text)  # type: ignore[misc]
        return text

    async def embed(self, texts: Sequence[str]) -> Rows:
        """The vectors of some texts; zeros where the embedder does not answer, so that words alone decide."""
        try:
            return await self._embedder.embed(list(texts))
        except Unavailable:
            return np.zeros((len(texts), max(self._embedder.dimensions, 1)), np.float32)

    async def scores(self, text: str, among: Collection[str] | None = None) -> list[Score]:
        """How well the tools (of these names, or all) fit a text, best first."""
        if not self.tools:
            return []
        spoken = self.spoken(self.mended(text))
        (vector,) = await self.embed([spoken])
        vectors = await self._ready()
        likeness = vectors @ vector if vectors.shape[1] == vector.shape[0] else np.zeros(len(vectors), np.float32)
        words = stem_set(spoken)
        best: dict[str, Score] = {}
        for (tool, phrase), like in zip(self._phrases, likeness.tolist(), strict=True):
            if among is not None and tool.name not in among:
                continue
            meaning = like * (DESCRIPTION if phrase == tool.description else 1.0)
            if tool.name not in best or meaning > best[tool.name].meaning:
                best[tool.name] = Score(tool, 0.0, meaning, phrase)
        opened = opening(text)
        scored = [self._scored(score, words, opened) for score in best.values()]
        return sorted(scored, key=lambda score: -score.value)

    def _scored(self, score: Score, words: frozenset[str], opened: str) -> Score:
        value = MEANING * score.meaning + WORDS * self._share(words, score.tool.name)
        value += OPENED_ALIKE * (bool(opened) and opened in self._openings[score.tool.name])
        return Score(score.tool, value, score.meaning, score.phrase)

    def _share(self, words: frozenset[str], name: str) -> float:
        """Of what the tools know of these words, the share that this one knows, rare words counting more."""
        known = {word: self._rarity[word] for word in words if word in self._rarity}
        total = sum(known.values())
        return sum(rarity for word, rarity in known.items() if word in self._words[name]) / total if total else 0.0

    async def _ready(self) -> Rows:
        if self._vectors is None:
            vectors = await self.embed(self._spoken)
            if not vectors.any():
                return vectors
            self._vectors = vectors
        return self._vectors


def id_kinds(tools: Sequence[Tool]) -> tuple[IdKind, ...]:
    """The kinds of identifiers among the arguments of the tools, each pattern once."""
    kinds: dict[str, IdKind] = {}
    for slot in (slot for tool in tools for slot in slots_of(tool) if slot.kind == "id" or slot.pattern):
        pattern = slot.pattern
        if not pattern or not re.search(r"\\d|\[.*0-9", pattern) or len(pattern) < 3:
            continue
        try:
            compiled = re.compile(rf"(?<![\w-])#?(?:{pattern.removeprefix('#')})(?![\w-])", re.IGNORECASE)
        except re.error:
            continue
        if not compiled.search("the") and not compiled.search("12"):
            kinds.setdefault(pattern, IdKind(compiled, slot.noun))
    return tuple(kinds.values())


def _named(match: re.Match[str], noun: str) -> str:
    before = match.string[: match.start()].rstrip().casefold()
    if before.endswith((noun, "number", "no.", "#")):
        return ""
    return noun if re.search(r"\b(my|the|your|this|that)$", before) else f"my {noun}"


def _rarities(vocabularies: Sequence[frozenset[str]]) -> dict[str, float]:
    counts: dict[str, int] = {}
    for words in vocabularies:
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    return {word: math.log(1 + len(vocabularies) / count) for word, count in counts.items()}
