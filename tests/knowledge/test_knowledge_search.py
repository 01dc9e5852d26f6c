"""Searching: dates, fusion, follow-ups, duplicates, and what is done when a part fails."""

import logging
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from knowledge_kit import TODAY, Bags, Exact, a_passage

from handrail.conversation.errors import Unavailable
from handrail.knowledge.meaning import FETCHED
from handrail.knowledge.passages import Passage
from handrail.knowledge.search import Search, embedded


async def shelf(passages: Sequence[Passage], bags: Bags | None = None) -> tuple[Search, Exact]:
    bags = bags or Bags()
    digests = [passage.id for passage in passages]
    exact = Exact(digests, await bags.embed([embedded(passage) for passage in passages]))
    return Search(passages, digests, exact, bags), exact


SHOP = (
    a_passage("You can return an item within 30 days.", "returns"),
    a_passage("Delivery to France costs 14 pounds and takes eight days.", "abroad", title="Delivery abroad"),
    a_passage("The workshop mends tents and jackets.", "repairs", title="Repairs"),
    a_passage("Wash a jacket at 30 degrees.", "care", title="Product care"),
)


async def test_the_best_passage_comes_first_with_its_scores() -> None:
    search, _ = await shelf(SHOP)
    found = await search.find("What does delivery to France cost?", as_of=TODAY, k=2)
    first, second = found.hits
    assert first.passage.id == "abroad@1#1"
    assert 1 >= first.score > second.score >= 0
    assert first.dense > 0.5
    assert 0 < first.lexical < 1
    assert found.relevance > 0.5


async def test_only_versions_in_force_are_found() -> None:
    turn = date(2026, 3, 1)
    search, _ = await shelf(
        [
            a_passage("Return it within 14 days.", version="1", effective_until=turn),
            a_passage("Return it within 30 days.", version="2", effective_from=turn),
        ]
    )
    for day, version in ((turn - timedelta(1), "1"), (turn, "2"), (date(2030, 1, 1), "2")):
        found = await search.find("how many days to return it", as_of=day)
        assert [hit.passage.policy.version for hit in found.hits] == [version]
    assert (await search.find("how many days to return it", as_of=date(2020, 1, 1))).hits == ()


async def test_many_superseded_versions_do_not_crowd_out_the_one_in_force() -> None:
    end = date(2024, 1, 1)
    old = [
        a_passage(
            f"Return boots within {n} days.", version=str(n), effective_from=end - timedelta(2), effective_until=end
        )
        for n in range(4 * FETCHED)
    ]
    search, exact = await shelf([*old, a_passage("Boots may come home to us for a month.", "boots", version="new")])
    found = await search.find("return boots within days", as_of=TODAY)
    assert [hit.passage.policy.version for hit in found.hits] == ["new"]
    assert found.hits[0].dense > 0
    assert exact.asked == [50, 200, 800]


async def test_passages_that_say_the_same_are_folded() -> None:
    passages = [a_passage("Refunds take  five days.", "a"), a_passage("refunds take five days.", "b"), *SHOP]
    search, _ = await shelf(passages)
    found = await search.find("refunds take five days", as_of=TODAY)
    assert [hit.passage.policy.id in "ab" for hit in found.hits].count(True) == 1


async def test_what_is_said_alike_of_two_things_is_two_answers() -> None:
    passages = [
        a_passage("Parking is free.", f"p{n}", title="", entities=(f"{inn} Inn",)) for n, inn in enumerate(INNS)
    ]
    search, _ = await shelf(passages)
    found = await search.find("Is parking free at the Kestrel Inn or at the Osprey Inn?", as_of=TODAY, k=2)
    assert {hit.passage.policy.id for hit in found.hits} == {"p0", "p2"}


async def test_a_vector_may_belong_to_several_passages_and_one_that_is_gone_is_passed_over() -> None:
    bags = Bags()
    passages = [
        a_passage("Return it.", version="1", effective_until=date(2025, 1, 1)),
        a_passage("Return it.", version="2"),
    ]
    rows = await bags.embed(["Returns. Return it.", "something that was removed"])
    search = Search(passages, ["same", "same"], Exact(["same", "gone"], rows), bags)
    (hit,) = (await search.find("returns. return it", as_of=TODAY)).hits
    assert hit.passage.policy.version == "2"
    assert hit.dense == pytest.approx(1, abs=0.01)


