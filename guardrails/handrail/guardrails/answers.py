"""Whether whole answers stand on their evidence, many at a time: each sentence as the check `grounded` judges it."""

from collections.abc import Sequence
from dataclasses import dataclass

from handrail.conversation.events import Finding
from handrail.conversation.settings import Checks
from handrail.guardrails.context import Context
from handrail.guardrails.grounded import bare, grounds
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
    """The probability (0 to 1) that everything in the answer is supported, and what was found."""

    supported: float
    findings: tuple[Told, ...]


class Answers:
    """Judges answers. One pass of the embedder serves all answers given together; without one, words decide."""

    def __init__(self, embedder: Embedder | None, checks: Checks) -> None:
        self._embedder, self._checks, self._check = embedder, checks, Grounded()

    async def judge(self, answers: Sequence[Answer]) -> list[Judged]:
        """Judge each of the answers, in their order."""
        await self._embed(answers)
        return [await self._judge(answer) for answer in answers]

    async def _embed(self, answers: Sequence[Answer]) -> None:
        """Have the embedder compute what will be asked, together: it remembers texts."""
        wanted: dict[str, None] = {}
        for answer in answers:
            evidence = _evidence(answer)
            for a, b in sentences(answer.text):
                found = grounds(answer.text[a:b], evidence)
                if not found.settled and found.near is not None:
                    wanted |= dict.fromkeys((bare(answer.text[a:b]), found.near.text))
        if self._embedder is not None and wanted:
            await self._embedder.embed(list(wanted))

    async def _judge(self, answer: Answer) -> Judged:
        context = Context("outbound", self._checks, evidence=_evidence(answer), embedder=self._embedder)
        told: list[Told] = []
        supported = 1.0
        for a, b in sentences(answer.text):
            sentence = answer.text[a:b]
            near = grounds(sentence, context.evidence).near
            for finding in await self._check.look(sentence, context):
                held = finding.score if finding.name == "supported" else 1 - finding.score
                supported = min(supported, held)
                start, end = finding.span or (0, len(sentence))
                placed = finding.model_copy(update={"span": (a + start, a + end)})
                told.append(Told(placed, near.text if near is not None else ""))
        return Judged(supported, tuple(told))


def _evidence(answer: Answer) -> Evidence:
    passages = {str(number): text for number, text in enumerate(answer.evidence, 1)}
    return Evidence(passages=passages, said=(answer.question,) if answer.question else ())
