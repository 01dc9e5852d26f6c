"""The customer's side: begin, write, follow, prove who you are, rate."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from handrail.channels.api import answers, following, talking
from handrail.channels.api.at_desk import looked
from handrail.channels.api.callers import Reading, Somebody, Speaking, address, counted, over
from handrail.channels.api.inputs import (
    After,
    IdempotencyKey,
    IdentityClaim,
    IdentityCode,
    IdentityToken,
    LastEventId,
    NewContact,
    NewConversation,
    NewMessage,
    NewRating,
)
from handrail.channels.api.kit import WithKit
from handrail.channels.api.outputs import (
    Answer,
    Contact,
    ConversationView,
    IdentityView,
    Rating,
    Started,
)
from handrail.channels.api.problems import documented
from handrail.channels.api.streams import EventStream
from handrail.channels.api.wire import lines
from handrail.conversation.events import Closed, Opened, Rated

router = APIRouter(prefix="/v1/conversations", tags=["conversations"], dependencies=[Depends(counted)])
STREAM = {
    "text/event-stream": {"schema": {"type": "string"}, "example": 'event: sentence\nid: 7\ndata: {"text":"…"}\n\n'}
}
MINE = documented(401, 403, 404, 422)
CHANGES = documented(401, 403, 404, 408, 409, 413, 415, 422)


@router.post("", status_code=201, responses=documented(401, 403, 408, 413, 415, 422))
async def begin(
    kit: WithKit, request: Request, who: Somebody, body: Annotated[NewConversation | None, Body()] = None
) -> Started:
    """Begin a conversation. The token opens this conversation and no other."""
    kit.limits.conversations.take(address(request))
    new = body or NewConversation()
    opened = Opened(channel=new.channel, language=new.language, timezone=new.timezone)
    actor = f"person:{who.user.id}" if who else "customer"
    return await talking.begin(kit, opened, actor=actor, customer_token=new.customer_token)


@router.get("/{id}", responses=MINE)
async def read(kit: WithKit, who: Reading, limit: Annotated[int, Query(ge=1, le=200)] = 40) -> ConversationView:
    """The last lines of a conversation, and where it stands."""
    situation = await kit.handrail.situations.get(who.conversation_id)
    if who.staff is not None:
        await looked(kit, who.staff, "transcript", who.conversation_id)
    state = await following.state(kit, situation)
    return ConversationView(id=who.conversation_id, state=state, lines=lines(situation, limit))


@router.post(
    "/{id}/messages",
    response_model=Answer,
    responses={
        200: {"description": "The answer; as a stream with `Accept: text/event-stream`.", "content": STREAM},
        **CHANGES,
    },
)
async def write(
    kit: WithKit, request: Request, who: Speaking, body: NewMessage, key: IdempotencyKey = None
) -> Answer | Response:
    """Write a message, and wait for what comes of it.

    As JSON the whole answer comes at once. As a stream (`Accept: text/event-stream`) it comes by the checked sentence:
    `state`, `citation`, `sentence`, then `done` with the whole answer, or `error` with a problem. Leaving does not stop
    the turn; send again with the same `Idempotency-Key`, or follow the events, to see how it ended.
    """
    heard = await talking.write(kit, who.conversation_id, body.text, key=key, address=address(request))
    if "text/event-stream" in request.headers.get("accept", ""):
        source = following.answer(kit, heard, staff=who.staff is not None)
        return EventStream(source, kit.closing, over(kit, who.staff) if who.staff else None)
    return await answers.wait(kit.handrail, heard)


@router.get(
    "/{id}/events",
    response_class=StreamingResponse,
    responses={200: {"description": "The events so far, then new ones as they happen.", "content": STREAM}, **MINE},
)
async def follow(kit: WithKit, who: Reading, last: LastEventId = None, after: After = None) -> EventStream:
    """Follow a conversation: `customer`, `sentence`, `citation`, `person`, `announcement`, and `state` when it changes.

    Staff also get `findings`, and `event` with every event of the log. The stream goes on after `Last-Event-ID`.
    """
    await kit.handrail.log.head(who.conversation_id)
    if who.staff is not None:
        await looked(kit, who.staff, "stream", who.conversation_id)
    source = following.conversation(
        kit, who.conversation_id, int(last) if last else after or 0, staff=who.staff is not None
    )
    return EventStream(source, kit.closing, over(kit, who.staff) if who.staff else None)


@router.post("/{id}/identity", responses=CHANGES)
async def identify(
    kit: WithKit, request: Request, who: Speaking, body: IdentityClaim | IdentityCode | IdentityToken
) -> IdentityView:
    """Say who you are, then give back the one-time code that was sent to the contact on file; or give a `token` of the
    company's own site. What waited for the proof goes on.

    The answer to a claim is the same whether or not somebody was found.
    """
    identity = kit.handrail.identity
    match body:
        case IdentityClaim(claim=claim):
            await identity.claim(who.conversation_id, claim)
        case IdentityCode(code=code):
            await identity.prove(who.conversation_id, code, address=address(request))
        case IdentityToken(token=token):
            await identity.token(who.conversation_id, token)
    if not isinstance(body, IdentityClaim):
        kit.handrail.turns.wake(who.conversation_id)
    situation = await kit.handrail.situations.get(who.conversation_id)
    return (await following.state(kit, situation)).identity


@router.post("/{id}/rating", responses=CHANGES)
async def rate(kit: WithKit, who: Speaking, body: NewRating) -> Rating:
    """Rate the conversation. The last rating counts."""
    rated = Rated(score=body.score, comment=body.comment)
    event, *_ = await kit.handrail.log.append(who.conversation_id, "customer", rated)
    return Rating(score=body.score, seq=event.seq)


@router.post("/{id}/contact", responses=CHANGES)
async def leave_contact(kit: WithKit, who: Speaking, body: NewContact) -> Contact:
    """Say where the answer to a ticket is to go."""
    event = await kit.handrail.desk.tickets.leave_contact(who.conversation_id, body.email)
    name, _, domain = body.email.partition("@")
    return Contact(email=f"{name[:1]}…@{domain}", seq=event.seq)


@router.post("/{id}/close", responses=CHANGES)
async def close(kit: WithKit, who: Speaking) -> ConversationView:
    """End the conversation, as its customer. A new message opens it again."""
    if not (await kit.handrail.situations.get(who.conversation_id)).closed:
        await kit.handrail.log.append(who.conversation_id, "customer", Closed(reason="customer"))
    return await read(kit, who)
