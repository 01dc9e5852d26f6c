"""Summaries of plain transcripts: what a person reads who takes over a conversation that others began."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.conversation.errors import Unavailable
from handrail.desk.digests import MOST, Digests
from handrail.desk.transcript import Turn
from handrail.desk.verify import Verified
from handrail.desk.writer import DraftLine, PacketDraft


def talk(*told: str) -> list[Turn]:
    """Turns from `c: …` and `a: …`."""
    return [Turn("customer" if one.startswith("c:") else "agent", one[2:].strip()) for one in told]


KETTLE = talk(
    "c: hi there",
    "c: @Shop my kettle K-220 from order 88127 leaks since Sunday, can I get the £34.50 back?",
    "a: @me So sorry to hear that! Which colour is it, and where did you buy it? ^KM",
    "c: @Shop red one, bought in your Leeds shop on 3 May",
    "a: @me Please empty the kettle, unplug it and bring it to the shop with the receipt. ^KM",
    "a: @me We'll send the refund within 5 days of getting it back. ^KM",
    "c: @Shop I have lost the receipt though, so that does not help me at all",
)


async def lines(turns: list[Turn]) -> list[tuple[str, tuple[int, ...]]]:
    made = await Digests().make(turns)
    assert made.dropped == ()
    return [(line.text, tuple(int(ref[4:]) for ref in line.evidence)) for line in made.packet.lines]


async def test_it_tells_the_matter_the_answers_and_where_it_stands():
    assert await lines(KETTLE) == [
        ("The customer asks: “my kettle K-220 from order 88127 leaks since Sunday, can I get the £34.50 back?”", (2,)),
        (
            "Asked “Which colour is it, and where did you buy it?”, the customer answered: “red one, bought in your "
            "Leeds shop on 3 May”",
            (3, 4),
        ),
        (
            "The agent advised: “Please empty the kettle, unplug it and bring it to the shop with the receipt.”",
            (5,),
        ),
        ("The agent promised: “We'll send the refund within 5 days of getting it back.”", (6,)),
        ("The customer's last word: “I have lost the receipt though, so that does not help me at all”", (7,)),
    ]


async def test_a_message_in_several_parts_is_told_as_one_in_their_order():
    told = await lines(
        talk(
            "c: Why was my tour moved?",
            "a: and the bridge is closed until 9 June. 2/2",
            "a: The path was washed away by the flood 1/2",
        )
    )
    assert told[1] == (
        "The agent said: “The path was washed away by the flood … and the bridge is closed until 9 June.”",
        (3, 2),
    )


async def test_a_sentence_torn_over_two_turns_is_told_whole():
    told = await lines(
        talk(
            "c: Why was my tour moved?",
            "a: We have asked our guide who says that the old bridge has been closed by the forester since the flood,",
            "a: which is why you walk on 9 June instead, by the lower path",
        )
    )
    assert told[1][0].endswith("since the flood, … which is why you walk on 9 June instead, by the lower path”")
    assert told[1][1] == (2, 3)


async def test_how_it_ended_is_told_even_when_courtesies_follow():
    told = await lines(
        talk(
            "c: My tent pole won't lock, what can I do?",
            "a: Please wipe the joint and push it in until it clicks.",
            "c: ok, it works now",
            "a: Great, happy to help!",
        )
    )
    assert told[-1] == ("The customer's last word: “ok, it works now”", (3,))


async def test_marks_of_the_web_are_told_as_they_are_read():
    told = await lines(talk("c: Tom &amp; Ann&#39;s booking is gone"))
    assert told == [("The customer says: “Tom & Ann's booking is gone”", (1,))]


async def test_a_conversation_in_which_nothing_is_said_has_no_lines():
    assert await lines([]) == []
    assert await lines(talk("c: https://t.example/x", "a: ^KM")) == []


@given(st.lists(st.tuples(st.sampled_from(["customer", "agent"]), st.text(max_size=120)), max_size=12))
async def test_whatever_is_said_each_line_stands_on_its_turns(said):
    turns = [Turn(role, text) for role, text in said]
    made = await Digests().make(turns)
    assert len(made.packet.lines) <= MOST
    for line in made.packet.lines:
        assert line.evidence
        assert all(1 <= int(ref[4:]) <= len(turns) for ref in line.evidence)


class Writes:
    """A writer whose draft, or error, is given."""

    name = "model"

    def __init__(self, *lines: tuple[str, list[str]], error: Exception | None = None) -> None:
        self._draft = PacketDraft(
            lines=[DraftLine(topic="tried", text=text, evidence=refs) for text, refs in lines], first_line=""
        )
        self._error = error

    async def write(self, instructions: str, material: str, schema: type[PacketDraft]) -> PacketDraft:
        assert "[seq:2] customer: @Shop my kettle K-220" in material
        if self._error is not None:
            raise self._error
        return self._draft


async def by_model(writer: Writes) -> Verified:
    return await Digests(writer).make(KETTLE)


async def test_what_a_model_writes_is_held_to_the_same_turns():
    made = await by_model(
        Writes(
            ("The customer wants £34.50 back for kettle K-220.", ["seq:2"]),
            ("The agent refunded £34.50.", ["seq:6"]),
            ("The kettle was bought in Leeds on 4 May.", ["seq:4"]),
        )
    )
    assert [line.text for line in made.packet.lines] == ["The customer wants £34.50 back for kettle K-220."]
    assert [drop.line.text for drop in made.dropped] == [
        "The agent refunded £34.50.",
        "The kettle was bought in Leeds on 4 May.",
    ]


@pytest.mark.parametrize("writer", [Writes(error=Unavailable("down")), Writes(("It costs £99.", ["seq:2"]))])
async def test_where_a_model_fails_the_words_that_were_said_stand_in(writer):
    made = await by_model(writer)
    assert made.packet.lines == (await Digests().make(KETTLE)).packet.lines
