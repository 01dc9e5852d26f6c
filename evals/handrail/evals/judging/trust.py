"""How far a judge can be trusted: its word against people's, question by question."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from handrail.evals.agreement import kappa
from handrail.evals.curves import auroc
from handrail.evals.judging.measuring import Pair
from handrail.evals.opinion import Question
from handrail.evals.resampling import bootstrap
from handrail.evals.statistics import Figure, wilson

LEAST, LEAST_OF_EACH = 30, 5
"""So many conversations, and so many of either word of people's, are needed to say anything."""
LEANS = 0.1
"""From this difference on a judge that favours length is told, where noise does not explain it."""
TURNS = 0.1
"""The share of answers that may hang on the order of the questions."""
SILENT = 0.3
"""The share of conversations of which a judge may say nothing."""


@dataclass(frozen=True, slots=True)
class Trust:
    """A judge's word against people's on one question, over the conversations to which both gave an answer.

    `talks` and `replies` tell how much oftener it says yes of those with more lines, and with longer replies, than the
    median, at equal words of people: 0 where it does not look at length. `turned`: the share of answers that changed
    with the order of the questions. `silent`: the share of tagged conversations to which it gave none. `doubts` say
    why it is not to be trusted; none where it may be.
    """

    question: Question
    agreement: Figure
    kappa: Figure
    auroc: Figure
    talks: Figure
    replies: Figure
    turned: Figure
    silent: Figure
    doubts: tuple[str, ...] = ()


def trust(question: Question, pairs: Sequence[Pair], least: float) -> Trust | None:
    """Hold a judge's word against people's; `least` is how low the lower end of Cohen's kappa may lie. None where
    nobody tagged what the question asks."""
    tagged = [(pair, told) for pair in pairs if (told := pair.people(question)) is not None]
    if not tagged:
        return None
    both = [(pair, told, word) for pair, told in tagged if (word := pair.opinion.word(question)) is not None]
    truth, words = [told for _, told, _ in both], [word for _, _, word in both]
    sure = [pair.opinion.probability(question) or 0.0 for pair, _, _ in both]
    orders = [(word, other) for pair, _, word in both if (other := pair.turned.word(question)) is not None]
    agreed = sum(a == b for a, b in zip(truth, words, strict=True))
    found = Trust(
        question,
        agreement=wilson(agreed, len(both)),
        kappa=kappa(truth, words),
        auroc=auroc(sure, truth),
        talks=leaning(words, truth, [len(pair.case.recorded) for pair, _, _ in both]),
        replies=leaning(words, truth, [_reply(pair) for pair, _, _ in both]),
        turned=wilson(sum(a != b for a, b in orders), len(orders)),
        silent=wilson(len(tagged) - len(both), len(tagged)),
    )
    doubts = tuple(_doubts(found, min(sum(truth), len(truth) - sum(truth)), least))
    return replace(found, doubts=doubts)


def _reply(pair: Pair) -> float:
    """Words in a reply, on the average."""
    replies = [len(turn.text.split()) for turn in pair.case.recorded if turn.role == "agent"]
    return sum(replies) / len(replies) if replies else 0.0


def leaning(words: Sequence[bool], truth: Sequence[bool], lengths: Sequence[float]) -> Figure:
    """How much oftener the judge says yes of what is longer than the median, at equal words of people: the difference
    of shares over both, weighted as Mantel and Haenszel do (Greenland and Robins 1985). The interval resamples
    conversations; None where one kind has only long or only short ones."""
    if not len(words):
        return Figure(None)
    long = np.asarray(lengths, float) > float(np.median(lengths))
    said, wanted = np.asarray(words, float), np.asarray(truth, bool)
    columns = []
    for kind in (True, False):
        for side in (long, ~long):
            here = (wanted == kind) & side
            columns += [said * here, here.astype(float)]
    return bootstrap(np.column_stack(columns), _difference)


def _difference(totals: np.ndarray) -> np.ndarray:
    yes, of = totals[..., 0::2], totals[..., 1::2]
    over, weight = np.zeros(totals.shape[:-1]), np.zeros(totals.shape[:-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        share = yes / of
        for n in (0, 2):
            both = of[..., n] * of[..., n + 1] / (of[..., n] + of[..., n + 1])
            there = (of[..., n] > 0) & (of[..., n + 1] > 0)
            over += np.where(there, both * (share[..., n] - share[..., n + 1]), 0.0)
            weight += np.where(there, both, 0.0)
        return np.asarray(np.where(weight > 0, over / weight, np.nan))


def _doubts(found: Trust, rarer: int, least: float) -> list[str]:
    doubts = []
    if found.agreement.n < LEAST or rarer < LEAST_OF_EACH:
        doubts.append(
            f"too few conversations to tell: {found.agreement.n}, of which people said {rarer} times the rarer word; "
            f"{LEAST} and {LEAST_OF_EACH} are needed"
        )
    low = found.kappa.low if found.kappa.low is not None else found.kappa.value
    if low is None or low < least:
        told = "can't be told" if low is None else f"may be as low as {low:.2f}"
        doubts.append(f"kappa {told}; {least:g} is asked for")
    for what, figure in (("conversations", found.talks), ("replies", found.replies)):
        if figure.value is not None and figure.low is not None and figure.high is not None:
            beyond = figure.low > 0 or figure.high < 0
            if beyond and abs(figure.value) >= LEANS:
                length = "longer" if figure.value > 0 else "shorter"
                doubts.append(f"says yes of {length} {what} more often by {abs(figure.value):.0%} at equal tags")
    if found.turned.value is not None and found.turned.value > TURNS:
        doubts.append(f"{found.turned.value:.0%} of its answers change with the order of the questions")
    if found.silent.value is not None and found.silent.value > SILENT:
        doubts.append(f"says nothing on {found.silent.value:.0%} of the conversations")
    return doubts
