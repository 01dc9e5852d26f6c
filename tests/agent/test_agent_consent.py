"""Reading answers to a proposal: a plain yes is a yes, and nothing else is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.agent.consent import read_reply
from handrail.agent.opinion import Opinion, is_unsure, joined

CANCEL = "Cancel order W10021 (2 items) and refund $129.00 to the card ending 4242"
MOVE = "Move booking B2001 from Friday 19 June 10:00 to Saturday 20 June 14:00"
BOOK = "Book the ridge hike on Friday for 2 people at $90.00"
CHANGE = "Change the delivery address of order W10021 to 4 Mill Lane, Bath"


def replies(file: str = "consent.txt") -> list[tuple[str, str]]:
    """The table in `consent.txt` as (kind, text)."""
    found, kind = [], ""
    for line in (Path(__file__).parent / file).read_text(encoding="utf-8").splitlines():
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


@pytest.mark.parametrize(("kind", "text"), replies("consent_missed.txt"))
def test_what_is_not_read_as_it_is_meant_is_no_yes(kind: str, text: str) -> None:
    assert read_reply(text, CANCEL).kind not in ("yes", kind)


EVERYTHING = [*replies(), *replies("consent_missed.txt")]
CLEARED = ("word, go ahead", "yes go on, thanks pet")
"""All that a model which says yes to everything adds to what is read as a yes here: the customers' own, each one."""


def test_a_model_that_lies_makes_no_yes() -> None:
    made = [text for _, text in EVERYTHING if read_reply(text, CANCEL).kind != "yes" and lied_about(text) == "yes"]
    assert made == list(CLEARED)
    assert {kind for kind, text in EVERYTHING if text in CLEARED} == {"yes"}


def lied_about(text: str) -> str:
    reading = read_reply(text, CANCEL)
    return joined(reading, Opinion(reading="yes", words=text), text).kind if is_unsure(reading) else reading.kind


NOT_YETS = [
    "not yet", "noch nicht", "pas encore", "todavía no", "ещё нет", "まだ", "over my dead body", "when pigs fly",
    "get lost", "to be approved", "approval pending", "awaiting approval", "needs approval", "undecided",
    "the tent leaks", "$100", "refund 100", "100% refund", "my husband decides", "ask me again on Friday", "asdf",
    "go away",
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_YETS)
def test_no_wording_and_no_model_turns_a_not_yet_into_a_yes(text: str) -> None:
    assert lied_about(text) != "yes"


@given(
    st.sampled_from([text for kind, text in EVERYTHING if kind == "yes"]), st.sampled_from(["not yet", "no", "later"])
)
def test_a_not_yet_beside_a_yes_is_no_yes_whatever_a_model_says(yes: str, other: str) -> None:
    assert lied_about(f"{yes}, {other}") != "yes"
    assert lied_about(f"{other}, {yes}") != "yes"


@pytest.mark.parametrize(
    ("text", "opinion", "kind"),
    [
        ("yes, milady", Opinion(reading="yes", words="yes"), "yes"),
        ("yes milady", Opinion(reading="yes", words="yes"), "change"),
        ("yes, milady", Opinion(reading="yes", words="of course"), "change"),
        ("yes, milady", Opinion(reading="unclear", words="yes"), "unclear"),
        ("yes to milady", Opinion(reading="yes", words="yes"), "change"),
        ("yes my lady", Opinion(reading="yes", words="yes"), "change"),
        ("yes two ladies", Opinion(reading="yes", words="yes"), "change"),
        ("jamais", Opinion(reading="no", words="Jamais"), "no"),
        ("jamais", Opinion(reading="no", words="never"), "unclear"),
        ("attends", Opinion(reading="wait", words="attends"), "wait"),
        ("attends", Opinion(reading="yes", words="attends"), "unclear"),
        ("the tent leaks", Opinion(reading="unrelated", words="tent leaks"), "unrelated"),
        ("maybe", Opinion(reading="yes", words="maybe"), "unclear"),
        ("yeah right", Opinion(reading="yes", words="yeah right"), "unclear"),
    ],
)
def test_what_a_model_adds(text: str, opinion: Opinion, kind: str) -> None:
    reading = read_reply(text, CANCEL)
    assert (joined(reading, opinion, text) if is_unsure(reading) else reading).kind == kind
