"""What other assistants are told: what the customer sees by the chat API, without the desk's codes for why."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from handrail.channels.api.outputs import ApprovalState, IdentityView, LineView, Source, State, TicketView
from handrail.conversation.events import Outcome
from handrail.conversation.situation import Situation
from handrail.knowledge.passages import Hit

WORKING = "The message is kept and is being worked on. Don't send it again: call look_up_conversation in a few seconds."
CONSENT = (
    "Nothing is done yet. Put the question of the reply to the customer word for word, then call ask with the answer "
    "that they give themselves. Don't answer for them."
)
CODE = (
    "If what they said points at a customer, a one-time code is on its way to the contact on file. Ask them for it and "
    "call ask with what they type."
)
ASKED = "Handrail asked the customer something. Put it to them, then call ask with their own answer."
LIVE = (
    "People have been called. What the customer writes meanwhile reaches them through ask, and look_up_conversation "
    "shows what they write."
)
TICKET = "People answer the customer in writing later (answer_by). look_up_conversation shows it then."
CONTACT = " They don't know yet where to: ask the customer for an e-mail address and call ask with it."
JOINED = (
    "{name} has the conversation. Give on the customer's words with ask; look_up_conversation shows what {name} writes."
)
READ = "See for yourself whether one of them answers. Say nothing that does not stand there."
NOTHING = (
    "No policy in force on that day answers this. Say so rather than guess; ask begins a conversation with Handrail, "
    "and hand_over calls a person."
)


class Consent(BaseModel):
    """An exact action that waits for the customer's own yes."""

    action: str = Field(description="what exactly would be done")
    until: datetime = Field(description="from when on it would have to be asked anew")


class Called(BaseModel):
    """Where a call for a person stands."""

    state: Literal["waiting", "claimed"]
    mode: Literal["live", "ticket"] = Field(description="somebody joins, or answers in writing later")
    name: str | None = Field(description="who has joined")
    position: int | None = Field(description="place in the queue, from 1, while waiting")
    answer_by: datetime | None = Field(description="by when a ticket is answered")
    link: str | None = Field(description="where the customer can go on by themselves; it opens this conversation")


class Standing(BaseModel):
    """Where a conversation stands."""

    holder: Literal["bot", "queue", "person"] = Field(
        description="who answers: Handrail itself (bot), people who have not taken it yet (queue), or a person"
    )
    working: bool = Field(description="a reply is being written")
    person: Called | None = Field(description="set from when a person is called until they are done")
    ticket: TicketView | None
    identity: IdentityView = Field(description="who the customer has proven to be")
    asks_for_yes: Consent | None = Field(description="set while an action waits for the customer's own yes")
    approvals: list[ApprovalState] = Field(description="what waits for a colleague of the business")
    closed: bool


class Said(BaseModel):
    """What came of a message."""

    conversation: str = Field(description="the conversation's id, to tell people which one it is")
    token: str | None = Field(description="opens this conversation; given once, when it begins. Keep it to yourself")
    reply: str | None = Field(description="what Handrail says to the customer; null while people answer, or it works")
    sources: list[Source] = Field(description="the policies that the reply rests on")
    outcome: Outcome | Literal["working"]
    standing: Standing
    advice: str = Field(description="what to do next")


class Transcript(BaseModel):
    """A conversation as its customer sees it."""

    conversation: str
    standing: Standing
    lines: list[LineView]
    advice: str = Field(description="what to do next")


class PassageView(BaseModel):
    """A piece of a policy, in the version in force."""

    policy: str = Field(examples=["returns"])
    version: str = Field(examples=["3"])
    title: str
    heading: str
    text: str = Field(description="Markdown; quote it rather than retell it")
    effective_from: date
    effective_until: date | None = Field(description="the first day on which it no longer holds")
    also: list[str] = Field(examples=[["returns-leaflet@1"]], description="other policies in force that say the same")


class Passages(BaseModel):
    """What the policies in force on a day say; best first, none where nothing answers."""

    as_of: date
    passages: list[PassageView]
    relevance: float = Field(description="how surely one of them answers, from 0 to 1")
    advice: str = Field(description="what to do next")


def standing(state: State, situation: Situation, now: datetime, link: str | None) -> Standing:
    """The customer's `state`, and the action that waits for their yes as of `now`."""
    handoff, proposal = state.handoff, situation.proposal
    if proposal is not None and proposal.expires_at <= now:
        proposal = None
    called = None
    if handoff is not None and handoff.state in ("waiting", "claimed"):
        told = handoff.model_dump(include={"state", "mode", "name", "position", "answer_by"})
        called = Called.model_validate({**told, "link": link})
    return Standing(
        holder=state.holder,
        working=state.working,
        person=called,
        ticket=state.ticket,
        identity=state.identity,
        asks_for_yes=Consent(action=proposal.question, until=proposal.expires_at) if proposal else None,
        approvals=state.approvals,
        closed=state.closed,
    )


def advice(found: Standing, outcome: str = "") -> str:
    """What a caller does next, in plain words; empty where that is up to the customer."""
    if found.working or outcome == "working":
        return WORKING
    if found.person is not None:
        return _called(found)
    if found.asks_for_yes is not None:
        return CONSENT
    if found.identity.code_to is not None:
        return CODE
    return ASKED if outcome == "asked" else ""


def passage(hit: Hit) -> PassageView:
    """A found passage with where it stands."""
    policy = hit.passage.policy
    return PassageView(
        policy=policy.id,
        version=policy.version,
        title=policy.title,
        heading=hit.passage.heading,
        text=hit.passage.told,
        effective_from=policy.effective_from,
        effective_until=policy.effective_until,
        also=list(dict.fromkeys(f"{other.policy.id}@{other.policy.version}" for other in hit.also)),
    )


def _called(found: Standing) -> str:
    assert found.person is not None
    if found.person.state == "claimed":
        return JOINED.format(name=found.person.name or "A person")
    if found.person.mode == "live":
        return LIVE
    return TICKET + ("" if found.ticket is None or found.ticket.contact_known else CONTACT)
