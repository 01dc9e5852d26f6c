"""Messages made ready for telling: no address, no signature, no part numbers, and what a sentence does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.desk.speech import act_of, bare, goes_on, part_of, sentences


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("@Shop @Help my kettle is broken", "my kettle is broken"),
        ("@4711: see https://shop.example/faq/kettles for the steps", "see [link] for the steps"),
        ("Please restart it. ^KM", "Please restart it."),
        ("We will look. -Ana", "We will look."),
        ("Take it to the shop. TY - Ola 2/2", "Take it to the shop."),
        ("It is on its way. https://t.example/a https://t.example/b", "It is on its way."),
        ("Fill in this form: https://shop.example/form ^TJ", "Fill in this form: [link]"),
        ("It looks like this 😬 https://t.example/p", "It looks like this 😬"),
        ("Send it to us /KM https://t.example/dm", "Send it to us"),
        ("It is broken again! @one @two @three", "It is broken again!"),
        ("...and it leaks as well >>", "and it leaks as well"),
        ("(1/2) We have had your mail", "We have had your mail"),
        ("It leaves at 7 - Monday at the latest", "It leaves at 7 - Monday at the latest"),
        ("I paid 3/4 of it already", "I paid 3/4 of it already"),
    ],
)
def test_a_message_is_told_without_what_only_frames_it(text, told):
    assert bare(text) == told


@pytest.mark.parametrize(
    ("sentence", "act"),
    [
        ("Which order is it about?", "asks"),
        ("Please unplug the kettle and call us on 0800 4711.", "advises"),
        ("We'll send you a new lid by Friday.", "promises"),
        ("I have passed this to our warehouse.", "promises"),
        ("Please send us a photo and we'll have a look.", "advises"),
        ("The lid is out of stock until 14 May.", "tells"),
        ("Sorry to hear that!", "says_nothing"),
        ("Let us know if you need anything else.", "says_nothing"),
        ("Thanks so much, have a nice day", "says_nothing"),
    ],
)
def test_what_a_sentence_does_is_told_apart(sentence, act):
    assert act_of(sentence) == act


def test_parts_of_one_message_are_known():
    assert part_of("@me We are sorry 1/2") == (1, 2)
    assert part_of("2/3 and your number. ^KM") == (2, 3)
    assert part_of("I want 1/2 of it back") is None
    assert goes_on("I tried to pay and", "it took the money twice")
    assert goes_on("It has been passed on to the", "... team that settles it.")
    assert not goes_on("hi there", "my kettle leaks")
    assert not goes_on("I tried to pay.", "it took the money twice")


@given(st.text(max_size=200))
def test_sentences_are_the_message_again(text):
    told = " ".join(sentence.text for sentence in sentences(text))
    assert "".join(told.split()) in "".join(bare(text).split())
