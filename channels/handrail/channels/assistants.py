"""What other assistants do for a customer: they ask, call a person, look up, and search the policies.

Such an assistant is a channel like the chat API and no more: who the customer is, what they agree to and who holds the
conversation are settled here, whatever the assistant says.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from handrail.channels import assistant_views as views
from handrail.channels.api import answers, following, talking, wire
from handrail.channels.api.answers import Ended
from handrail.channels.api.kit import Kit
from handrail.channels.api.outputs import Answer, Started
from handrail.channels.api.policies import today_of
from handrail.channels.tokens import conversation_links
from handrail.conversation.errors import Denied, Invalid, Unavailable
from handrail.conversation.events import BotSaid, Event, Opened
from handrail.conversation.situation import Situation

CHANNEL = "mcp"
RELEVANT = 0.35
"""From this probability on that a passage answers, passages are told. Of the hand-written lines of `bench.retrieval` it
keeps 0.96 of 186 that the policies answer, and 0.29 of 65 that they don't (0.89 and 0.15 at 0.5), which ask for what
the shop might well have: who reads the passages can tell, and sees nothing of what is left out. Of lines that have
nothing to do with a shop (CLINC150) it keeps 0.03.
"""

Tell = Callable[[str], Awaitable[object]]
"""Is told each sentence as it is committed."""


@dataclass(frozen=True, slots=True)
class Assistant:
    """Who calls: the name of their key, empty where they have none, and the address that they call from, if any."""

    name: str = ""
    address: str | None = None
    customer_token: str | None = None
    """A token of the company's own site that came with the request, beside what its model writes."""

    @property
    def channel(self) -> str:
        """The channel of the conversations that they begin, as the desk sees it."""
        return f"{CHANNEL}:{self.name}" if self.name else CHANNEL

    @property
    def counted(self) -> str:
        """Whom requests and new conversations are counted for."""
        return self.channel if self.name else self.address or CHANNEL


class Assistants:
    """What other assistants may do. Everything raises errors of ours: `problems.of_error` says what is told of them."""

    def __init__(self, kit: Kit) -> None:
        self._kit, self._handrail = kit, kit.handrail
        settings = kit.handrail.settings
        self._seconds = settings.mcp.wait_seconds
        # A link that leads nowhere from where the customer is would be worse than none.
        self._link = conversation_links(settings, kit.handrail.clock) if settings.server.public_url else None

    async def ask(
        self,
        who: Assistant,
        message: str,
        tell: Tell,
        *,
        token: str | None = None,
        customer_token: str | None = None,
        key: str | None = None,
        wants_person: bool = False,
    ) -> views.Said:
        """Write for the customer and wait for what comes of it, no longer than the settings say: the turn goes on.

        Without `token` a conversation is begun. `customer_token` proves who the customer is; `key` makes that the same
        message is heard once. With `wants_person` it calls for a person.
        """
        talking.expect_short(self._kit, message)
        started = None
        if token is None:
            started = await self._begin(who, customer_token)
            conversation_id = started.id
        else:
            conversation_id = (await self._opened(who, token)).conversation_id
            if customer_token is not None:
                await self._handrail.identity.token(conversation_id, customer_token)
        self._kit.limits.messages.take(conversation_id)
        heard = await talking.write(
            self._kit, conversation_id, message, key=key, address=who.address, wants_person=wants_person
        )
        answer = await self._answer(heard, tell)
        found = await self._standing(await self._handrail.situations.get(conversation_id))
        outcome = answer.outcome if answer else "working"
        return views.Said(
            conversation=conversation_id,
            token=started.token if started else None,
            reply=answer.reply.text if answer and answer.reply else None,
            sources=answer.reply.citations if answer and answer.reply else [],
            outcome=outcome,
            standing=found,
            advice=views.advice(found, outcome),
        )

    async def look_up(self, who: Assistant, token: str, limit: int) -> views.Transcript:
        """The last lines of a conversation and where it stands, as its customer sees them."""
        situation = await self._opened(who, token)
        found = await self._standing(situation)
        return views.Transcript(
            conversation=situation.conversation_id,
            standing=found,
            lines=wire.lines(situation, limit),
            advice=views.advice(found, situation.last_outcome or ""),
        )

    async def search(self, query: str, as_of: date | None, limit: int) -> views.Passages:
        """The passages of policies in force on a day, today where none is given, that answer; none where none does.

        What carries instructions for a model is left out. Raises `Invalid` for a day to come.
        """
        today = today_of(self._kit)
        day = as_of or today
        if day > today:
            raise Invalid("what will hold on a day to come is not told; leave as_of out for today", code="to_come")
        found = await self._handrail.knowledge.find(query, as_of=day, k=limit)
        hits = found.hits if found.relevance >= RELEVANT else ()
        kept = [hit for hit in hits if not (await self._handrail.rails.passage(hit.passage.told)).withholds]
        passages = [views.passage(hit) for hit in kept]
        return views.Passages(
            as_of=day,
            passages=passages,
            relevance=round(found.relevance, 2) if passages else 0.0,
            advice=views.READ if passages else views.NOTHING,
        )

    async def _begin(self, who: Assistant, customer_token: str | None) -> Started:
        self._kit.limits.conversations.take(who.counted)
        known = customer_token or who.customer_token
        return await talking.begin(self._kit, Opened(channel=who.channel), customer_token=known)

    async def _opened(self, who: Assistant, token: str) -> Situation:
        """The conversation that a token opens. What one assistant has begun exists for no other, token or not."""
        situation = await self._handrail.situations.get(self._kit.tokens.read(token).conversation_id)
        if situation.channel.startswith(f"{CHANNEL}:") and situation.channel != who.channel:
            raise Denied("the token is not one of yours", code="token")
        return situation

    async def _answer(self, heard: Event, tell: Tell) -> Answer | None:
        """What answers a line; None where it takes longer than a caller waits, or the server is about to stop."""
        answered = asyncio.create_task(self._follow(heard, tell))
        closing = asyncio.create_task(self._kit.closing.wait())
        try:
            await asyncio.wait({answered, closing}, return_when=asyncio.FIRST_COMPLETED)
            return await answered if answered.done() else None
        finally:
            for task in (answered, closing):
                task.cancel()
            await asyncio.wait({answered, closing})

    async def _follow(self, heard: Event, tell: Tell) -> Answer | None:
        try:
            async for found in answers.follow(self._handrail, heard, self._seconds):
                if isinstance(found, Ended):
                    return await answers.compose(self._handrail, heard, found)
                if isinstance(found.data, BotSaid):
                    await tell(found.data.text.strip())
        except Unavailable as error:
            if error.code != "slow":
                raise
        return None

    async def _standing(self, situation: Situation) -> views.Standing:
        state = await following.state(self._kit, situation)
        link = self._link(situation.conversation_id) if self._link else None
        return views.standing(state, situation, self._handrail.clock.now(), link)
