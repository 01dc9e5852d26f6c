"""The tools that other assistants are offered, and how their errors are told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field, ValidationError

from handrail.channels.api.inputs import Long, Short, SiteToken
from handrail.channels.api.problems import of_error
from handrail.channels.assistant_views import Passages, Said, Transcript
from handrail.channels.assistants import Assistant, Assistants
from handrail.conversation.errors import HandrailError

Token = Annotated[
    str, Field(min_length=1, max_length=4096, description="the token of the conversation, as ask gave it")
]
SameToken = Annotated[
    str | None, Field(min_length=1, max_length=4096, description="the token of the conversation; none begins a new one")
]
SiteProof = Annotated[
    SiteToken | None,
    Field(description="a token (JWT) that the company's own site signed for this customer, where you were given one"),
]
Key = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="the same key when you send a message again: it is then heard once",
    ),
]


class Tools:
    """The tools. `caller` tells who calls."""

    def __init__(self, assistants: Assistants, caller: Callable[[Context], Assistant]) -> None:
        self._assistants, self._caller = assistants, caller

    async def ask(
        self,
        ctx: Context,
        message: Annotated[Long, Field(min_length=1, description="what the customer says, in their own words")],
        token: SameToken = None,
        customer_token: SiteProof = None,
        idempotency_key: Key = None,
    ) -> Said:
        """Write to the company's customer support on behalf of a customer, and get what it says to them.

        It answers questions about the company's rules with sources, and looks after the customer's own orders, bookings
        and the like. The first call begins a conversation and gives its token; give that token from then on. Pass on
        what the customer says and show them the reply. Where asks_for_yes is set, an action waits for the customer's
        own answer to the question in the reply: ask them, and pass on what they say; never say yes for them. A reply
        may take a minute; where outcome is "working", look it up later instead of asking again.
        """
        return await self._write(ctx, message, token, customer_token, idempotency_key, wants_person=False)

    async def hand_over(
        self,
        ctx: Context,
        message: Annotated[
            Long, Field(min_length=1, description="why the customer wants a person, in their own words")
        ],
        token: SameToken = None,
        customer_token: SiteProof = None,
        idempotency_key: Key = None,
    ) -> Said:
        """Call a person of the company for a customer who wants one, and get what happens next.

        Use it when the customer asks for a person. Outside of opening hours it becomes a ticket with a time by which
        somebody answers. The conversation goes on under its token: what the customer writes reaches the person through
        ask, and look_up_conversation shows what they write.
        """
        return await self._write(ctx, message, token, customer_token, idempotency_key, wants_person=True)

    async def look_up_conversation(
        self,
        ctx: Context,
        token: Token,
        limit: Annotated[int, Field(ge=1, le=40, description="how many of the last lines")] = 10,
    ) -> Transcript:
        """Read the last lines of a conversation and where it stands, as its customer sees them.

        Use it after a "working" answer, and to see what a person has written since. It changes nothing.
        """
        with _told():
            return await self._assistants.look_up(self._caller(ctx), token, limit)

    async def search_policies(
        self,
        query: Annotated[Short, Field(min_length=1, description="what to look for, as a customer would ask it")],
        as_of: Annotated[date | None, Field(description="the day whose rules are wanted; today where left out")] = None,
        limit: Annotated[int, Field(ge=1, le=10, description="how many passages at most")] = 5,
    ) -> Passages:
        """Search the company's public policies and get the passages in force that answer, with their versions.

        Nothing is begun or kept, and no customer is needed. Where nothing answers, no passage comes back. It tells
        rules alone; for anything about a customer's own things use ask.
        """
        with _told():
            return await self._assistants.search(query, as_of, limit)

    async def _write(
        self, ctx: Context, message: str, token: str | None, proof: str | None, key: str | None, *, wants_person: bool
    ) -> Said:
        parts = 0

        async def tell(sentence: str) -> None:
            nonlocal parts
            parts += 1
            await ctx.report_progress(parts, message=sentence)

        with _told():
            return await self._assistants.ask(
                self._caller(ctx), message, tell, token=token, customer_token=proof, key=key, wants_person=wants_person
            )


def in_words(error: ToolError) -> str:
    """What was wrong with a call, for whoever made it; what they sent is not repeated."""
    cause = error.__cause__
    if isinstance(cause, ValidationError):
        faults = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in cause.errors())
        return f"Nothing was done: {'; '.join(faults)}. (invalid)"
    return str(cause) if isinstance(cause, ToolError) else str(error)


@contextmanager
def _told() -> Iterator[None]:
    """Errors of ours as a tool tells them: in words for the caller, with the stable code."""
    try:
        yield
    except HandrailError as error:
        found = of_error(error)
        wait = f" Try again in {found.retry_after} seconds." if found.retry_after else ""
        raise ToolError(f"{_sentence(found.detail)}{wait} ({found.code})") from error


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
