"""Routing: which of the intents that examples show a text is of, and whether it is of any of them.

The intent comes from a multinomial logistic regression on two views of a text, its meaning (the embedder's vector) and
its words (hashed n-grams). Whether a text is in scope is a second, logistic curve over a few signs, fitted on texts
that the model under them has not seen: examples left out of a fold, and beside them whole intents left out, which play
what nobody foresaw. Where the examples are few the curve stays near the one of `PRIOR`.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handrail.conversation.errors import Invalid

from .embed import Embedder, Rows
from .ngrams import Ngrams
from .softmax import Softmax, fit

OUTSIDE = frozenset({"", "oos", "ood", "out_of_scope", "out of scope", "out-of-scope", "none", "other", "unknown"})
"""Intents that say "none of these": their examples teach what is out of scope."""
FOLDS = 3
NEAREST = 3
CERTAIN = 1e-4
"""A chance is told apart from 0 and 1 up to here, so that its log-odds stay bounded."""
PRIOR = {False: (-5.9, 1.6, 10.9, 0.0), True: (-6.8, 1.2, 6.5, 1.4)}
"""Bias and weights of the signs without and with examples of what is out of scope: fitted over subsets of CLINC150
(CC BY 3.0) with 3 to 150 intents of 5 to 100 examples. They hold for the MiniLM embedder and are where others begin."""
FAITH = 10.0
"""How many texts the prior counts for."""
SHOWN = 0.75
"""What examples of what is out of scope count beside the intents left out, which lie nearer to the others."""
MOST = 2000
"""More texts than these don't make the curve surer: those left out are no sample of what customers will ask."""

