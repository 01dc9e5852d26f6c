"""What a conversation speaks of: names in parts, misspelt, the last first; and what is no name."""

import numpy as np
import pytest

from handrail.knowledge.entities import Entities

NAMES = ("Kestrel Inn", "Old Mill Guest House", "Pier One", "Pier One Harbour", "Rosa's Bed and Breakfast", "Ask Inn")
TEXTS = [f"A room at {name} costs 60 pounds." for name in NAMES]
ENGLISH = frozenset(["ask", "bed", "breakfast", "guest", "house", "mill", "old", "one", "pier", "room", "the", "want"])
PLAIN = "Rooms are cleaned daily."


@pytest.fixture
def entities() -> Entities:
    """One passage a name, and one of no name after them."""
    return Entities([*((name,) for name in NAMES), ()], [*TEXTS, PLAIN], ENGLISH)


def named(entities: Entities, text: str) -> list[str]:
    return [NAMES[mention.name] for mention in entities.mentions(text)]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Is the Kestrel quiet?", "Kestrel Inn"),
        ("is the kestrle inn quiet?", "Kestrel Inn"),
        ("I liked the old mill guesthouse", "Old Mill Guest House"),
        ("rosas bed & breakfast", "Rosa's Bed and Breakfast"),
        ("a table at Pier One Harbour please", "Pier One Harbour"),
        ("a table at pier one please", "Pier One"),
    ],
)
def test_names_are_found_as_customers_write_them(entities: Entities, said: str, name: str) -> None:
    assert named(entities, said) == [name]


@pytest.mark.parametrize("said", ["I want to ask for a room", "one room for one night", "is the house old?", "", "?!"])
def test_words_that_anybody_uses_are_no_names(entities: Entities, said: str) -> None:
    assert named(entities, said) == []
    assert entities.weights([said]) is None


def test_what_was_named_last_counts_most(entities: Entities) -> None:
    weights = entities.weights(["The Kestrel Inn has rooms.", "And Pier One?", "It is full.", "Do they have a view?"])
    assert weights is not None
    assert weights[2] > weights[0] > 0
    assert np.count_nonzero(weights) == 2


def test_a_name_is_taken_out_of_a_question(entities: Entities) -> None:
    asked = "Does the Kestrel Inn or Pier One have a view?"
    assert entities.without(asked) == "Does the it or it have a view?"
    assert entities.without("Is breakfast free?") == "Is breakfast free?"


def test_things_of_one_name_are_spoken_of_together() -> None:
    both = Entities([("Kestrel Inn",), ("kestrel inn",), ("Pier One",)], ["a", "b", "c"])
    weights = both.weights(["the Kestrel Inn"])
    assert weights is not None
    assert weights.tolist() == [1.0, 1.0, 0.0]


def test_without_names_nothing_is_spoken_of() -> None:
    none = Entities([(), ()], ["The Kestrel Inn", PLAIN])
    assert not none
    assert none.weights(["The Kestrel Inn"]) is None
    assert none.without("The Kestrel Inn") == "The Kestrel Inn"


def test_a_name_that_many_carry_hardly_takes_the_place_of_what_was_named_before() -> None:
    kinds = ("hotel", "cafe", "shop")
    names = [(f"{place} {kind}", kind) for kind in kinds for place in ("Kestrel", "Bramble") for _ in range(20)]
    weights = Entities(names, [""] * len(names)).weights(["The Bramble hotel, please.", "Is the hotel quiet?"])
    assert weights is not None
    (best,) = {names[number] for number in np.flatnonzero(weights > 0.99 * weights.max())}
    assert best == ("Bramble hotel", "hotel")