async def test_a_follow_up_is_understood_by_the_line_before() -> None:
    search, _ = await shelf(SHOP)
    alone = await search.find("and how long does that take?", as_of=TODAY)
    asked = await search.find("and how long does that take?", as_of=TODAY, context=["Do you have delivery to France?"])
    assert asked.hits[0].passage.id == "abroad@1#1"
    assert asked.relevance > alone.relevance


async def test_what_nothing_answers_is_recognised() -> None:
    search, _ = await shelf(SHOP)
    assert (await search.find("What is the capital of Mongolia?", as_of=TODAY)).relevance < 0.2
    assert (await search.find("hello", as_of=TODAY)).relevance == 0
    assert (await search.find("   ", as_of=TODAY)).hits == ()
    empty, _ = await shelf(())
    assert (await empty.find("delivery", as_of=TODAY)).hits == ()


async def test_misspelt_words_are_mended_before_the_search() -> None:
    bags = Bags()
    search = Search(
        SHOP, [p.id for p in SHOP], Exact([p.id for p in SHOP], await bags.embed(["x"] * 4)), bags, frozenset(["what"])
    )
    await search.find("delivry to France", as_of=TODAY)
    assert bags.texts[-1] == "delivery to France"


async def test_without_the_embedder_it_goes_by_words_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    bags = Bags()
    search, _ = await shelf(SHOP, bags)
    bags.down = True
    with caplog.at_level(logging.WARNING):
        found = await search.find("What does delivery to France cost?", as_of=TODAY)
    assert found.hits[0].passage.id == "abroad@1#1"
    assert found.relevance > 0.5
    assert "searching by words alone: the embedder is down" in caplog.text


async def test_without_the_index_it_goes_by_words() -> None:
    class Broken(Exact):
        async def near(self, vector: object, count: int) -> list[tuple[str, float]]:
            raise Unavailable("the index is down")

    bags = Bags()
    search = Search(SHOP, [p.id for p in SHOP], Broken((), await bags.embed(())), bags)
    assert (await search.find("mends tents", as_of=TODAY)).hits[0].passage.id == "repairs@1#1"


INNS = ("Kestrel", "Bramble", "Osprey", "Lantern")


def inns() -> list[Passage]:
    matters = ("Breakfast is served until ten.", "Parking is free for guests.", "Dogs may stay for ten pounds.")
    return [
        a_passage(text, f"{inn}-{number}", title="", entities=(f"{inn} Inn",))
        for inn in INNS
        for number, text in enumerate(f"{matter} Ask for {inn}." for matter in matters)
    ]


async def test_what_the_conversation_speaks_of_comes_first() -> None:
    search, _ = await shelf(inns())
    said = ["I have a room at the Bramble Inn.", "Lovely! Anything else?"]
    found = await search.find("Is parking free there?", as_of=TODAY, k=12, said=said)
    assert found.hits[0].passage.policy.id == "Bramble-1"
    assert {hit.passage.policy.entities for hit in found.hits[:3]} == {("Bramble Inn",)}
    told = await search.find("And is parking free at the Osprey?", as_of=TODAY, said=said)
    assert told.hits[0].passage.policy.id == "Osprey-1"


async def test_passages_of_what_is_spoken_of_are_weighed_though_they_are_not_near() -> None:
    # More passages of the others than are fetched lie nearer.
    crowd = [a_passage(f"May dogs stay? Dogs may stay {n}.", f"crowd-{n}", title="") for n in range(3 * FETCHED)]
    search, _ = await shelf([*crowd, *inns()])
    found = await search.find("may dogs stay", as_of=TODAY, said=["the Lantern Inn, please"])
    assert found.hits[0].passage.policy.id == "Lantern-2"
    assert found.hits[0].dense > 0.3


async def test_only_what_is_in_force_is_spoken_of() -> None:
    end = date(2026, 1, 1)
    old = a_passage("Parking is free.", "Kestrel-9", entities=("Kestrel Inn",), effective_until=end)
    search, _ = await shelf([old, *SHOP])
    found = await search.find("is parking free at the Kestrel Inn?", as_of=TODAY)
    assert "Kestrel-9" not in [hit.passage.policy.id for hit in found.hits]


