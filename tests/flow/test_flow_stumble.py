"""What the customer sees of a turn that fails before anything of it is on the log."""

import pytest
from flow_shop import Shop

from handrail.agent.turn import Turn
from handrail.conversation.errors import Unavailable
from handrail.conversation.events import BotSaid, HandoffRequested, TurnStarted

QUESTION = "Within how many days can I return an item?"


@pytest.fixture
def stumbles(monkeypatch: pytest.MonkeyPatch, shop: Shop):
    """Let so many turns lose the database before their first event."""
    graph = shop.handrail.turns._graph

    def set_up(times: int) -> None:
        left = [times]
        run = graph.run

        async def failing(turn: Turn, services: object) -> Turn:
            if left[0] > 0:
                left[0] -= 1
                raise Unavailable("the connection was lost")
            return await run(turn, services)

        monkeypatch.setattr(graph, "run", failing)

    return set_up


async def test_a_turn_that_lost_its_first_event_is_begun_again(shop: Shop, stumbles) -> None:
    chat = await shop.chat()
    stumbles(1)
    assert "30 days" in (await chat.says(QUESTION)).text
    assert await chat.all(HandoffRequested) == []


async def test_one_that_fails_again_goes_to_a_person_and_stands_on_the_log_as_begun(shop: Shop, stumbles) -> None:
    chat = await shop.chat()
    stumbles(2)
    reply = await chat.says(QUESTION)
    assert reply.outcome == "handed_over"
    (handoff,) = await chat.all(HandoffRequested)
    assert handoff.reason == "error"
    (started,) = await chat.all(TurnStarted)
    assert {said.turn_id for said in await chat.all(BotSaid)} == {started.turn_id}
