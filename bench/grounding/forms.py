"""Every answer with its evidence in several forms, and right answers made wrong, as measures."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.checks.sets import Remembering
from bench.grounding.judged import RIGHT_AT, Row
from bench.harming import denied, loosened, misnumbered
from handrail.guardrails.grounding.measures import MEASURES, Stand, stand
from handrail.guardrails.verdict import Evidence

EVERY = 2
"""Of every so many answers one is made wrong, where all judges call it right."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The measures of every answer in one form of evidence; rows of NaN where it states nothing."""

    values: np.ndarray
    meaning: np.ndarray


def forms(row: Row, others: Sequence[Row]) -> Iterator[tuple[str, str, list[str]]]:
    """The evidence of an answer in each form: its name, the question given beside it, the texts."""
    gold = row["gold"]
    called, asked, told = gold["entity"] or "", gold["q"], gold["a"]
    rest = [f"{o['gold']['q']} {o['gold']['a']}" for o in others]
    yield "whole", "", [f"{called}\n{asked} {told}".strip()]
    yield "parts", "", [asked, told]
    yield "asked", asked, [told]
    yield "bare", "", [told]
    yield "among", asked, [*rest[:2], f"{called}\n{asked} {told}".strip(), *rest[2:]]
    yield "long", "", [" ".join([*rest[:2], f"{asked} {told}", *rest[2:]])]


async def show(rows: Sequence[Row]) -> tuple[dict[str, Shown], Shown, np.ndarray]:
    """Measure all answers in all forms; and right answers made wrong, with the places of the answers they came from."""
    chance = random.Random(7)
    forms_of: dict[str, list[Stand]] = {}
    harmed: list[Stand] = []
    places: list[int] = []
    for place, row in enumerate(rows):
        others = [o for o in chance.sample(list(rows), 12) if o["gold"] != row["gold"] and o["gold"] != row["used"]][:4]
        texts = {name: (question, evidence) for name, question, evidence in forms(row, others)}
        for name, (question, evidence) in texts.items():
            forms_of.setdefault(name, []).append(held(row["response"], evidence, question))
        if min(row["accuracy"]) >= RIGHT_AT and place % EVERY == 0:
            elsewhere = {name: (question, evidence) for name, question, evidence in forms(others[0], others[1:])}
            for text, (question, evidence) in (
                (denied(row["response"], chance), texts[chance.choice(["whole", "bare", "among"])]),
                (loosened(row["response"], chance), texts[chance.choice(["whole", "bare", "among"])]),
                (misnumbered(row["response"], chance), texts[chance.choice(["whole", "bare", "among"])]),
                (row["response"], elsewhere[chance.choice(["whole", "bare", "among"])]),
            ):
                if text is not None:
                    harmed.append(held(text, evidence, question))
                    places.append(place)
    embedder = Remembering()
    stands = [stand for told in (*forms_of.values(), harmed) for stand in told]
    await embedder.fill(text for stand in stands if stand.pair for text in stand.pair)
    shown = {name: await measured(told, embedder) for name, told in forms_of.items()}
    return shown, await measured(harmed, embedder), np.array(places)


def held(text: str, evidence: Sequence[str], question: str) -> Stand:
    """An answer held against evidence as `handrail checks ground` does it."""
    passages = {str(n): e for n, e in enumerate(evidence)}
    return stand(text, Evidence(passages, said=(question,) if question else ()), question=question)


async def measured(stands: Sequence[Stand], embedder: Remembering) -> Shown:
    """The measures as arrays, the likeness of meaning among them."""
    texts = [text for stand in stands if stand.pair for text in stand.pair]
    vectors = await embedder.embed(texts)
    likeness = iter(np.sum(vectors[::2] * vectors[1::2], axis=1))
    return Shown(
        np.array([[stand.values.get(m, np.nan) for m in MEASURES] for stand in stands]),
        np.array([next(likeness) if stand.pair else np.nan for stand in stands]),
    )
