"""Reading answers to a proposal: a plain yes is a yes, and nothing else is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.agent.consent import read_reply

CANCEL = "Cancel order W10021 (2 items) and refund $129.00 to the card ending 4242"
MOVE = "Move booking B2001 from Friday 19 June 10:00 to Saturday 20 June 14:00"
BOOK = "Book the ridge hike on Friday for 2 people at $90.00"
CHANGE = "Change the delivery address of order W10021 to 4 Mill Lane, Bath"


def replies() -> list[tuple[str, str]]:
    """The table in `consent.txt` as (kind, text)."""
    found, kind = [], ""
    for line in (Path(__file__).parent / "consent.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]").partition(":")[0]
        elif line and not line.startswith("# "):
            found.append((kind, line))
    return found


@pytest.mark.parametrize(("kind", "text"), [*replies(), ("unclear", ""), ("unclear", " \n ")])
def test_an_answer_to_a_cancellation(kind: str, text: str) -> None:
    assert read_reply(text, CANCEL).kind == kind


@pytest.mark.parametrize(
    ("summary", "text", "kind"),
    [
        (MOVE, "yes", "yes"),
        (MOVE, "move it", "yes"),
        (MOVE, "yes move my booking", "yes"),
        (MOVE, "yes booking B2001", "yes"),
        (MOVE, "yes friday", "change"),
        (MOVE, "yes, saturday", "change"),
        (MOVE, "yes at 10:00", "change"),
        (MOVE, "no friday", "change"),
        (MOVE, "sunday", "change"),
        (MOVE, "cancel it", "no"),
        (MOVE, "cancel that", "no"),
        (MOVE, "cancel my order instead", "change"),
        (BOOK, "yes friday", "yes"),
        (BOOK, "yes Fri please", "yes"),
        (BOOK, "yes book it", "yes"),
        (BOOK, "book that", "yes"),
        (BOOK, "yes, book the ridge hike on friday", "yes"),
        (BOOK, "yes for 2 people", "yes"),
        (BOOK, "yes for 3 people", "change"),
        (BOOK, "yes at $90", "yes"),
        (BOOK, "yes thursday", "change"),
        (BOOK, "book the coast hike", "change"),
        (CHANGE, "yes change the address", "yes"),
        (CHANGE, "yes change it", "yes"),
        (CHANGE, "yes change the phone number", "change"),
        (CHANGE, "yes 5 mill lane", "change"),
        (CHANGE, "yes, Bath", "yes"),
        ("", "yes", "yes"),
        ("", "yes cancel it", "change"),
    ],
)
def test_what_repeats_the_proposal_agrees_and_what_chooses_within_it_does_not(
    summary: str, text: str, kind: str
) -> None:
    assert read_reply(text, summary).kind == kind


@pytest.mark.parametrize(
    ("text", "remainder"),
    [
        ("yes but keep the jacket", "keep the jacket"),
        ("yes, but Friday", "Friday"),
        ("no, saturday please", "saturday please"),
        ("ok thanks but what about shipping?", "what about shipping?"),
        ("yes refund $120", "$120"),
        ("no, what is your return policy?", "what is your return policy?"),
        ("Yes please! When will I get the money?", "When will I get the money?"),
        ("only the jacket", "only the jacket"),
        ("yes", ""),
        ("no thanks", ""),
    ],
)
def test_the_remainder_is_what_else_was_said(text: str, remainder: str) -> None:
    assert read_reply(text, CANCEL).remainder == remainder


def test_the_span_is_that_of_the_words_that_decided() -> None:
    text = "well, go  ahead please"
    span = read_reply(text, CANCEL).span
    assert span is not None
    assert text[slice(*span)] == "go  ahead"


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (("yes", "please"), "yes"),
        (("yes", "no wait"), "wait"),
        (("yes", "no"), "unclear"),
        (("no", "yes do it"), "unclear"),
        (("yes", "but keep the jacket"), "change"),
        (("ok", "how much is it?"), "unrelated"),
    ],
)
def test_lines_that_came_together_are_read_together(lines: tuple[str, ...], kind: str) -> None:
    assert read_reply("\n".join(lines), CANCEL).kind == kind


YESES = st.sampled_from([text for kind, text in replies() if kind == "yes" and "?" not in text])
OTHERS = st.sampled_from(
    ["the tent", "W99999", "tomorrow", "$5", "if it is free", "no", "wait", "instead", "maybe", "lol", "?"]
)


@given(YESES, OTHERS, st.booleans())
def test_a_yes_beside_anything_else_is_no_yes(yes: str, other: str, before: bool) -> None:
    text = f"{other} {yes}" if before else f"{yes} {other}"
    assert read_reply(text, CANCEL).kind != "yes"


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    reading = read_reply(text, CANCEL)
    assert reading.remainder == "" or reading.remainder in text


def test_a_long_story_is_no_answer() -> None:
    assert read_reply("yes " * 200, CANCEL).kind == "unrelated"


@given(st.text(alphabet=st.characters(categories=("Ll", "Lu")), min_size=9, max_size=20))
def test_letters_that_mean_nothing_are_no_yes(word: str) -> None:
    assert read_reply(word, CANCEL).kind != "yes"
