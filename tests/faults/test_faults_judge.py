"""The judge of the fault harness: a sound conversation passes, and each kind of damage is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, cast

import pytest
from bench.faults.customers import Customer, Sent
from bench.faults.judge import DAMAGE, Effect, judge, settled
from bench.faults.rows import Row, Story

AT = datetime(2026, 6, 15, 10, tzinfo=UTC)
EFFECT = Effect("R000001", "c-a1", "refund", "C0000001", "P000002", AT.timestamp())
Case = tuple[list[Row], list[Effect], dict[str, Any]]


def row(kind: str, actor: str = "bot", *, holder: str | None = None, key: str | None = None, **data: Any) -> Row:
    return Row(0, AT, kind, actor, data, holder, key)


def said(turn: str, text: str, part: int = 1) -> Row:
    return row("bot_said", turn_id=turn, reply_id=turn, part=part, text=text)


def sound() -> Case:
    """A refund that was asked for, agreed to, done and told of."""
    rows = [
        row("opened", "customer"),
        row("customer_said", "customer", key="customer message:1-0", text="Please refund my payment P000002"),
        row("turn_started", turn_id="t1"),
        row("action_proposed", action_id="a1", tool="refund_payment", arguments={"p": "P000002"}, fingerprint="f"),
        said("t1", "Refund it. Shall I go ahead?"),
        row("turn_ended", turn_id="t1", reply_id="t1"),
        row("customer_said", "customer", key="customer message:1-1", text="yes"),
        row("turn_started", turn_id="t2"),
        row("action_consented", action_id="a1", fingerprint="f", said=7),
        row("action_claimed", action_id="a1"),
        row("action_succeeded", action_id="a1"),
        said("t2", "That is done: P000002, receipt R000001."),
        row("turn_ended", turn_id="t2", reply_id="t2"),
    ]
    return rows, [EFFECT], {"holder": "bot", "heard": 7, "answered": 7}


def told(case: Case) -> list[str]:
    rows, effects, head = case
    numbered = [replace(each, seq=seq, at=AT + timedelta(seconds=seq)) for seq, each in enumerate(rows, 1)]
    customer = Customer(cast(Any, None), Random(1), 1, "refund", id="c")
    customer.sent = [Sent("1-0", "Please refund my payment P000002", True), Sent("1-1", "yes", True)]
    return judge(Story("c", head, numbered), customer, effects)


def kinds(case: Case) -> set[str]:
    return {found.partition(":")[0] for found in told(case)}


def without(kind: str, place: int = 0) -> Callable[[Case], Case]:
    def change(case: Case) -> Case:
        rows, effects, head = case
        chosen = [each for each in rows if each.kind == kind][place]
        return [each for each in rows if each is not chosen], effects, head

    return change


def changed(seq: int, **data: Any) -> Callable[[Case], Case]:
    def change(case: Case) -> Case:
        rows, effects, head = case
        rows[seq - 1] = replace(rows[seq - 1], data={**rows[seq - 1].data, **data})
        return rows, effects, head

    return change


def beside(seq: int, *more: Row, **head: Any) -> Callable[[Case], Case]:
    def change(case: Case) -> Case:
        rows, effects, before = case
        return [*rows[:seq], *more, *rows[seq:]], effects, {**before, **head}

    return change


def with_effects(*effects: Effect) -> Callable[[Case], Case]:
    return lambda case: (case[0], list(effects), case[2])


def test_a_sound_conversation_passes() -> None:
    assert told(sound()) == []


PERSON = row("handoff_claimed", "person:p", holder="person:p")
BACK = row("given_back", "person:p", holder="bot")


@pytest.mark.parametrize(
    ("damage", "change"),
    [
        ("twice", with_effects(EFFECT, replace(EFFECT, receipt="R000002"))),
        ("twice", with_effects(EFFECT, replace(EFFECT, receipt="R000002", key="c-a2"))),
        ("unasked", changed(7, text="no")),
        ("unasked", changed(4, tool="send_voucher")),
        ("unasked", changed(4, arguments={"p": "P000003"})),
        ("unasked", changed(9, fingerprint="g")),
        ("unasked", with_effects(replace(EFFECT, customer="C0000002"))),
        ("unasked", without("action_consented")),
        ("lost", without("customer_said", 1)),
        ("lost", beside(7, row("customer_said", "customer", key="customer message:1-1", text="yes"))),
        ("unanswered", beside(0, answered=2)),
        ("silent", changed(13, reply_id=None)),
        ("not holder", beside(11, PERSON, holder="person:p")),
        ("not holder", beside(11, PERSON, BACK)),
        ("not holder", beside(13, row("person_said", "person:p", text="hello"))),
        ("zombie", beside(11, row("turn_started", turn_id="t3"))),
        ("repeated", beside(12, said("t2", "again"))),
        ("repeated", beside(12, said("t2", "and more", part=3))),
        ("unsettled", without("action_succeeded")),
        ("wrong end", changed(11, action_id="a2")),
        ("wrong end", with_effects()),
        ("wrong word", changed(12, text="That is done: receipt R000009.")),
        ("wrong word", changed(12, text="That was not done: not_done")),
    ],
)
def test_damage_is_told(damage: str, change: Callable[[Case], Case]) -> None:
    assert damage in DAMAGE
    assert damage in kinds(change(sound()))


def test_holes_are_told() -> None:
    rows, effects, head = sound()
    numbered = [replace(each, seq=seq * 2) for seq, each in enumerate(rows, 1)]
    customer = Customer(cast(Any, None), Random(1), 1, "refund", id="c")
    assert any(found.startswith("gap") for found in judge(Story("c", head, numbered), customer, effects))


@pytest.mark.parametrize(
    ("change", "still"),
    [
        (beside(0), True),
        (beside(0, answered=2), False),
        (without("action_succeeded"), False),
        (without("turn_ended", 1), False),
    ],
)
def test_it_has_settled_when_nothing_goes_on(change: Callable[[Case], Case], still: bool) -> None:
    rows, _, head = change(sound())
    numbered = [replace(each, seq=seq) for seq, each in enumerate(rows, 1)]
    assert settled(Story("c", head, numbered)) == still
