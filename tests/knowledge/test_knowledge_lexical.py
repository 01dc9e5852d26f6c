"""Search by words: stems, synonyms, spelling, BM25."""

import bm25s
import numpy as np
import pytest

from handrail.knowledge.lexical import Lexical, Titles
from handrail.knowledge.minilm import english
from handrail.knowledge.spelling import Spelling
from handrail.knowledge.stems import stem, terms
from handrail.knowledge.thesaurus import SYNONYM, thesaurus

TEXTS = (
    "You can return an item within 30 days of delivery.",
    "The carrier keeps a parcel for seven days; days count from the first try.",
    "Zebras graze. Zebras run. Zebras sleep.",
    "A tent is repaired in the workshop within seven working days.",
)


@pytest.mark.parametrize(
    "alike",
    [
        ("refund", "refunds", "refunded", "refunding"),
        ("cancel", "cancelled", "canceling", "cancellation"),
        ("delivery", "deliver", "delivered"),
        ("arrive", "arrived", "arrival"),
        ("exchange", "exchanges", "exchanged"),
        ("lost", "lose"),
        ("policy", "policies"),
    ],
)
def test_forms_of_a_word_have_one_stem(alike: tuple[str, ...]) -> None:
    assert len({stem(word) for word in alike}) == 1


def test_words_that_say_nothing_are_left_out() -> None:
    assert terms("How do I get it, please? I can't!") == []
    assert terms("My order FO-20311 of the 4th") == ["order", "fo", "20311", "4th"]


def test_scores_are_those_of_bm25() -> None:
    ours = Lexical(TEXTS)
    theirs = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    theirs.index([terms(text) for text in TEXTS], show_progress=False)
    for query in ("zebras", "zebras graze", "seven graze"):
        shares = ours.shares(query)
        assert np.allclose(
            shares / shares.sum(), theirs.get_scores(terms(query)) / theirs.get_scores(terms(query)).sum()
        )


def test_a_score_is_a_share_of_what_is_asked() -> None:
    lexical = Lexical(TEXTS)
    sure, half = lexical.shares("zebras"), lexical.shares("zebras and giraffes")
    assert 0 < half[2] < sure[2] < 1
    assert not lexical.shares("giraffes").any()
    assert not lexical.shares("how do I").any()
    assert not lexical.shares("").any()
    assert not Lexical([]).shares("zebras").any()


def test_lines_before_count_by_their_weight() -> None:
    lexical = Lexical(TEXTS)
    leads = []
    for weight in (0, 0.2, 0.7):
        shares = lexical.shares("seven days", [("tent", weight)])
        leads.append(shares[3] - shares[1])
    assert leads[0] < leads[1] < leads[2]


def test_a_customers_words_find_the_policys_words() -> None:
    lexical = Lexical(TEXTS)
    assert lexical.shares("the courier")[1] > 0
    assert lexical.shares("I want to send it back")[0] > 0
    assert {"courier": 1.0, "carrier": SYNONYM} in thesaurus().alternatives("a courier")


def test_misspelt_words_are_mended_towards_the_policies() -> None:
    spelling = Spelling(["A parcel that is damaged. Return your jacket; the warranty differs. Hiring."], english())
    assert (
        spelling.mended("my pacel is damagd, can I retrun the Jaket?")
        == "my parcel is damaged, can I return the jacket?"
    )
    for kept in ("I was hiking with Barbara", "order FO-20311", "swapping", "anna.smith@example.org", "PARCEL", "ok"):
        assert spelling.mended(kept) == kept
    assert Spelling(["parcel"], frozenset()).mended("pacel") == "pacel"


@pytest.mark.parametrize("said", ["send it back", "send my new jacket back", "sent the wrong boots back"])
def test_a_phrase_is_known_with_a_thing_inside_it(said: str) -> None:
    things = thesaurus().alternatives(said)
    assert {"return": SYNONYM} in things
    # What the phrase says together, its words do not say again by themselves.
    assert not any(thing.keys() & {"send", "back"} for thing in things)


def test_a_phrase_is_not_made_of_words_far_apart() -> None:
    assert {"return": SYNONYM} not in thesaurus().alternatives("send me the price of the tent when you are back")


def test_a_title_counts_by_the_part_of_it_that_is_asked_about() -> None:
    shares = Titles(["Returns", "Returns of trade orders", "Caring for gear", ""]).shares("can I send my jacket back?")
    assert shares[0] == 1
    assert 0 < shares[1] < 0.5
    assert shares[2] == shares[3] == 0
