"""What was measured of a judge, in a file that gates look at."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from handrail.conversation.errors import Invalid
from handrail.evals.gates import Gate
from handrail.evals.identity import data_hash
from handrail.evals.judging.measuring import Pair
from handrail.evals.judging.trust import Trust
from handrail.evals.opinion import PREFIX, Question
from handrail.evals.statistics import Figure

FILE = "judge.json"
"""In the workspace."""


class Part(BaseModel):
    """A part of the file: an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Told(Part):
    """One question, as `Trust` has it."""

    agreement: Figure
    kappa: Figure
    auroc: Figure
    talks: Figure
    replies: Figure
    turned: Figure
    silent: Figure
    doubts: tuple[str, ...]


class Disagreement(Part):
    """A conversation on which people and the judge differ, and why it says so."""

    id: str
    question: Question
    people: bool
    judge: bool
    reason: str


class Record(Part):
    """`judge` is the model and the hash of what it is told; `data_sha256` is of the conversations."""

    judge: str
    at: AwareDatetime
    data_sha256: str
    conversations: int
    questions: dict[Question, Told]
    disagreements: tuple[Disagreement, ...] = ()


def record(judge: str, at: datetime, pairs: Sequence[Pair], found: Sequence[Trust]) -> Record:
    """What was measured."""
    questions = {one.question: Told(**{k: v for k, v in asdict(one).items() if k != "question"}) for one in found}
    return Record(
        judge=judge,
        at=at,
        data_sha256=data_hash([pair.case for pair in pairs]),
        conversations=len(pairs),
        questions=questions,
        disagreements=tuple(each for one in found for each in _disagreements(one.question, pairs)),
    )


def _disagreements(question: Question, pairs: Sequence[Pair]) -> Iterator[Disagreement]:
    for pair in pairs:
        told, word = pair.people(question), pair.opinion.word(question)
        if told is not None and word is not None and told != word:
            reason = pair.opinion.answers[question].reason
            yield Disagreement(id=pair.case.id, question=question, people=told, judge=word, reason=reason)


def read_record(path: Path) -> Record | None:
    """The record in a file; None where there is none. Raises `Invalid` for one that can't be read."""
    if not path.exists():
        return None
    try:
        return Record.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise Invalid(f"{path} is no measurement of a judge: {error}") from error


def warnings(gates: Sequence[Gate], judge: str, measured: Record | None, least: float) -> Iterator[str]:
    """Why gates on a judge's scores prove little: this judge was never measured, or agrees too little with people (the
    lower end of Cohen's kappa is under `least`)."""
    for question in dict.fromkeys(q for one in gates if (q := _question(one)) is not None):
        told = measured.questions.get(question) if measured is not None and measured.judge == judge else None
        if told is None:
            yield (
                f"{PREFIX}{question} is held to a gate, and {judge or 'the judge'} was never measured against people's "
                "tags: handrail evals judge"
            )
        elif told.kappa.low is None or told.kappa.low < least:
            low = "can't be told" if told.kappa.low is None else f"may be as low as {told.kappa.low:.2f}"
            yield f"{PREFIX}{question} is held to a gate, and its agreement with people is weak: kappa {low}"
        elif told.doubts:
            yield f"{PREFIX}{question} is held to a gate, and is not to be trusted: {'; '.join(told.doubts)}"


def _question(gate: Gate) -> Question | None:
    name = gate.figure.rpartition(":")[2]
    return name.removeprefix(PREFIX) if name.startswith(PREFIX) else None  # type: ignore[return-value]
