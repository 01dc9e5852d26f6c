"""What the engine says of its own doubt counts before the first sentence leaves."""

from collections.abc import AsyncIterator

import pytest
from flow_shop import open_shop

from handrail.agent.models.protocol import Brief, Delta, Draft
from handrail.conversation.events import TurnEnded
from handrail.evals.world import Worlds

pytestmark = pytest.mark.asyncio(loop_scope="session")
QUESTION = "Within how many days can I return an item?"
REPLY = "You can return an item within 30 days of the day it was delivered [1]."


class Doubting:
    """Says the same however sure it is."""

    name = "doubting"

    def __init__(self, certainty: float | None) -> None:
        self.certainty = certainty

    async def draft(self, brief: Brief) -> AsyncIterator[Delta | Draft]:
        yield Delta(REPLY, certainty=self.certainty)
        yield Draft(kind="answer", text=REPLY, engine=self.name, certainty=self.certainty)


async def needs_person(worlds: Worlds, certainty: float | None) -> tuple[float, tuple[str, ...]]:
    async with open_shop(worlds, model=Doubting(certainty)) as shop:
        chat = await shop.chat()
        assert "30 days" in (await chat.says(QUESTION)).text
        (ended,) = await chat.all(TurnEnded)
    assert ended.confidence is not None
    return ended.confidence.needs_person, ended.confidence.reasons


async def test_a_model_that_doubts_its_own_words_makes_a_person_more_probable(worlds: Worlds) -> None:
    silent, sure, unsure = [await needs_person(worlds, certainty) for certainty in (None, 1.0, 0.3)]
    assert silent[0] == sure[0] < unsure[0]
    assert "the engine is unsure of its answer" in unsure[1]
    assert "the engine is unsure of its answer" not in sure[1]
