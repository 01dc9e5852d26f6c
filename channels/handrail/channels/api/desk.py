"""The people's side: the queue, one conversation, and what a person does with it."""

from collections.abc import AsyncGenerator
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Query
from fastapi.responses import StreamingResponse

from handrail.channels.api import watching
from handrail.channels.api.at_desk import ONE, READS, WRITES, keyed, looked, staff_of, there, written
from handrail.channels.api.callers import AtDesk, DeskConversation, OnDesk, counted, over
from handrail.channels.api.desk_views import CaseView, Options, QueueView, Written, case, entry
from handrail.channels.api.inputs import (
    Claim,
    GiveBack,
    IdempotencyKey,
    NewMessage,
    NewNote,
    Settlement,
    WrapUp,
)
from handrail.channels.api.kit import WithKit
from handrail.channels.api.problems import documented
from handrail.channels.api.streams import EventStream, Sent
from handrail.conversation.errors import Invalid
from handrail.conversation.events import Urgency
from handrail.desk.acts import TAGS
from handrail.desk.queue import Filter

router = APIRouter(prefix="/v1/desk", tags=["desk"], dependencies=[Depends(counted)])
STREAM = {"text/event-stream": {"schema": {"type": "string"}, "example": 'event: queue\ndata: {"items":[]}\n\n'}}
Show = Literal["open", "waiting", "mine", "all", "done"]
Department = Annotated[str | None, Query(max_length=40, pattern=r"^[a-z][a-z0-9_-]*$", examples=["general"])]


def chosen(
    session: OnDesk,
    state: Annotated[Show, Query(description="`open` is what waits and what I have")] = "all",
    department: Department = None,
    urgency: Annotated[Urgency | None, Query()] = None,
    mode: Annotated[Literal["live", "ticket"] | None, Query()] = None,
) -> watching.Choice:
    """Which part of the queue is asked for."""
    return watching.Choice(
        Filter(
            states=watching.STATES[state],
            departments=(department,) if department else (),
            modes=(mode,) if mode else (),
            urgencies=(urgency,) if urgency else (),
            person=session.user.id if state == "mine" else None,
            limit=watching.LONGEST,
        ),
        mine_or_waiting=session.user.id if state == "open" else None,
    )


Chosen = Annotated[watching.Choice, Depends(chosen)]


@router.get("/queue", responses=documented(401, 403, 422))
async def queue(
    kit: WithKit,
    session: OnDesk,
    choice: Chosen,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=watching.LONGEST)] = 0,
) -> QueueView:
    """Who waits for a person or is with one, the most pressing first."""
    await looked(kit, session, "queue")
    entries = await watching.entries(kit, choice)
    return QueueView(
        items=[entry(each) for each in entries[offset : offset + limit]],
        total=len(entries),
        waiting=sum(each.state == "waiting" for each in entries),
        now=kit.handrail.clock.now(),
    )


@router.get("/options", responses=documented(401, 403))
async def options(kit: WithKit, session: OnDesk) -> Options:
    """What forms of the desk offer: the tags of a wrap-up, the departments, what you may do."""
    departments = kit.handrail.settings.desk.departments
    return Options(
        tags=list(TAGS),
        departments={code: found.name for code, found in departments.items()},
        replies=kit.handrail.settings.desk.replies,
        claims=list(kit.handrail.vouching.claims),
        may_approve=kit.handrail.desk.approvals.may_decide(staff_of(session)),
        may_audit=session.user.role in kit.handrail.settings.desk.audits.roles,
    )


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: {"description": "Everything that a desk shows, as it changes.", "content": STREAM}, **READS},
)
async def events(kit: WithKit, session: OnDesk, choice: Chosen) -> EventStream:
    """One stream for everything: `queue` and `approvals` (whole, when they changed), and `changed` (the ids of
    conversations with news).

    Whoever may answer customers counts as being there while this stream is open.
    """
    await looked(kit, session, "queue")
    source: AsyncGenerator[Sent] = watching.desk(kit, staff_of(session), choice)
    return EventStream(source, kit.closing, over(kit, session))


