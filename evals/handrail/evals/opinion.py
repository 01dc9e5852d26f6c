"""An opinion: what a judge by model says of a conversation, and what of it counts as a score."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from handrail.conversation.spending import Usage
from handrail.evals.score import Score

Question = Literal["settled", "helpful", "tone", "right", "person"]
QUESTIONS: dict[Question, str] = {
    "settled": "Did the customer end with what they came for, or with a clear and final answer to it? Not where they "
    "were passed to somebody else, were promised something for later, or gave up.",
    "helpful": "Did the desk do what it could: understood what was meant, answered that, told what comes next, and "
    "asked for nothing that it had been told already?",
    "tone": "Was each line of the desk polite, plain, and fitting for how the customer felt?",
    "right": "Does everything that the desk said of rules, prices, times and amounts agree with the sources?",
    "person": "Should a person of the company have taken this conversation over at some time, as a good support desk "
    "sees it: somebody was asked for, a matter was delicate, or the desk could not get on?",
}
"""What a judge is asked, in this order: what no rule can score. `right` is asked where there are sources."""
PREFIX = "judge."
JUDGED = tuple(f"{PREFIX}{question}" for question in QUESTIONS)
"""The names of the scores. They tell whose word they are, and make no case right or wrong."""
SURE = 60
"""Per cent from which on a yes (and a no, of the other answer) counts."""

LONGEST = 600
"""Characters of a reason that are kept: the limits of a schema on text are not taken by every server."""


class Answer(BaseModel):
    """The answer to one question."""

    # The lines and the reason come first, so that they are not made up for the word.

    model_config = ConfigDict(frozen=True)
    lines: tuple[int, ...] = Field(max_length=40, description="the numbers of the lines that this rests on")
    reason: Annotated[str, AfterValidator(lambda told: told[:LONGEST])] = Field(description="why, in a sentence or two")
    word: Literal["yes", "no", "unsure"]
    percent: int = Field(ge=0, le=100, description="how probable it is that the answer is yes, in per cent")


class Opinion(BaseModel):
    """`judge` is the model, `shown` how many lines it read. `steering` are lines that tried to tell the judge what to
    say. `failed` says why there is no answer (a code such as `timeout`)."""

    model_config = ConfigDict(frozen=True)
    judge: str
    shown: int
    answers: dict[Question, Answer] = {}
    steering: tuple[int, ...] = ()
    failed: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0

    @classmethod
    def costing(cls, usage: Usage, **fields: object) -> "Opinion":
        """An opinion and what it cost."""
        spent = {"tokens_in": usage.tokens_in, "tokens_out": usage.tokens_out, "cost": usage.cost}
        return cls.model_validate({**fields, **spent})

    def doubt(self, question: Question) -> str:
        """Why the answer to a question does not count; empty where it does."""
        answer = self.answers.get(question)
        if answer is None:
            return f"no answer: {self.failed}" if self.failed else "it was not asked"
        if answer.word == "unsure" or (answer.percent if answer.word == "yes" else 100 - answer.percent) < SURE:
            return "the judge is not sure"
        if not answer.lines or not all(1 <= line <= self.shown for line in answer.lines):
            return "the judge names no line that is there"
        if set(answer.lines) <= set(self.steering):
            return "the judge goes by lines that speak to the judge"
        return ""

    def word(self, question: Question) -> bool | None:
        """The answer where it counts, else None."""
        return None if self.doubt(question) else self.answers[question].word == "yes"

    def probability(self, question: Question) -> float | None:
        """How probable the judge finds a yes, 0 to 1, where its answer counts."""
        return None if self.doubt(question) else self.answers[question].percent / 100


def scores(opinion: Opinion | None) -> tuple[Score, ...]:
    """A score for every question: 1 for yes, 0 for no, unscored where the answer does not count; nothing where nobody
    was asked."""
    return () if opinion is None else tuple(_score(opinion, question) for question in QUESTIONS)


def _score(opinion: Opinion, question: Question) -> Score:
    name, doubt = f"{PREFIX}{question}", opinion.doubt(question)
    if doubt:
        return Score(name, None, doubt)
    answer = opinion.answers[question]
    where = ", ".join(map(str, answer.lines))
    return Score(
        name, float(answer.word == "yes"), f"{answer.reason} ({'lines' if len(answer.lines) > 1 else 'line'} {where})"
    )
