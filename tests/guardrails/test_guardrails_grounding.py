"""Whether a text is supported: true paraphrases pass, what differs in a fact, a denial or a condition does not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.conversation.settings import Checks
from handrail.guardrails.context import Context
from handrail.guardrails.grounding.curve import fitted
from handrail.guardrails.grounding.entry import entry, sources
from handrail.guardrails.grounding.measures import MEANING, MEASURES, stand
from handrail.guardrails.grounding.support import settled, support
from handrail.guardrails.outbound import Grounded
from handrail.guardrails.verdict import Evidence

CLINIC = """Appointments
New patients need a referral from their doctor. Cancel at least 24 hours before your visit, otherwise we charge a fee of
$40. Blood tests are taken from Monday to Friday between 7 and 11 am. Bring only the originals of your X-rays."""
LIBRARY = """Loans
How long may I keep a book?
Books are lent for three weeks, and films for one week. Newspapers can't be taken home. You may renew a loan twice,
unless somebody else has asked for the book."""
GYM = "Towels are included in the Gold plan. Guests pay 12 euros a visit. The pool is closed for repairs until 4 May."
RECORD = json.dumps(
    {
        "booking_id": "B7731",
        "status": "confirmed",
        "court": "Court 2",
        "starts_at": "2026-06-18T18:00:00Z",
        "players": 4,
        "note": "Rackets can be rented at the desk.",
    }
)
EVIDENCE = Evidence(passages={"clinic": CLINIC, "library": LIBRARY, "gym": GYM}, results={"seq:4": RECORD})


async def held(sentence: str, embedder: Any, evidence: Evidence = EVIDENCE) -> bool:
    """Whether the check lets a sentence pass."""
    found = await Grounded().look(sentence, Context("outbound", evidence=evidence, embedder=embedder))
    return all(f.action == "note" for f in found)


@pytest.mark.parametrize(
    "sentence",
    [
        "You need a referral from your doctor if you are a new patient.",
        "Please cancel 24 hours ahead or more, or there is a fee of $40.",
        "Blood tests are done Monday to Friday, between 7 and 11 am.",
        "You can keep a book for three weeks.",
        "Films are lent for 7 days.",
        "No, newspapers can't be taken home.",
        "A loan can be renewed twice, unless somebody else has asked for it.",
        "The Gold plan includes towels.",
        "The pool is closed until 4 May for repairs.",
        "Your booking B7731 is confirmed.",
        "Court 2 is booked for four players on 18 June.",
        "You can rent rackets at the desk.",
    ],
)
async def test_what_a_source_says_passes_in_other_words_too(sentence: str, embedder: Any) -> None:
    assert await held(sentence, embedder)


@pytest.mark.parametrize(
    "sentence",
    [
        "New patients don't need a referral from their doctor.",
        "Cancel at least 48 hours before your visit.",
        "Newspapers can be taken home.",
        "Towels are not included in the Gold plan.",
        "Guests pay 15 euros a visit.",
        "The pool is closed until 14 May.",
        "Your booking B7713 is confirmed.",
        "Court 2 is booked for six players.",
        "Rackets can't be rented at the desk.",
        "The sauna is heated every evening for members.",
        "We will pick you up from home by car.",
    ],
)
async def test_what_no_source_says_is_held_back(sentence: str, embedder: Any) -> None:
    assert not await held(sentence, embedder)


async def test_hard_facts_and_words_settle_most_sentences_without_an_embedding(embedder: Any) -> None:
    before = len(embedder.asked)
    for sentence in (
        "Guests pay 12 euros a visit.",
        "Guests pay 15 euros a visit.",
        "Hello there!",
        "Shall I book it?",
    ):
        await held(sentence, embedder)
    assert len(embedder.asked) == before
    open_one = stand("Rackets are available for hire from reception.", EVIDENCE)
    assert not settled(open_one)


def test_a_sentence_is_held_against_the_entry_that_it_is_about() -> None:
    [told] = stand("Films are lent for one week.", EVIDENCE).grounds
    assert told[1].near is not None and told[1].near.ref == "passage:library"
    short = sources(Evidence(passages={"a": "Do you lend films?\nYes, films are lent for one week."}))
    near = entry([g.near.claim for _, g in stand("Films are lent.", EVIDENCE).grounds if g.near], short)
    assert near is not None and near.asked is not None
    assert near.asked.text == "Do you lend films?"
    assert near.text == "Yes, films are lent for one week."


def test_a_question_beside_the_evidence_counts_as_what_was_asked() -> None:
    evidence = Evidence(passages={"a": "Only street parking is available."})
    alone = stand("Street parking is available.", evidence)
    asked = stand("Street parking is available.", evidence, question="What parking options are there?")
    assert alone.values["asked"] != asked.values["asked"] > 0


@pytest.mark.parametrize(
    ("kept", "lost"),
    [
        ("You may renew a loan.", "You may renew a loan at any time."),
        ("You may renew a loan unless somebody else has asked for the book.", "You may always renew a loan."),
        ("You may renew a loan twice.", "You may renew a loan as often as you like."),
        ("Films are lent for one week.", "Everything is lent for one week."),
    ],
)
def test_words_that_leave_no_exception_support_less(kept: str, lost: str) -> None:
    assert support(stand(lost, EVIDENCE)) < support(stand(kept, EVIDENCE))


def test_a_word_of_the_source_that_leaves_no_exception_may_be_said_again() -> None:
    source = Evidence(passages={"pool": "The pool is open all year."})
    assert stand("Yes, the pool is open all year.", source).values["sweeping"] == 0
    assert stand("The pool is always open.", source).values["sweeping"] == 1


def test_nothing_stands_on_no_evidence_but_courtesy() -> None:
    assert support(stand("Films are lent for one week.", Evidence())) < 0.1
    assert support(stand("Hello, thanks for waiting!", Evidence())) > Checks().grounded_at
    assert support(stand("Shall I look up order W99?", Evidence())) == 0


def test_places_count_in_the_whole_text() -> None:
    text = "Hello! Guests pay 15 euros a visit, and it opens on 5 May."
    missing = {text[m.span[0] : m.span[1]] for m in stand(text, EVIDENCE).missing}
    assert missing == {"15", "5 May"}


def test_the_packaged_curves_are_of_these_measures_and_tell_how_right_they_are() -> None:
    told = fitted()
    assert [t.measure for t in told.words.terms] == list(MEASURES)
    assert [t.measure for t in told.meaning.terms] == [*MEASURES, MEANING]
    by_turn = told.figures["meaning, folds by turn"]
    assert by_turn["auroc"] >= 0.925
    assert by_turn["auroc_agreed"] >= 0.965
    assert by_turn["ece"] <= 0.03
    assert by_turn["brier_skill"] > 0.15
    assert sum(n for _, _, n in told.reliability) == told.rows


@given(
    st.sampled_from(["no_name", "rarest", MEANING, "no_number", "turned", "against"]),
    st.floats(-1, 5),
    st.floats(-1, 5),
)
def test_more_doubt_never_supports_and_more_likeness_never_harms(name: str, one: float, other: float) -> None:
    for curve in (fitted().words, fitted().meaning):
        for term in (t for t in curve.terms if t.measure == name):
            less, more = sorted((one, other))
            assert (term.at(less) - term.at(more)) * (-1 if name == MEANING else 1) >= 0


async def test_what_passes_is_a_setting(embedder: Any) -> None:
    sentence = "The Gold plan includes towels."
    [low], [high] = [
        await Grounded().look(sentence, Context(checks=Checks(grounded_at=at), evidence=EVIDENCE, embedder=embedder))
        for at in (0.01, 0.999)
    ]
    assert (low.action, high.action) == ("note", "redraft")


def test_an_answer_in_a_long_text_is_held_against_its_own_question() -> None:
    text = (
        "Is there a gym? Yes, on the second floor. It opens at six. Can I bring a dog? Dogs are welcome for 20 euros a "
        "night. They must be on a leash. Is breakfast included? It costs 15 euros. It is served until ten."
    )
    evidence = Evidence(passages={"faq": text})
    right = support(stand("Dogs are welcome for 20 euros a night.", evidence))
    wrong = support(stand("Dogs are not welcome.", evidence))
    assert right > 0.7 > wrong
    assert [s.questions[0].text for s in sources(evidence)] == [
        "Is there a gym?",
        "Can I bring a dog?",
        "Is breakfast included?",
    ]
