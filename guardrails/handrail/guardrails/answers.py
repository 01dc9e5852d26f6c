"""Whether whole answers stand on their evidence, many at a time: each sentence as the check `grounded` judges it."""

from collections.abc import Sequence
from dataclasses import dataclass

from handrail.conversation.events import Finding
from handrail.conversation.settings import Checks
from handrail.guardrails.context import Context
from handrail.guardrails.grounded import bare, grounds
from handrail.guardrails.grounding.measures import Stand, stand
from handrail.guardrails.grounding.support import settled, support
from handrail.guardrails.outbound import Grounded
from handrail.guardrails.probes import Embedder
from handrail.guardrails.text import sentences
from handrail.guardrails.verdict import Evidence


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, what it may rest on, and the question that it answers (empty where it is not known)."""

    text: str
    evidence: tuple[str, ...]
    question: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A finding whose span counts in the whole answer, and the sentence of the evidence that comes nearest."""

    finding: Finding
    near: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The probability (0 to 1) that the answer is supported, told from all of it at once, and what was found in its
    sentences."""

    supported: float
    findings: tuple[Told, ...]


class Answers:
    """Judges answers. One pass of the embedder serves all answers given together; without one, words decide."""

    def __init__(self, embedder: Embedder | None, checks: Checks) -> None:
        self._embedder, self._checks, self._check = embedder, checks, Grounded()

    async def judge(self, answers: Sequence[Answer]) -> list[Judged]:
        """Judge each of the answers, in their order."""
        whole = [stand(a.text, _evidence(a), question=a.question) for a in answers]
        await self._embed(whole)
        return [await self._judge(answer, found) for answer, found in zip(answers, whole, strict=True)]

    async def _embed(self, whole: Sequence[Stand]) -> None:
        """Have the embedder compute what most answers need, together: it remembers texts."""
        wanted = dict.fromkeys(text for found in whole if found.pair and not settled(found) for text in found.pair)
        if self._embedder is not None and wanted:
            await self._embedder.embed(list(wanted))

    async def _judge(self, answer: Answer, found: Stand) -> Judged:
        context = Context("outbound", self._checks, evidence=_evidence(answer), embedder=self._embedder)
        likeness = None if found.pair is None or settled(found) else await context.likeness(*found.pair)
        told: list[Told] = []
        for a, b in sentences(answer.text):
            sentence = answer.text[a:b]
            for finding in await self._check.look(sentence, context):
                start, end = finding.span or (0, len(sentence))
                told.append(Told(finding.model_copy(update={"span": (a + start, a + end)}), _near(sentence, context)))
        return Judged(support(found, likeness), tuple(told))


def _near(sentence: str, context: Context) -> str:
    near = grounds(bare(sentence), context.evidence).near
    return near.text if near is not None else ""


def _evidence(answer: Answer) -> Evidence:
    passages = {str(number): text for number, text in enumerate(answer.evidence, 1)}
    return Evidence(passages=passages, said=(answer.question,) if answer.question else ())
