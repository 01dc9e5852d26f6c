"""A stream is cut into sentences: nothing is lost, and how it arrived makes no difference."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.agent.sentences import Splitter, split

PIECES = [
    "Hello", " ", "\n", "\n\n", ". ", ".", "! ", "? ", "...", "… ", "e.g. ", "Mr. ", "No. ", "5", "3.14",
    "[1]", " [2]", "[1, 2]", "[", "]", "- item", "1. ", "🎉", "👩\u200d🚒", "https://a.example/b.html?x=1. ",
    '"Stop." ', "**Bold.** ", "a.m. ", "Next", "lower", "$129.00", "W10021", "(see [3].) ", "word " * 30, "x" * 90,
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=300)


def in_chunks(text: str, cuts: list[int], longest: int) -> list[str]:
    splitter = Splitter(longest)
    edges = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    sentences = [s for a, b in pairwise(edges) for s in splitter.feed(text[a:b])]
    return [*sentences, *splitter.flush()]


@given(TEXTS, st.lists(st.integers(min_value=0), max_size=20), st.sampled_from([40, 120, 400]))
def test_nothing_is_lost_and_cuts_of_the_stream_make_no_difference(text, cuts, longest):
    whole = split(text, longest)
    assert "".join(whole) == text
    assert in_chunks(text, cuts, longest) == whole
    assert in_chunks(text, list(range(len(text))), longest) == whole


@given(TEXTS)
def test_no_sentence_is_longer_than_allowed_by_much(text):
    # A citation mark, emoji or white space that belongs to a sentence may stand over.
    assert all(
        len(sentence.rstrip()) <= 40 + 30 or "[" in sentence or not sentence.isascii() for sentence in split(text, 40)
    )


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It costs $3.50 today. Tomorrow it is 4.", ["It costs $3.50 today.", "Tomorrow it is 4."]),
        ("Returns take 30 days. [1] Refunds take 5. [2]", ["Returns take 30 days. [1]", "Refunds take 5. [2]"]),
        ("Returns take 30 days [1]. Refunds take 5 [2].", ["Returns take 30 days [1].", "Refunds take 5 [2]."]),
        ("Free over $50.[1] Below it is $5.[1,2] Ask us.", ["Free over $50.[1]", "Below it is $5.[1,2]", "Ask us."]),
        ("Ask Mr. Jones, e.g. at noon. He knows.", ["Ask Mr. Jones, e.g. at noon.", "He knows."]),
        ("No. We can't. See No. 5 for that.", ["No.", "We can't.", "See No. 5 for that."]),
        ("Look at https://a.example/x.html. It helps!", ["Look at https://a.example/x.html.", "It helps!"]),
        ("You have:\n1. Boots\n2. Socks\nWhich one?", ["You have:", "1. Boots", "2. Socks", "Which one?"]),
        ("- one item\n- another", ["- one item", "- another"]),
        ("Great! 🎉 Your trip is booked 👍. Bye", ["Great! 🎉", "Your trip is booked 👍.", "Bye"]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("**Note.** It ends at 5 p.m. on Friday.", ["**Note.**", "It ends at 5 p.m. on Friday."]),
        ("Wait... what? Really?!", ["Wait... what?", "Really?!"]),
        ("Order by J. Smith arrived. So did I. Fine.", ["Order by J. Smith arrived.", "So did I.", "Fine."]),
        ("", []),
    ],
)  # fmt: skip
def test_sentences_are_those_a_reader_sees(text, sentences):
    assert [sentence.rstrip() for sentence in split(text)] == sentences


def test_a_sentence_is_given_as_soon_as_the_next_one_starts():
    splitter = Splitter()
    assert splitter.feed("Returns take 30 days. ") == []
    assert splitter.feed("[") == []
    assert splitter.feed("1] ") == []
    assert splitter.feed("R") == ["Returns take 30 days. [1] "]
    assert splitter.feed("efunds") == []
    assert splitter.flush() == ["Refunds"]
    assert splitter.flush() == []


def test_a_text_without_an_end_is_cut_between_words_and_keeps_its_citation():
    sentences = split("word " * 30 + "[1] and more words " * 10, 60)
    assert all(len(s) <= 61 for s in sentences)
    assert not any(s.startswith("[1]") for s in sentences)
