"""A language model's opinion on an answer that the local reading is unsure of."""

from dataclasses import dataclass, field, replace

from pydantic import BaseModel

from handrail.agent.consent import Kind, Reading
from handrail.agent.models.breaker import Form
from handrail.agent.models.texts import text
from handrail.conversation.errors import Unavailable
from handrail.conversation.spending import Usage


class Opinion(BaseModel):
    """What the model takes an answer for, and the customer's own words that this rests on."""

    reading: Kind
    words: str


@dataclass(frozen=True, slots=True)
class Second:
    """The reading after the model was asked, and what asking cost."""

    reading: Reading
    usage: Usage = field(default_factory=Usage)


def is_unsure(reading: Reading) -> bool:
    """Whether a model is asked: nothing was understood, or a plain yes has words beside it that are not known."""
    return reading.kind == "unclear" or reading.aside


async def ask(form: Form, reading: Reading, answer: str, summary: str, seconds: float) -> Second:
    """Have the model read the answer too. Where it does not answer in time, the local reading stands."""
    messages = (
        {"role": "system", "content": text("consent.md").format(summary=summary)},
        {"role": "user", "content": answer},
    )
    try:
        opinion, usage = await form.write(Opinion, messages, seconds=seconds)
    except Unavailable:
        return Second(reading)
    return Second(joined(reading, opinion, answer), usage)


def joined(reading: Reading, opinion: Opinion, answer: str) -> Reading:
    """The local reading and the model's opinion as one.

    **No model makes a yes.** The yes is the customer's own: a word of theirs that is listed as one, and not as mere
    politeness. Against it stands whatever is known to: a negation, a wait, a hedge, mockery, a condition, an exception,
    a change, a question, a value, a word of the proposal, or an unknown word that no pause parts from the rest. Only
    where nothing of these is found, and one or two unknown words stand apart from the yes ("yes, milady"), does the
    model's `yes` count: it says that they are an aside. Without such a yes, "not yet" in whatever words stays
    `unclear` and is asked again, whatever a model says.

    A `no`, `wait`, `change` or `unrelated` of the model's is taken where the words it rests on occur in the answer:
    none of them does anything.
    """
    start = answer.casefold().find(opinion.words.casefold().strip())
    if not opinion.words.strip() or start < 0 or opinion.reading == "unclear":
        return replace(reading, kind="unclear") if reading.aside and opinion.reading == "unclear" else reading
    if opinion.reading == "yes":
        return replace(reading, kind="yes", remainder="", firm=True) if reading.aside else reading
    end = start + len(opinion.words.strip())
    rest = answer if opinion.reading in ("change", "unrelated") else ""
    return Reading(opinion.reading, (start, end), remainder=rest)
