"""What is remarked about policies that all read well, and what is not."""

from datetime import date

import pytest
from knowledge_kit import POLICIES, TODAY, Bags, a_passage, workspace

from handrail.knowledge.knowledge import Knowledge
from handrail.knowledge.lint import Remark, lint
from handrail.knowledge.measures import dates, measures
from handrail.knowledge.passages import Passage


async def remarks(*passages: Passage) -> list[Remark]:
    vectors = await Bags().embed([passage.text for passage in passages])
    policies = list(dict.fromkeys(passage.policy for passage in passages))
    return lint(passages, vectors, policies, TODAY)


async def kinds(*passages: Passage) -> list[tuple[str, str]]:
    return [(remark.kind, remark.passage) for remark in await remarks(*passages)]


async def test_other_numbers_on_one_matter_are_told_with_both_sentences() -> None:
    ours = a_passage("Unworn items can be returned within 30 days of delivery. Keep the box.", "returns")
    (remark,) = await remarks(ours, a_passage("Items can be returned within 14 days of delivery.", "faq"))
    assert (remark.kind, remark.passage) == ("numbers", "returns@1#1")
    assert "30 days here, 14 days in faq@1#1" in remark.text
    assert "Unworn items" in remark.text


@pytest.mark.parametrize(
    "other",
    [
        "Items can be returned within thirty days of delivery.",
        "Standard delivery takes 5 days.",
        "Items can be returned to 14 branches.",
        "Repaired tents can be collected within 14 days of delivery.",
    ],
)
async def test_the_same_number_or_another_matter_is_no_contradiction(other: str) -> None:
    ours = a_passage("Items can be returned within 30 days of delivery. Express delivery takes 1 day.", "returns")
    assert await kinds(ours, a_passage(other, "other")) == []


async def test_what_holds_elsewhere_or_no_longer_is_no_contradiction() -> None:
    ours = a_passage("Items can be returned within 30 days of delivery.", "a", entities=("Harbour Street",))
    text = "Items can be returned within 14 days of delivery."
    assert await kinds(ours, a_passage(text, "b", entities=("Mill Lane",))) == []
    old = a_passage(text, "a", version="0", effective_until=date(2025, 1, 1), entities=("Harbour Street",))
    assert await kinds(ours, old) == []


async def test_passages_that_say_nearly_the_same_are_told_once() -> None:
    first = a_passage("Gift cards never expire and can be used in every shop.", "gifts")
    second = a_passage("Gift cards can be used in every shop and never expire.", "cards")
    (remark,) = await remarks(first, second)
    assert (remark.kind, remark.text) == ("overlap", "says nearly the same as cards@1#1")


async def test_links_that_lead_nowhere_and_to_what_has_ended_are_told() -> None:
    text = "See [fees](fees.md), [old](old.md#costs), [gone](gone.md), [site](https://example.org/x) and [here](#top)."
    told = await remarks(
        a_passage(text, "help"),
        a_passage("A fee of 4 pounds.", "fees", source="a/fees.md"),
        a_passage("Once.", "old", source="old.md", effective_until=date(2025, 1, 1)),
    )
    assert [(remark.kind, remark.text) for remark in told] == [
        ("reference", "points at gone.md, which there is not"),
        ("reference", "points at old.md#costs, of which no version is in force"),
        ("ended", "no version of it is in force since 2025-01-01"),
    ]


async def test_what_held_until_a_day_that_is_past_is_told() -> None:
    text = (
        "Free delivery until 31 May 2026. Founded on 1 March 1999. From 2026-01-01 we send to France, by 2027-01-01 on."
    )
    (remark,) = await remarks(a_passage(text, "sale"))
    assert (remark.kind, remark.text) == ("expired", "speaks of what held until 31 May 2026, which is past")


def test_measures_are_read_with_their_units() -> None:
    read = [
        (m.value, m.unit)
        for m in measures("£4.50, two weeks, 10 working days, 5 kg, 20 %, page 7, 1,200 euros, 1 year")
    ]
    assert read == [(4.5, "£"), (14, "day"), (10, "day"), (5, "kg"), (20, "%"), (1200, "€"), (12, "month")]


def test_days_are_read_as_they_are_written() -> None:
    text = "2026-05-31, 1st of June 2026, July 4, 2026, 31 June 2026"
    assert sorted(day for day, _, _ in dates(text)) == [date(2026, 5, 31), date(2026, 6, 1), date(2026, 7, 4)]


async def test_a_workspace_is_linted_by_the_vectors_of_its_index(tmp_path) -> None:  # type: ignore[no-untyped-def]
    faq = POLICIES["delivery.md"].replace("id: delivery", "id: faq").replace("costs 4 pounds", "costs 6 pounds")
    knowledge = Knowledge(workspace(tmp_path, {**POLICIES, "faq.md": faq}), Bags())
    await knowledge.refresh()
    told = await knowledge.lint(TODAY)
    await knowledge.close()
    assert ("numbers", "delivery@1#1") in [(remark.kind, remark.passage) for remark in told]
    assert ("overlap", "delivery@1#2") in [(remark.kind, remark.passage) for remark in told]


async def test_what_holds_for_some_customers_does_not_contradict_what_holds_for_all() -> None:
    gold = a_passage("Items can be returned within 90 days of delivery.", "gold", audience=("tier=gold",))
    assert await kinds(a_passage("Items can be returned within 30 days of delivery."), gold) == []


async def test_a_policy_for_all_that_points_at_one_for_few_is_told() -> None:
    staff = a_passage("A voucher of up to 20 pounds.", "goodwill", audience=("staff",))
    points = a_passage("See [goodwill](goodwill).", "complaints")
    assert await kinds(points, staff) == [("audience", "complaints@1#1")]
    assert await kinds(a_passage("See [returns](returns).", "desk", audience=("staff",)), a_passage("Return it.")) == []
