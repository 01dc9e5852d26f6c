"""The rounds beside the conversations: what is old is forgotten, once an hour."""

from datetime import timedelta
from typing import Any

from handrail.agent.housekeeping import BATCH, FORGETTING, Housekeeping
from handrail.conversation.events import Closed, CustomerSaid, Opened
from handrail.conversation.settings import Settings


class Sweeping:
    """Has nothing to do, nor has any part of it."""

    def __getattr__(self, _: str) -> "Sweeping":
        return self

    async def sweep(self) -> int:
        return 0

    async def refresh(self) -> int:
        return 0


def keeper(log: Any, clock: Any, settings: Settings, days: float | None) -> Housekeeping:
    nothing: Any = Sweeping()
    kept = Settings.model_validate({**settings.model_dump(), "retention": {"days": days}})
    return Housekeeping(nothing, nothing, log, clock, kept, nothing, nothing)


async def closed(log: Any) -> str:
    opened = await log.open(Opened())
    said = CustomerSaid(text="an old matter")
    await log.append(opened.conversation_id, "customer", said)
    await log.append(opened.conversation_id, "system", Closed(reason="idle"))
    return str(opened.conversation_id)


async def test_what_is_older_than_the_settings_say_is_forgotten(log, clock, settings):
    old = [await closed(log) for _ in range(3)]
    house = keeper(log, clock, settings, 30)
    assert await house.forget_old() == 0
    clock.advance(timedelta(days=31))
    assert await house.forget_old() == 3
    assert all([(await log.head(id_)).forgotten for id_ in old])


async def test_it_looks_once_an_hour_and_goes_on_while_there_is_more(log, clock, settings):
    house = keeper(log, clock, settings, 30)
    for _ in range(BATCH + 2):
        await closed(log)
    clock.advance(timedelta(days=31))
    assert await house.forget_old() == BATCH
    assert await house.forget_old() == 2
    await closed(log)
    clock.advance(timedelta(days=31))
    assert await house.forget_old() == 1
    clock.advance(FORGETTING - timedelta(seconds=1))
    await closed(log)
    assert await house.forget_old() == 0


async def test_without_an_age_all_is_kept(log, clock, settings):
    kept = await closed(log)
    clock.advance(timedelta(days=9000))
    assert await keeper(log, clock, settings, None).forget_old() == 0
    assert not (await log.head(kept)).forgotten