async def test_what_is_said_of_one_thing_answers_surely_only_where_that_is_spoken_of() -> None:
    search, _ = await shelf([*inns(), *SHOP])
    said = ["I have a room at the Bramble Inn."]
    here = await search.find("Is parking free for guests?", as_of=TODAY, said=said)
    somewhere = await search.find("Is parking free for guests?", as_of=TODAY)
    assert here.relevance > 0.5 > somewhere.relevance
    assert (await search.find("Who painted the Mona Lisa?", as_of=TODAY, said=said)).relevance < 0.2
    # A policy about no single thing asks for none.
    assert (await search.find("What does delivery to France cost?", as_of=TODAY, said=said)).relevance > 0.5


AUDIENCES = st.sets(st.sampled_from(["public", "staff", "tier=gold", "country=de"]), min_size=1)


@given(st.lists(AUDIENCES, min_size=1, max_size=6), AUDIENCES)
async def test_nobody_finds_what_is_not_for_them(policies: list[set[str]], reader: set[str]) -> None:
    search, _ = await shelf(
        [
            a_passage(f"Return it within {number + 2} days.", f"p{number}", audience=tuple(sorted(audience)))
            for number, audience in enumerate(policies)
        ]
    )
    found = await search.find("how many days to return it", as_of=TODAY, k=10, audience=frozenset(reader))
    wanted = {f"p{number}" for number, audience in enumerate(policies) if audience & reader}
    assert {hit.passage.policy.id for hit in found.hits} == wanted


async def test_who_is_not_told_to_be_anybody_finds_what_is_public() -> None:
    search, _ = await shelf([a_passage("Return it.", "a"), a_passage("Return it soon.", "b", audience=("staff",))])
    assert [hit.passage.policy.id for hit in (await search.find("return it", as_of=TODAY)).hits] == ["a"]


async def test_of_copies_the_newest_in_force_is_cited_and_the_others_are_named() -> None:
    words = "You can return an **unworn** item within 30 days of delivery."
    old = a_passage(words, "leaflet", title="Leaflet", effective_from=date(2025, 1, 1))
    new = a_passage("You can return any unworn item within 30 days of delivery.", effective_from=date(2026, 1, 1))
    text = "You can return an unworn item within 30 days of delivery."
    gone = a_passage(text, "gone", effective_until=date(2026, 1, 1))
    search, _ = await shelf([old, gone, new, a_passage("Jackets are washed.", "care")])
    for day, first, others in ((TODAY, "returns", ["leaflet"]), (date(2025, 6, 1), "leaflet", ["gone"])):
        found = await search.find("return an unworn item", as_of=day, k=2)
        assert found.hits[0].passage.policy.id == first
        assert [other.policy.id for other in found.hits[0].also] == others
        assert len(found.hits) == 2


@pytest.mark.parametrize(
    "other",
    [
        "You can return an unworn item within 14 days of delivery.",
        "You cannot return an unworn item within 30 days of delivery.",
        "You can return an unworn item within 30 days of delivery, only with its box.",
    ],
)
async def test_what_says_something_else_in_the_same_words_is_no_copy(other: str) -> None:
    ours = a_passage("You can return an unworn item within 30 days of delivery.")
    search, _ = await shelf([ours, a_passage(other, "other")])
    assert len((await search.find("return an unworn item", as_of=TODAY)).hits) == 2


WORDS = ("box", "label", "boots", "tent", "not", "30", "14", "days", "only", "card", "refund")
SAID = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8)


@given(st.lists(SAID, min_size=1, max_size=8), st.integers(1, 5))
async def test_no_two_hits_say_the_same_and_nothing_else_is_folded(texts: list[list[str]], k: int) -> None:
    passages = [a_passage(" ".join(words), f"p{number}") for number, words in enumerate(texts)]
    search, _ = await shelf(passages)
    hits = (await search.find("box label boots tent 30 days card refund", as_of=TODAY, k=k)).hits
    places = [(passages.index(hit.passage), [passages.index(other) for other in hit.also]) for hit in hits]
    stand = [place for place, _ in places]
    assert len(hits) <= k
    seen = [number for place, others in places for number in (place, *others)]
    assert len(set(seen)) == len(seen)
    for place, others in places:
        assert all(alike_in_numbers(texts[place], texts[other]) for other in others)
    assert not any(texts[a] == texts[b] for a in stand for b in stand if a < b)


def alike_in_numbers(one: list[str], other: list[str]) -> bool:
    return all(one.count(word) == other.count(word) for word in ("30", "14", "not", "only"))
