"""Four weeks of the sample business, played through the whole path: what the figures' picture is of."""

import random
from collections.abc import Sequence
from datetime import timedelta

from bench.shop import orders_of
from handrail.agent.bootstrap import Handrail
from handrail.conversation.clock import FixedClock
from handrail.conversation.events import IdentityProven, Opened, Rated
from handrail.desk.staff import Staff

DAYS = 28
SEED = 7
CHANNELS = ("chat", "chat", "chat", "email", "widget")
POLICIES = (
    "How long do I have to return a jacket?",
    "How much is standard delivery?",
    "Can I return sale items?",
    "Do you price match?",
    "How do I wash a down jacket?",
    "What does the warranty cover?",
)
UNKNOWN = (
    "Do you rent out tents for weddings?",
    "Can I rent a tent from you for a wedding?",
    "Is renting tents for a weekend possible?",
    "Do you sell kayaks?",
    "Are there kayaks in your shops?",
    "Do you sponsor school trips?",
)
PEOPLE = ("I'd like to talk to a person, please", "Let me speak to a human agent")
UPSET = "This is ridiculous, I have asked three times and nobody helps me"
THANKS = ("That's all, thank you", "Great, that answers my question", "ok thanks")
TAGS = ("needed_judgement", "policy_missing", "should_not_have_escalated", "customer_wanted_person")


class Month:
    """Plays contacts one after the other; the clock moves with them."""

    def __init__(self, handrail: Handrail, clock: FixedClock, staff: Sequence[Staff]) -> None:
        self._handrail, self._clock, self._staff = handrail, clock, staff
        self._dice = random.Random(SEED)

    async def play(self) -> None:
        """Play every day of it, by day, with its quiet hours between."""
        orders = await orders_of(self._handrail, "placed", 60)
        for _ in range(DAYS):
            weekend = self._clock.now().weekday() >= 5
            for _ in range(self._dice.randint(2, 4) if weekend else self._dice.randint(5, 10)):
                await self._contact(orders)
                self._clock.advance(timedelta(minutes=self._dice.randint(2, 25)))
            self._clock.advance(timedelta(minutes=61))
            while await self._handrail.housekeeping.close_idle():
                pass
            self._clock.advance(_until_nine(self._clock))

    async def _contact(self, orders: list[tuple[str, str]]) -> None:
        dice = self._dice.random()
        if dice < 0.15 and orders:
            customer, order = orders.pop()
            talk = await self._begin(customer)
            await self._say(talk, f"Please cancel my order {order}")
            await self._say(talk, "yes please")
        elif dice < 0.3:
            talk = await self._begin(None)
            await self._say(talk, self._dice.choice(UNKNOWN))
        elif dice < 0.45:
            talk = await self._begin(None)
            await self._say(talk, self._dice.choice(POLICIES))
            await self._say(talk, self._dice.choice((*PEOPLE, UPSET)))
            if (await self._handrail.log.head(talk)).holder == "bot":
                # A person was offered.
                await self._say(talk, "yes please")
            await self._person(talk)
        else:
            talk = await self._begin(None)
            await self._say(talk, self._dice.choice(POLICIES))
            if self._dice.random() < 0.4:
                await self._say(talk, self._dice.choice(THANKS))
        if self._dice.random() < 0.3:
            rated = Rated(score=self._dice.choice((5, 5, 4, 4, 3, 2, 1)))
            await self._handrail.log.append(talk, "customer", rated)

    async def _begin(self, customer: str | None) -> str:
        opened = await self._handrail.log.open(Opened(channel=self._dice.choice(CHANNELS)))
        if customer is not None:
            ref = self._handrail.vault.ref(customer)
            proven = IdentityProven(level="verified", customer_id=customer, customer_ref=ref, method="token")
            await self._handrail.log.append(opened.conversation_id, "system", proven)
        return opened.conversation_id

    async def _say(self, talk: str, text: str) -> None:
        for person in self._staff:
            await self._handrail.presence.seen(person)
        await self._handrail.turns.hear(talk, text)
        await self._handrail.turns.settled()
        self._clock.advance(timedelta(seconds=self._dice.randint(15, 60)))

    async def _person(self, talk: str) -> None:
        """Somebody takes it after a while; now and then the customer is gone by then."""
        if (await self._handrail.log.head(talk)).holder != "queue":
            return
        desk, person = self._handrail.desk, self._dice.choice(self._staff)
        self._clock.advance(timedelta(seconds=self._dice.randint(20, 480)))
        await self._handrail.presence.seen(person)
        await desk.claim(talk, person)
        self._clock.advance(timedelta(seconds=self._dice.randint(20, 90)))
        if self._dice.random() < 0.15:
            await desk.wrap_up(talk, person, "customer_left")
            return
        await desk.say(talk, person, "I'm here, and I'll look into this. I'll write to you by tomorrow at nine.")
        self._clock.advance(timedelta(minutes=self._dice.randint(2, 14)))
        for promise in (await self._handrail.situations.get(talk)).promises:
            if promise.kept is None and self._dice.random() < 0.8:
                await desk.settle(talk, person, promise.promise_id, kept=self._dice.random() < 0.9)
        await desk.wrap_up(talk, person, "resolved", tags=self._dice.sample(TAGS, 1))


def _until_nine(clock: FixedClock) -> timedelta:
    """To nine o'clock UTC of the next day."""
    now = clock.now()
    return now.replace(hour=9, minute=0, second=0) + timedelta(days=1) - now
