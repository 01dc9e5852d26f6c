"""The card of the customer whom a person is with."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from handrail.channels.api.at_desk import ONE, READS, looked, staff_of
from handrail.channels.api.callers import AtDesk, DeskConversation, counted
from handrail.channels.api.desk_views import Who, who
from handrail.channels.api.kit import WithKit
from handrail.conversation.events import Reason

router = APIRouter(prefix="/v1/desk", tags=["desk"], dependencies=[Depends(counted)])


class RecordView(BaseModel):
    """What one reading tool says of the customer."""

    tool: str
    description: str
    state: Literal["found", "nothing", "refused", "failed"]
    result: Any
    message: str = Field(description="why there is no result")


class EarlierView(BaseModel):
    """Another conversation of the customer's."""

    conversation_id: str
    opened_at: datetime | None
    channel: str
    about: str = Field(description="how it began, in their words")
    closed: bool
    reason: Reason | None = Field(description="why a person was asked for, where one was")
    rating: int | None


class CardView(BaseModel):
    """Who the customer is, and what the business has of them."""

    identity: Who
    facts: dict[str, str] = Field(description="what sorts customers, as the directory tells it")
    email: str = Field(description="on file; masked for who neither holds the conversation nor leads")
    phone: str
    earlier: list[EarlierView] = Field(description="the newest first")
    records: list[RecordView]
    hidden: Literal["unproven", "not_holder", ""] = Field(description="why there is no more; empty where it is whole")


@router.get(ONE + "/customer", responses=READS)
async def customer(kit: WithKit, session: AtDesk, conversation_id: DeskConversation) -> CardView:
    """The customer's card: how they were proven, contacts, earlier conversations, and their own records.

    Records are read as you ask, by the tools that `desk.card` names, else by all that need no more than the customer.
    They are for who holds the conversation, or leads, and for a customer who has proven who they are.
    """
    await looked(kit, session, "card", conversation_id)
    card = await kit.handrail.cards.make(conversation_id, staff_of(session))
    return CardView(
        identity=who(card.identity),
        facts=dict(card.facts),
        email=card.email,
        phone=card.phone,
        earlier=[EarlierView(**asdict(each)) for each in card.earlier],
        records=[RecordView(**asdict(each)) for each in card.records],
        hidden=card.hidden,
    )
