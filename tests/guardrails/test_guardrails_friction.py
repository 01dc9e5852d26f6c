"""Two sides that talk past each other, told by what the customer makes of what they got."""

import pytest
from guardrails_talk import talk
from hypothesis import given
from hypothesis import strategies as st

from handrail.guardrails.friction import friction, word

OPENING = ("c: Do you have a room for Friday?", "b: Which size?", "c: A double room.")


@pytest.mark.parametrize(
    "line",
    [
        "No, I said Friday.",
        "Hmm, no, that one is too far out.",
        "That's not what I asked for, is there anything else?",
        "Sorry, I meant the other branch.",
        "None of these work. What about a different day?",
    ],
)
def test_turning_down_what_one_got_is_friction(line: str) -> None:
    taken = friction(talk(*OPENING, "b: The Harbour Hotel has one.", "c: Great, that works.").lines)
    assert friction(talk(*OPENING, "b: The Harbour Hotel has one.", f"c: {line}").lines) > taken + 0.2


@pytest.mark.parametrize("line", ["No, that's all, thank you.", "No thanks!", "Nothing else.", "No problem at all."])
def test_saying_that_this_is_all_is_none(line: str) -> None:
    refused = friction(talk(*OPENING, "b: Anything else?", "c: No, a cheaper one.").lines)
    assert friction(talk(*OPENING, "b: Anything else?", f"c: {line}").lines) < min(refused, 0.1)


@pytest.mark.parametrize("answer", ["Sorry, there is nothing.", "I don't understand.", "It was not possible to book."])
def test_a_desk_that_declines_makes_friction(answer: str) -> None:
    helped = friction(talk(*OPENING, "b: The Harbour Hotel has one.", "c: And on Saturday?").lines)
    assert friction(talk(*OPENING, f"b: {answer}", "c: And on Saturday?").lines) > helped


def test_only_what_the_desk_said_last_counts() -> None:
    lines = (*OPENING, "b: Sorry, there is none.", "c: On Sunday then?", "b: Yes, there is.", "c: For two nights.")
    assert friction(talk(*lines).lines) < friction(talk(*lines[:-2]).lines)


def test_what_opens_a_conversation_tells_less_than_what_answers() -> None:
    line = "c: I can't find my parcel, it isn't where you said."
    opening, answering = talk(line), talk(*OPENING, "b: The Harbour Hotel has one.", line)
    assert friction(opening.lines) < friction(answering.lines) - 0.3


def test_the_mood_of_the_line_moves_it() -> None:
    lines = talk(*OPENING, "b: The Harbour Hotel has one.", "c: Is it near the station?").lines
    assert friction(lines, sentiment=-0.8) > friction(lines) > friction(lines, sentiment=0.8)


@given(
    st.lists(st.tuples(st.sampled_from("cbp"), st.text(max_size=40)), max_size=8),
    st.floats(-1, 1),
)
def test_it_stays_within_its_bounds(lines: list[tuple[str, str]], sentiment: float) -> None:
    told = friction(talk(*(f"{who}: {text}" for who, text in lines)).lines, sentiment)
    assert -1 <= told <= 1


def test_the_desks_word_on_the_matter() -> None:
    assert word("Your booking is now confirmed, the reference number is 5512.") == 1
    assert word("The refund was processed yesterday.") == 1
    assert word("Unfortunately your booking was not confirmed.") == -1
    assert word("What day would you like?") == 0
