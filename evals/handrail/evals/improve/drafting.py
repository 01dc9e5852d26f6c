"""Drafting a passage from what people answered: by a model where there is one, else in their own words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from pydantic import BaseModel, Field

from handrail.agent.models.breaker import Form
from handrail.conversation.errors import Unavailable
from handrail.evals.freezing.stand_ins import WORD, stands_out
from handrail.guardrails.placeholders import PLACEHOLDER
from handrail.guardrails.text import sentences
from handrail.guardrails.verdict import Evidence
from handrail.guardrails.vouched import vouch
from handrail.knowledge.embed import Embedder

from .answers import Answer

SAME = 0.85
"""From this likeness (the cosine) on two sentences say the same, where they hold the same numbers."""
MOST = 12
"""Sentences of a passage."""
LONGEST = 80
DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Draft:
    """A passage under a heading, with the answers that it rests on, and what its reader should look at."""

    heading: str
    text: str
    sources: tuple[Answer, ...]
    remarks: tuple[str, ...]
    by: str


class Written(BaseModel):
    """What a model is asked to fill in."""

    heading: str = Field(max_length=LONGEST)
    text: str


async def draft_passage(
    questions: Sequence[str], answers: Sequence[Answer], embedder: Embedder, form: Form | None, engine: str
) -> Draft:
    """Draft what answers these questions. What a model writes must rest on the answers in every number, day and name,
    else their own words stand."""
    chosen, remarks = await _chosen(answers, embedder)
    heading = heading_of(questions)
    if form is not None and chosen:
        written = await _by_model(questions, chosen, form)
        if isinstance(written, Written):
            return Draft(written.heading.strip() or heading, written.text.strip(), tuple(chosen), remarks, engine)
        remarks = (*remarks, written)
    text = " ".join(answer.text for answer in chosen)
    return Draft(heading, text, tuple(chosen), remarks, "the words of people")


def _bare(text: str) -> str:
    """A text without placeholders, identifiers and what can't be printed."""
    text = "".join(character if character.isprintable() else " " for character in text)
    return WORD.sub(lambda word: "" if stands_out(word[0]) else word[0], PLACEHOLDER.sub("", text))


def heading_of(questions: Sequence[str]) -> str:
    """The question as it was asked by most, without anybody's data."""
    for question in questions:
        for start, end in sentences(question):
            asked = " ".join(_bare(question[start:end]).split()).strip(" ,.!#")
            if len(asked.split()) >= 2 and len(asked) <= LONGEST:
                return asked[:1].upper() + asked[1:]
    return "What customers ask"


async def _chosen(answers: Sequence[Answer], embedder: Embedder) -> tuple[list[Answer], tuple[str, ...]]:
    """Each thing said once, as it was said last, in the order in which one person said it."""
    if not answers:
        return [], ("nobody has answered it yet: write the passage yourself",)
    vectors = await embedder.embed([answer.text for answer in answers])
    kept: list[int] = []
    remarks: list[str] = []
    for number, answer in enumerate(answers):
        alike = [k for k in kept if float(np.dot(vectors[number], vectors[k])) >= SAME]
        other = next((k for k in alike if _numbers(answers[k].text) != _numbers(answer.text)), None)
        if other is not None:
            remarks.append(f"people say different things: {answers[other].text!r}, and before: {answer.text!r}")
        elif not alike:
            kept.append(number)
    chosen = sorted(kept[:MOST], key=lambda n: (-answers[n].at.timestamp(), answers[n].seq, n))
    return [answers[n] for n in chosen], tuple(remarks)


def _numbers(text: str) -> tuple[str, ...]:
    return tuple(sorted(DIGITS.findall(text)))


async def _by_model(questions: Sequence[str], answers: Sequence[Answer], form: Form) -> Written | str:
    """The passage, or why there is none that holds."""
    instructions = (files("handrail.evals") / "prompts" / "passage.md").read_text(encoding="utf-8")
    told = "\n".join(f"- {answer.text}" for answer in answers)
    asked = "\n".join(f"- {question}" for question in questions)
    material = f"Customers asked:\n{asked}\n\nPeople answered:\n{told}"
    messages = ({"role": "system", "content": instructions}, {"role": "user", "content": material})
    try:
        written, _ = await form.write(Written, messages)
    except Unavailable as error:
        return f"the model did not answer ({error.code}): these are the words of people"
    said = Evidence(said=tuple(answer.text for answer in answers))
    missing, _ = vouch(written.text, said)
    if missing or not written.text.strip():
        bare = ", ".join(written.text[start:end] for start, end in (each.span for each in missing))
        return f"the model wrote what nobody said ({bare or 'nothing'}): these are the words of people"
    return written
