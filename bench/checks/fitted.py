"""The mood of one message by a model fitted to its own kind, for comparison: `fitted`. Nothing of it ships.

Words and pairs of words, pieces of words, the embedding and our own readings, one airline left out at a time.
"""

import re

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bench.checks.sets import Bench, Told, auroc
from handrail.guardrails.lexicon import tone
from handrail.guardrails.sentiment import feel

NAMED = re.compile(r"@\w+")
"""Whom a tweet is written to tells the airline."""
MEANING = 3.0
"""The weight of the embedding beside the words and the readings."""


async def fitted(bench: Bench) -> Told:
    rows = bench.rows("airline_sentiment/tweets.jsonl")
    await bench.rails.prepare()
    vectors = await bench.embedder.embed([row["text"] for row in rows])
    texts = [NAMED.sub("@x", row["text"]) for row in rows]
    own = np.array([_readings(bench, row["text"], vector) for row, vector in zip(rows, vectors, strict=True)])
    upset = np.array([row["label"] == "negative" for row in rows])
    airline = np.array([row["airline"] for row in rows])
    told, apart = np.zeros(len(rows)), []
    for name in sorted(set(airline)):
        test = np.flatnonzero(airline == name)
        told[test] = _without(np.flatnonzero(airline != name), test, texts, vectors, own, upset)
        apart.append(auroc(list(upset[test]), list(told[test])))
    sure = np.array([row["conf"] >= 0.999 for row in rows])
    return [
        (
            f"negative or not, fitted, one airline left out, AUROC ({len(rows)})",
            f"{auroc(list(upset), list(told)):.3f}",
        ),
        ("… the mean of the airlines, and the least", f"{np.mean(apart):.3f}, {min(apart):.3f}"),
        (f"… where taggers agree ({sure.sum()})", f"{auroc(list(upset[sure]), list(told[sure])):.3f}"),
    ]


def _readings(bench: Bench, text: str, vector: np.ndarray) -> tuple[float, ...]:
    reading = bench.rails.reading(vector)
    felt, words = feel(text, reading), tone(text)
    return (
        felt.sentiment, felt.frustration, reading.sentiment, reading.frustration, words.valence, words.frustration,
    )  # fmt: skip


def _without(
    train: np.ndarray, test: np.ndarray, texts: list[str], vectors: np.ndarray, own: np.ndarray, upset: np.ndarray
) -> np.ndarray:
    """The log-odds of `test` by a logistic regression on `train`."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True)
    centre, spread = own[train].mean(axis=0), own[train].std(axis=0)

    def columns(at: np.ndarray, *, learn: bool) -> sparse.csr_matrix:
        some = [texts[n] for n in at]
        told = [(v.fit_transform if learn else v.transform)(some) for v in (words, pieces)]
        dense = np.hstack([vectors[at] * MEANING, (own[at] - centre) / spread])
        return sparse.hstack([*told, sparse.csr_matrix(dense)]).tocsr()

    model = LogisticRegression(C=1.0, max_iter=400).fit(columns(train, learn=True), upset[train])
    return np.asarray(model.decision_function(columns(test, learn=False)))
