"""Making a query of a message and the lines before it."""

import pytest

from handrail.knowledge.query import LEANING, SHORT, make_query

BEFORE = ("Hello there", "Can I return boots?", "What does delivery to France cost?")


@pytest.mark.parametrize(
    "message", ["and how long does that take?", "why not?", "what about on sunday?", "and Canada?"]
)
def test_a_follow_up_leans_on_the_lines_before(message: str) -> None:
    query = make_query(message, BEFORE)
    assert query.text == message
    assert query.beside == ((BEFORE[2], LEANING), (BEFORE[1], LEANING**2))


def test_a_short_question_leans_a_little() -> None:
    assert make_query("do you ship jackets to Japan?", BEFORE[2:]).beside == ((BEFORE[2], SHORT),)


def test_a_question_that_stands_by_itself_does_not_lean() -> None:
    assert make_query("How do I wash a waterproof jacket at home?", BEFORE).beside == ()


def test_without_lines_before_there_is_the_message_alone() -> None:
    assert make_query("  and\nhow long? ", ("", " ")) == make_query("and how long?")


def test_of_a_long_message_the_questions_lead() -> None:
    story = "I bought boots for a trip with my sister two weeks ago and I have worn them around the house a little. "
    query = make_query(story * 3 + "Can I still return them? Thanks in advance, all the best.")
    assert query.text == "Can I still return them?"
    assert query.beside[0][0].startswith("I bought boots")
    assert make_query(story * 3).text.endswith("around the house a little.")
    assert len(make_query("word " * 900 + "?").text.split()) <= 40


def test_of_a_long_line_before_only_the_end_counts() -> None:
    ((line, _),) = make_query("why not?", ["x" * 5000 + " the end"]).beside
    assert len(line) == 300
    assert line.endswith("the end")


def test_what_is_traded_is_asked_for_as_policies_call_it_too() -> None:
    query = make_query("How long do I have to return a jacket?")
    assert query.text == "How long do I have to return a jacket?"
    assert [text for text, _ in query.beside] == ["How long do I have to return an item?"]


def test_other_things_keep_their_names() -> None:
    for message in ("Can my dog come along on the walk?", "I got a refund in March", "Where do we meet the guide?"):
        assert make_query(message).beside == ()
