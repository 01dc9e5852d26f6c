from dataclasses import replace

import pytest
from guardrails_talk import talk
from hypothesis import given
from hypothesis import strategies as st

from handrail.conversation.events import Finding
from handrail.conversation.settings import Checks
from handrail.guardrails.confidence import Signals, confidence, gather, needs_person
from handrail.guardrails.verdict import Verdict

NAMES = sorted(Signals().strengths)


def test_nothing_wrong_means_an_answer() -> None:
    told = confidence(Signals(), Checks())
    assert told.decision == "answer"
    assert told.needs_person < 0.1
    assert told.reasons == ()


def test_one_plain_signal_offers_and_more_hand_over() -> None:
    checks = Checks()
    assert confidence(Signals(gave_up=1.0), checks).decision == "offer"
    both = confidence(Signals(gave_up=1.0, frustration=0.9, repeats=0.8), checks)
    assert both.decision == "handover"
    assert both.reasons[0] == "the engine does not know the answer"
    assert len(both.reasons) == 3


def test_the_thresholds_are_the_settings() -> None:
    signals = Signals(frustration=0.6)
    assert confidence(signals, Checks(offer_at=0.01, handover_at=0.99)).decision == "offer"
    assert confidence(signals, Checks(offer_at=0.01, handover_at=0.02)).decision == "handover"


@given(st.sampled_from(NAMES), st.floats(0, 1), st.floats(0, 1))
def test_more_of_a_signal_never_lowers_the_probability(name: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert needs_person(Signals(**{name: low})) <= needs_person(Signals(**{name: high}))


@given(st.floats(0.07, 0.95))
def test_where_nothing_else_is_wrong_the_probability_is_that_of_the_answer_being_wrong(doubt: float) -> None:
    assert needs_person(Signals(unsupported=doubt)) == pytest.approx(doubt, abs=1e-3)


def test_a_signal_out_of_range_is_an_error() -> None:
    with pytest.raises(ValueError, match="irrelevant"):
        Signals(irrelevant=1.5)


def test_signals_come_from_the_verdicts_and_the_situation() -> None:
    inbound = Verdict(
        (
            Finding(check="sentiment", name="frustration", score=0.8),
            Finding(check="stuck", name="repeat", score=0.6),
            Finding(check="sensitive", name="legal", score=0.95, action="handover"),
        )
    )
    outbound = (
        Verdict((Finding(check="grounded", name="supported", score=0.7),)),
        Verdict((Finding(check="grounded", name="unsupported", score=0.6, action="redraft"),)),
    )
    signals = gather(talk("c: hi", moods=(0.6, 0.7, 0.8)), inbound, outbound, relevance=0.4, certainty=0.9)
    assert signals.frustration == 0.8
    assert signals.repeats == 0.6
    assert signals.sensitive == 0.95
    assert signals.unsupported == 0.6
    assert signals.irrelevant == pytest.approx(0.6)
    assert signals.unsure == pytest.approx(0.1)
    assert signals.building == 1
    first = gather(talk("c: hi"))
    assert first.friction < 0
    assert replace(first, friction=0.0) == Signals()


def test_the_reasons_count() -> None:
    outbound = Verdict(
        tuple(
            Finding(check="grounded", name=name, score=1.0, action="redraft") for name in ("number", "date", "number")
        )
    )
    inbound = Verdict((Finding(check="stuck", name="repeat", score=0.9, reason="said the same 3 times"),))
    told = confidence(gather(talk("c: hi", moods=(0.2, 0.7, 0.8)), inbound, (outbound,), held_back=2), Checks())
    assert "two numbers and one date without a source" in told.reasons
    assert "the customer said the same 3 times" in told.reasons
    assert "the customer was upset in two of three lines" in told.reasons
    assert "two drafts had to be held back" in told.reasons


def test_a_reason_without_a_count_is_told_in_general() -> None:
    told = confidence(gather(talk("c: hi"), None, (), relevance=0.0, gave_up=True), Checks())
    assert set(told.reasons) == {
        "the engine does not know the answer", "nothing in the policies fits the question well",
    }  # fmt: skip