Vector = NDArray[np.float64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Example:
    """A text that is known to be of an intent; one of `OUTSIDE` marks a text that is of none."""

    text: str
    intent: str


@dataclass(frozen=True, slots=True)
class Routed:
    """The likeliest intent, and how likely (0 to 1) the text is of any: 0.5 is even if half of all texts are."""

    intent: str
    in_scope: float


class Intents:
    """A router fitted on examples."""

    def __init__(self, names: Sequence[str], model: "_Model", curve: Vector, embedder: Embedder) -> None:
        self.names = tuple(names)
        self._model = model
        self._curve = curve
        self._embedder = embedder

    @classmethod
    async def fit(cls, examples: Sequence[Example], embedder: Embedder, progress: Progress | None = None) -> "Intents":
        """Fit on examples, in any order: the same examples give the same router. `progress` hears steps of steps.

        Raises `Invalid` where no example is of an intent, and `Unavailable` when the embedder fails.
        """
        names = sorted({example.intent for example in examples if not _outside(example.intent)})
        if not names:
            raise Invalid("there is no example of any intent to route to", code="examples")
        tell = progress or (lambda done, total: None)
        vectors = await embedder.embed([example.text for example in examples])
        number = {name: place for place, name in enumerate(names)}
        labels = np.array([number.get(example.intent, -1) for example in examples])
        given = _Given(tuple(example.text for example in examples), vectors, labels, len(names))
        tell(1, FOLDS + 2)
        parts = []
        for fold in range(FOLDS):
            parts.append(await asyncio.to_thread(given.left_out, fold))
            tell(fold + 2, FOLDS + 2)
        signs, known = (np.concatenate(column) for column in zip(*parts, strict=True))
        curve = _curve(signs, known, np.array(PRIOR[bool((labels < 0).any())]))
        model = await asyncio.to_thread(_Model, given)
        tell(FOLDS + 2, FOLDS + 2)
        return cls(names, model, curve, embedder)

    async def route(self, texts: Sequence[str]) -> list[Routed]:
        """Return where each text goes. Raises `Unavailable` when the embedder fails."""
        if not texts:
            return []
        vectors = await self._embedder.embed(texts)
        best, signs = await asyncio.to_thread(self._model.signs, texts, vectors)
        sure = _logistic(signs, self._curve)
        return [Routed(self.names[intent], float(chance)) for intent, chance in zip(best, sure, strict=True)]


@dataclass(frozen=True)
class _Given:
    """Texts with their vectors and labels: 0 to `intents` - 1, or -1 for what is out of scope."""

    texts: tuple[str, ...]
    vectors: Rows
    labels: NDArray[np.intp]
    intents: int

    def part(self, chosen: NDArray[np.bool_]) -> "_Given":
        """Those chosen, the intents among them numbered anew in order."""
        labels = self.labels[chosen]
        left = np.unique(labels[labels >= 0])
        anew = np.where(labels < 0, -1, np.searchsorted(left, labels))
        texts = tuple(text for text, take in zip(self.texts, chosen, strict=True) if take)
        return _Given(texts, self.vectors[chosen], anew, len(left))

    def left_out(self, fold: int) -> tuple[Vector, NDArray[np.intp]]:
        """The signs of the texts of one fold, told by a model that saw none of them, nor a third of the intents.

        With them goes what each was to that model: 1 of an intent it knows, 0 of one left out, -1 out of scope.
        """
        draw = np.random.default_rng(0)
        folds = np.empty(len(self.texts), dtype=np.intp)
        for label in range(-1, self.intents):
            members = np.flatnonzero(self.labels == label)
            folds[draw.permutation(members)] = np.arange(len(members)) + draw.integers(FOLDS)
        # Two intents are too few to leave one out: a model of one knows no difference.
        groups = draw.permutation(self.intents) % FOLDS if self.intents >= FOLDS else np.full(self.intents, -1)
        tested = folds % FOLDS == fold
        seen = ~tested & ~np.isin(self.labels, np.flatnonzero(groups == fold))
        if not (self.labels[seen] >= 0).any() or not tested.any():
            return np.empty((0, len(PRIOR[True]) - 1)), np.empty(0, dtype=np.intp)
        _, signs = _Model(self.part(seen)).signs(
            [text for text, take in zip(self.texts, tested, strict=True) if take], self.vectors[tested]
        )
        labels = self.labels[tested]
        return signs, np.where(labels < 0, -1, np.isin(labels, self.labels[seen]).astype(np.intp))


class _Model:
    """What is fitted on some examples: the views, the regression, and the examples themselves as neighbours."""

    def __init__(self, given: _Given) -> None:
        inside = given.labels >= 0
        self._outside = not inside.all()
        self._intents = given.intents
        self._ngrams = Ngrams(given.texts)
        self._near: Rows = given.vectors[inside]
        labels = np.where(inside, given.labels, given.intents)
        self._softmax: Softmax = fit(self._views(given.texts, given.vectors), labels, given.intents + self._outside)

    def signs(self, texts: Sequence[str], vectors: Rows) -> tuple[NDArray[np.intp], Vector]:
        """The likeliest intent of each text, and the signs of being in scope.

        These are the log-odds of that intent, the mean cosine to the nearest examples, and the log-odds of not being
        what was shown as out of scope (0 where nothing was).
        """
        chances = self._softmax.chances(self._views(texts, vectors))
        cosines = vectors @ self._near.T
        count = min(NEAREST, cosines.shape[1])
        near = np.partition(cosines, -count, axis=1)[:, -count:].mean(axis=1)
        inside = chances[:, : self._intents]
        beside = _log_odds(1 - chances[:, -1]) if self._outside else np.zeros(len(texts))
        # A single intent is certain, which tells nothing.
        likeliest = _log_odds(inside.max(axis=1)) if chances.shape[1] > 1 else np.zeros(len(texts))
        # Divided so that the curve's weights, which are all shrunk alike, are of one size.
        signs = np.column_stack([likeliest / 3, near, beside / 3])
        return inside.argmax(axis=1), signs.astype(np.float64)

    def _views(self, texts: Sequence[str], vectors: Rows) -> Rows:
        return np.concatenate([vectors, self._ngrams.rows(texts)], axis=1)


def _outside(intent: str) -> bool:
    return intent.strip().lower() in OUTSIDE


def _log_odds(chances: NDArray[np.float32]) -> Vector:
    kept = np.clip(chances.astype(np.float64), CERTAIN, 1 - CERTAIN)
    found: Vector = np.log(kept / (1 - kept))
    return found


def _curve(signs: Vector, known: NDArray[np.intp], prior: Vector) -> Vector:
    """Bias and weights of being in scope: Newton's method, drawn to `prior` as much as `FAITH` texts would."""
    kinds = [known == kind for kind in (1, 0, -1)]
    if not kinds[0].any() or not (kinds[1].any() or kinds[2].any()):
        return prior
    size = min(len(known), MOST) / 2
    weights = np.zeros(len(known))
    weights[kinds[0]] = size / kinds[0].sum()
    shown = SHOWN if kinds[1].any() and kinds[2].any() else float(kinds[2].any())
    for kind, share in ((kinds[1], 1 - shown), (kinds[2], shown)):
        weights[kind] = size * share / max(kind.sum(), 1)
    rows = np.column_stack([np.ones(len(signs)), signs])
    found = prior.copy()
    for _ in range(50):
        told = _logistic(signs, found)
        slope = rows.T @ (weights * (told - kinds[0])) + FAITH * (found - prior)
        bend = (rows.T * (weights * told * (1 - told))) @ rows + FAITH * np.eye(len(prior))
        found -= np.clip(np.linalg.solve(bend, slope), -2, 2)
    return found


def _logistic(signs: Vector, curve: Vector) -> Vector:
    result: Vector = 1 / (1 + np.exp(-np.clip(curve[0] + signs @ curve[1:], -30, 30)))
    return result
