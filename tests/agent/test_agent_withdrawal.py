"""Taking back what waits for a colleague: only where it is plainly meant."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handrail.agent.withdrawal import takes_back, withdrawn
from handrail.conversation.situation import ActionState, Line, Situation

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
REFUND = "Refund £219.00 for order W10017 (parcel never arrived) to Mastercard ending 2204"
CANCEL = "Cancel order W10008 (2 items) and refund £618.00 to Visa ending 6071"


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("cancel that refund", "named"),
        ("Can you cancel the refund please?", "named"),
        ("please stop the refund", "named"),
        ("I don't want the refund any more", "named"),
        ("don't do the refund after all", "named"),
        ("I changed my mind about the refund", "named"),
        ("actually, forget the refund", "named"),
        ("withdraw my request", "named"),
        ("please withdraw the refund for W10017", "named"),
        ("keep it, I no longer need the refund", "named"),
        ("no, leave it", "bare"),
        ("never mind", "bare"),
        ("cancel it", "bare"),
        ("I've changed my mind", "bare"),
        ("no", ""),
        ("no thanks", ""),
        ("no problem", ""),
        ("ok, thanks", ""),
        ("yes", ""),
        ("don't cancel the refund", ""),
        ("cancel order W10017", ""),
        ("cancel my booking B20005", ""),
        ("cancel the refund and send a new jacket instead", ""),
        ("cancel the refund if it takes too long", ""),
        ("maybe cancel the refund", ""),
        ("what happens if I cancel the refund?", ""),
        ("has it been cancelled?", ""),
        ("is the refund approved?", ""),
        ("when will the refund arrive?", ""),
        ("leave my account alone", ""),
    ],
)
def test_what_takes_a_refund_back(text: str, reading: str) -> None:
    assert takes_back(text, REFUND) == reading


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("don't cancel the order", "named"),
        ("do not cancel it, keep the order", "named"),
        ("never mind", "bare"),
        ("cancel it", ""),
        ("cancel order W10008", ""),
        ("cancel that refund", ""),
    ],
)
def test_what_takes_a_cancellation_back(text: str, reading: str) -> None:
    assert takes_back(text, CANCEL) == reading


def action(name: str, question: str, stage: str = "waiting") -> ActionState:
    return ActionState(name, "t", {}, {}, question, "f", NOW, stage, 3)  # type: ignore[arg-type]


def talk(*actions: ActionState, last: str = f"Now a colleague has to approve this: {REFUND}. Wait.") -> Situation:
    return Situation("c", actions=actions, lines=(Line(4, NOW, "bot", last),))


def test_a_bare_word_counts_only_after_the_line_that_told_of_the_wait() -> None:
    waiting = action("a", REFUND)
    assert withdrawn(talk(waiting), "no, leave it") == waiting
    assert withdrawn(talk(waiting, last="You have 30 days."), "no, leave it") is None
    assert withdrawn(talk(waiting, last=f"{REFUND}. Is there anything else?"), "no, leave it") is None
    assert withdrawn(talk(waiting, last="You have 30 days."), "cancel that refund") == waiting


def test_what_waits_twice_must_be_told_apart() -> None:
    one, other = action("a", REFUND), action("b", REFUND.replace("W10017", "W10018"))
    assert withdrawn(talk(one, other), "cancel that refund") is None
    assert withdrawn(talk(one, other), "cancel the refund for W10018") == other
    assert withdrawn(talk(one, other), "leave it") is None


def test_a_word_for_the_proposal_that_stands_is_not_taken_for_the_wait() -> None:
    standing = action("b", "Refund £12.00 for order W10006", "proposed")
    assert withdrawn(talk(action("a", REFUND), standing), "I don't want the refund any more") is None
    assert withdrawn(talk(action("a", REFUND), standing), "leave it") is None


def test_what_is_done_is_not_taken_back() -> None:
    for stage in ("succeeded", "claimed", "unknown", "dropped", "refused"):
        assert withdrawn(talk(replace(action("a", REFUND), stage=stage)), "cancel that refund") is None
    approved = action("a", REFUND, "approved")
    assert withdrawn(talk(approved), "cancel that refund") == approved