@router.post("/leave", status_code=204, responses=documented(401, 403))
async def leave(kit: WithKit, session: OnDesk) -> None:
    """Go: from here nobody counts on this person."""
    await kit.handrail.presence.left(session.user.id)


@router.get(ONE, responses=READS)
async def show(
    kit: WithKit,
    session: OnDesk,
    conversation_id: DeskConversation,
    after: Annotated[int, Query(ge=0, le=999_999_999, description="only events with a greater seq")] = 0,
) -> CaseView:
    """One conversation: the summary, who the customer is, what was promised, and every event."""
    shown = await kit.handrail.desk.show(conversation_id)
    await looked(kit, session, "case", conversation_id)
    return case(shown, kit.handrail.engine, after)


@router.post(ONE + "/claim", responses=WRITES)
async def claim(
    kit: WithKit,
    session: AtDesk,
    conversation_id: DeskConversation,
    body: Annotated[Claim | None, Body()] = None,
    key: IdempotencyKey = None,
) -> CaseView:
    """Take the conversation. Of two who try, one gets it; the other is told who (409)."""
    staff = await there(kit, session)
    take_over = body is not None and body.take_over
    await kit.handrail.desk.claim(conversation_id, staff, key=keyed(session, "claim", key), take_over=take_over)
    await looked(kit, session, "case", conversation_id)
    return case(await kit.handrail.desk.show(conversation_id), kit.handrail.engine)


@router.post(ONE + "/messages", responses=WRITES)
async def say(
    kit: WithKit, session: AtDesk, conversation_id: DeskConversation, body: NewMessage, key: IdempotencyKey = None
) -> Written:
    """Write to the customer, who gets it in the same stream; on a ticket by e-mail as well."""
    longest = kit.handrail.settings.server.max_message_characters
    if len(body.text) > longest:
        raise Invalid(f"a message has at most {longest} characters", code="too_long")
    staff = await there(kit, session)
    return written(await kit.handrail.desk.say(conversation_id, staff, body.text, key=keyed(session, "say", key)))


@router.post(ONE + "/notes", responses=WRITES)
async def note(
    kit: WithKit, session: AtDesk, conversation_id: DeskConversation, body: NewNote, key: IdempotencyKey = None
) -> Written:
    """Write a note that only the desk sees."""
    staff = await there(kit, session)
    return written(await kit.handrail.desk.note(conversation_id, staff, body.text, key=keyed(session, "note", key)))


@router.post(ONE + "/give-back", responses=WRITES)
async def give_back(
    kit: WithKit,
    session: AtDesk,
    conversation_id: DeskConversation,
    body: Annotated[GiveBack | None, Body()] = None,
    key: IdempotencyKey = None,
) -> Written:
    """Let the bot go on, with an instruction where one is needed."""
    staff = await there(kit, session)
    instruction = body.instruction if body else ""
    event = await kit.handrail.desk.give_back(conversation_id, staff, instruction, key=keyed(session, "give_back", key))
    kit.handrail.turns.wake(conversation_id)
    return written(event)


@router.post(ONE + "/wrap-up", responses=WRITES)
async def wrap_up(
    kit: WithKit, session: AtDesk, conversation_id: DeskConversation, body: WrapUp, key: IdempotencyKey = None
) -> Written:
    """Settle the conversation, and say how it went and what would have been right."""
    staff = await there(kit, session)
    event = await kit.handrail.desk.wrap_up(
        conversation_id,
        staff,
        body.disposition,
        tags=body.tags,
        note=body.note,
        right_answer=body.right_answer,
        key=keyed(session, "wrap_up", key),
    )
    return written(event)


@router.post(ONE + "/promises", responses=WRITES)
async def settle(
    kit: WithKit, session: AtDesk, conversation_id: DeskConversation, body: Settlement, key: IdempotencyKey = None
) -> Written:
    """Say that a promise was kept or broken, and how. With the promise of a call the call has ended."""
    staff = await there(kit, session)
    event = await kit.handrail.desk.settle(
        conversation_id, staff, body.promise, kept=body.kept, note=body.note, key=keyed(session, "settle", key)
    )
    return written(event)
