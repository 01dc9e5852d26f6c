"""Played customers: what they say, and when they leave."""

from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from handrail.agent.models.protocol import Usage
from handrail.evals.case import Case, Scenario, Step
from handrail.evals.roles import Line, ModelRole, Next, ScriptedRole, Seen

FACTS = {"order number": "W10001", "e-mail address": "sam@example.org", "delivery postcode": "LA22 9BU"}
WANTS = Scenario(goal="I want to cancel an order.", facts=FACTS)


def seen(*texts: str, **more: Any) -> Seen:
    """A conversation in which customer and agent take turns."""
    return Seen([Line(("customer", "agent")[n % 2], text) for n, text in enumerate(texts)], **more)


async def says(scenario: Scenario, view: Seen) -> str | None:
    step = await ScriptedRole().next(scenario, view)
    return None if step is None else step.say


async def test_the_goal_is_the_first_line_and_facts_are_told_when_they_are_asked_for() -> None:
    assert await says(WANTS, seen()) == "I want to cancel an order."
    asked = ("I want to cancel an order.", "Which order number is it?")
    assert await says(WANTS, seen(*asked)) == "W10001"
    asked += ("W10001", "Please tell me your email.")
    assert await says(WANTS, seen(*asked)) == "sam@example.org"
    asked += ("sam@example.org", "And the order number or postcode?")
    assert await says(WANTS, seen(*asked)) == "LA22 9BU"


async def test_a_code_is_typed_and_a_proposal_answered_as_the_scenario_says() -> None:
    talk = ("I want to cancel an order.", "Type the code.")
    assert await ScriptedRole().next(WANTS, seen(*talk, code_sent=True)) == Step(code=True)
    assert await says(WANTS, seen(*talk, proposed="Cancel W10001?")) == "Yes, please do."
    unsure = WANTS.model_copy(update={"agrees": False})
    assert await says(unsure, seen(*talk, proposed="Cancel W10001?")) == "No, leave it as it is."


@pytest.mark.parametrize(
    "last", ["It is cancelled.", "Done. Is there anything else I can do?", "How can I help you with that?"]
)
async def test_they_leave_when_nothing_is_asked_any_more(last: str) -> None:
    assert await says(WANTS, seen("I want to cancel an order.", last)) is None


async def test_they_leave_when_a_person_was_called_and_when_they_have_nothing_to_say() -> None:
    assert await says(WANTS, seen("cancel", "Which colour is it?", handed_over=True)) is None
    talk = ["cancel", "Which colour is it?"]
    for _ in range(2):
        told = await says(WANTS, seen(*talk))
        assert told == "I don't know, sorry."
        talk += [told, "Which colour is it?"]
    assert await says(WANTS, seen(*talk)) is None


async def test_manners_change_words_and_never_facts() -> None:
    hurried = WANTS.model_copy(update={"manner": ("misspelling", "hurried", "angry")})
    first = await says(hurried, seen())
    assert first is not None
    assert first.startswith("I'm in a hurry.")
    assert first.endswith("This is ridiculous!")
    assert first == await says(hurried, seen())
    assert await says(hurried, seen("cancel", "Which order number?")) == "W10001"
    assert await says(WANTS.model_copy(update={"manner": ("terse",)}), seen("x", "y", proposed="z?")) == "Yes do"


class Book:
    """A model that says what stands in a book, and remembers what it was asked."""

    def __init__(self, *answers: Next) -> None:
        self.answers, self.asked = list(answers), list[Sequence[dict[str, Any]]]()

    async def write(
        self, schema: type[Any], messages: Sequence[dict[str, Any]], *, seconds: float | None = None
    ) -> Any:
        self.asked.append(messages)
        return self.answers.pop(0), Usage()


async def test_a_model_is_told_goal_facts_manner_and_the_talk_and_decides_when_it_is_over() -> None:
    book = Book(Next(say="Hi, cancel W10001", done=False), Next(done=True))
    role = ModelRole(book)
    scenario = WANTS.model_copy(update={"agrees": False, "manner": ("angry",)})
    assert await role.next(scenario, seen()) == Step(say="Hi, cancel W10001")
    assert await role.next(scenario, seen("Hi", "Shall I?", proposed="Cancel W10001?")) is None
    system, user = book.asked[1]
    for told in ("I want to cancel an order.", "- order number: W10001", "angry", "You say no"):
        assert told in system["content"]
    assert user["content"] == "You: Hi\nAgent: Shall I?\nAgent asks you to agree: Cancel W10001?"
    assert await role.next(scenario, seen("Hi", "Type the code", code_sent=True)) == Step(code=True)
    assert await role.next(scenario, seen("Hi", "A colleague comes", handed_over=True)) is None


def test_what_is_no_customer_is_told() -> None:
    with pytest.raises(ValidationError, match="says something"):
        Next(say=" ", done=False)
    with pytest.raises(ValidationError, match="a `customer` to be played"):
        Case(id="a", purpose="p")
