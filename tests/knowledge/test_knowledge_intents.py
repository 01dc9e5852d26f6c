"""Routing by examples: the intent, and what is out of scope."""

from collections.abc import Sequence

import numpy as np
import pytest
from knowledge_kit import Bags

from handrail.conversation.errors import Invalid
from handrail.knowledge.intents import Example, Intents, Routed

ASKED = {
    "parcel": "where is my parcel|has my parcel left the depot|my parcel is late|track the parcel for me|parcel lost",
    "refund": "I want my money back|when does the refund come|refund the payment|money for the refund|pay me back",
    "repair": "can you mend my tent|the zip needs a repair|mend this zip please|send the tent for repair|repair it",
}
EXAMPLES = [Example(text, intent) for intent, texts in ASKED.items() for text in texts.split("|")]
LINES = ("is the parcel at the depot", "the refund of my payment", "mend the zip of a tent")
STRANGE = ("who painted that famous ceiling", "play some quiet jazz", "seven times eight")


async def routed(examples: Sequence[Example], *texts: str) -> list[Routed]:
    router = await Intents.fit(examples, Bags())
    return await router.route(texts)


async def test_a_text_goes_to_the_intent_whose_examples_are_like_it() -> None:
    assert [to.intent for to in await routed(EXAMPLES, *LINES)] == ["parcel", "refund", "repair"]


async def test_what_is_like_no_example_is_out_of_scope() -> None:
    found = await routed(EXAMPLES, *LINES, *STRANGE)
    inside, outside = found[: len(LINES)], found[len(LINES) :]
    assert min(to.in_scope for to in inside) > max(to.in_scope for to in outside)
    assert all(0 <= to.in_scope <= 1 for to in found)


@pytest.mark.parametrize("named", ["oos", "None", ""])
async def test_examples_of_none_of_the_intents_teach_what_is_out_of_scope(named: str) -> None:
    music = [Example(text, named) for text in ("play jazz", "play quiet music", "louder music", "stop the jazz")]
    (before,) = await routed(EXAMPLES, "play the music")
    (after,) = await routed([*EXAMPLES, *music], "play the music")
    assert after.in_scope < before.in_scope
    assert after.intent in ASKED


async def test_the_same_examples_give_the_same_router() -> None:
    assert await routed(EXAMPLES, *LINES, *STRANGE) == await routed(EXAMPLES, *LINES, *STRANGE)


@pytest.mark.parametrize("examples", [EXAMPLES[:1], EXAMPLES[:5], EXAMPLES[:2] + EXAMPLES[5:6]])
async def test_one_intent_or_one_example_is_enough(examples: Sequence[Example]) -> None:
    like, unlike = await routed(examples, examples[0].text, STRANGE[0])
    assert like.intent == examples[0].intent
    assert like.in_scope > 0.5 > unlike.in_scope


async def test_without_an_intent_there_is_nothing_to_route_to() -> None:
    with pytest.raises(Invalid, match="no example of any intent"):
        await Intents.fit([Example("play jazz", "oos")], Bags())


async def test_no_text_and_a_text_of_no_word_are_borne() -> None:
    router = await Intents.fit(EXAMPLES, Bags())
    assert await router.route([]) == []
    (silent,) = await router.route(["?!"])
    assert np.isfinite(silent.in_scope)
