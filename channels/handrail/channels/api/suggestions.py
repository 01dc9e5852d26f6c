"""Replies suggested to whoever answers."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from handrail.channels.api.at_desk import ONE, WRITES, looked, there
from handrail.channels.api.callers import AtDesk, DeskConversation, counted
from handrail.channels.api.kit import WithKit
from handrail.conversation.events import Citation

router = APIRouter(prefix="/v1/desk", tags=["desk"], dependencies=[Depends(counted)])


class QuoteView(BaseModel):
    """A passage that may answer, as it stands in the policy."""

    citation: Citation
    heading: str
    text: str


class SuggestionView(BaseModel):
    """A reply to edit, and the passages beside it."""

    text: str = Field(description="empty where nothing that holds could be drafted")
    citations: list[Citation]
    quotes: list[QuoteView]
    held_back: int = Field(description="how many sentences of the draft did not pass the checks")
    engine: str


@router.post(ONE + "/suggestions", responses=WRITES)
async def suggest(kit: WithKit, session: AtDesk, conversation_id: DeskConversation) -> SuggestionView:
    """Draft a reply to what the customer said last, from the policies and what was looked up before.

    It is checked as the bot's own replies are, cited, and never sent: what you send is your own message. With a
    language model it costs one call.
    """
    await there(kit, session)
    await looked(kit, session, "case", conversation_id)
    found = await kit.handrail.suggestions.make(conversation_id)
    return SuggestionView(
        text=found.text,
        citations=list(found.citations),
        quotes=[QuoteView(citation=q.citation, heading=q.heading, text=q.text) for q in found.quotes],
        held_back=found.held_back,
        engine=found.engine,
    )
