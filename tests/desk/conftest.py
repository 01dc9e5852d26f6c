"""The desk over a real log: Berlin hours, one colleague in general and one in care."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from handrail.conversation import events as e
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.desk.desk import Desk
from handrail.desk.handover import Handover
from handrail.desk.letters import Letters as LetterCourier
from handrail.desk.mail import Mail
from handrail.desk.outbox import Outbox
from handrail.desk.projections import DESK_PROJECTIONS
from handrail.desk.staff import Presence
from handrail.desk.writer import Packets


class Letters:
    """A mailer that keeps what it is given; `fails` holds the errors of the next deliveries."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.fails: list[Exception] = []

    async def send(self, mail: Mail) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.sent.append(mail)


class Shop:
    """Conversations with the desk behind them, in few words."""

    def __init__(self, log, situations, desk, handover, clock) -> None:
        self.log, self.situations, self.desk, self.handover, self.clock = log, situations, desk, handover, clock

    async def talk(self, *lines: str, timezone: str | None = "Europe/Berlin") -> str:
        """A conversation in which the customer has written these lines."""
        opened = await self.log.open(e.Opened(timezone=timezone))
        for line in lines or ("My tent arrived torn, I want my money back",):
            await self.write(opened.conversation_id, line)
        return opened.conversation_id

    async def write(self, conversation_id: str, text: str) -> e.Event:
        return (await self.log.append(conversation_id, "customer", e.CustomerSaid(text=text)))[0]

    async def hand_over(self, conversation_id: str, reason: e.Reason = "asked_for_person", *triggers: str):
        """Carry a handover out as a turn does; return its plan."""
        situation = await self.situations.get(conversation_id)
        plan = await self.handover.plan(situation, reason=reason, triggers=triggers, now=self.clock.now())
        said = e.BotSaid(turn_id="t", reply_id="r", part=1, text=plan.text, engine="offline")
        await self.log.append(conversation_id, "bot", said, *plan.events, holder=plan.holder)
        return plan

    async def kinds(self, conversation_id: str) -> list[str]:
        return [event.kind for event in await self.log.read(conversation_id)]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    desk = {
        "departments": {
            "general": {"name": "Support", "timezone": "Europe/Berlin"},
            "care": {"name": "Customer care", "timezone": "Europe/Berlin", "reasons": ["vulnerable", "upset"]},
        },
        "country": "DE",
        "answer_hours": 2,
    }  # fmt: skip
    business = {"name": "Northwind Outdoors", "timezone": "Europe/Berlin"}
    return Settings.model_validate({**settings.model_dump(), "desk": desk, "business": business})


@pytest.fixture
def log(database, vault, clock, bell) -> Log:
    return Log(database, vault, clock, DESK_PROJECTIONS, bell)


@pytest.fixture
async def presence(database, clock) -> Presence:
    return Presence(database, clock)


@pytest.fixture
def handover(log, settings, presence) -> Handover:
    return Handover(log, settings, presence, Packets(ZoneInfo("Europe/Berlin")))


@pytest.fixture
def desk(log, situations, database, clock, settings, handover, presence) -> Desk:
    return Desk(log, situations, settings=settings, handover=handover, presence=presence)


@pytest.fixture
def shop(log, situations, desk, handover, clock) -> Shop:
    return Shop(log, situations, desk, handover, clock)


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def outbox(database, log, situations, letters, clock, settings) -> Outbox:
    return Outbox(database, clock, {"mail": LetterCourier(log, situations, letters, settings)})


@pytest.fixture
def night(clock):
    """Move to the middle of Monday's night: Berlin opens again on Tuesday at nine."""
    clock.advance(timedelta(hours=12))
    return clock
