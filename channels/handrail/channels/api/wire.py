"""Events of the log as clients see them: customers what was said and where things stand, staff everything."""

from typing import Any

from handrail.channels.api.outputs import (
    ApprovalState,
    HandoffView,
    IdentityView,
    LineView,
    Source,
    State,
    TicketView,
)
from handrail.channels.api.streams import Sent
from handrail.conversation.events import (
    ActionClaimed,
    ActionDropped,
    ActionFailed,
    ActionSucceeded,
    Announced,
    ApprovalAsked,
    ApprovalGiven,
    ApprovalRefused,
    BotSaid,
    Checked,
    Citation,
    Closed,
    CodeRefused,
    CodeSent,
    ContactLeft,
    CustomerSaid,
    EngineSwitched,
    Event,
    GivenBack,
    HandoffClaimed,
    HandoffRequested,
    HandoffReturned,
    IdentityProven,
    PersonSaid,
    Rated,
    TicketMoved,
    TicketOpened,
    TurnEnded,
    TurnStarted,
    WaitTold,
    WrappedUp,
)
from handrail.conversation.situation import Situation

MOVES = (
    ActionClaimed, ActionDropped, ActionFailed, ActionSucceeded, ApprovalAsked, ApprovalGiven, ApprovalRefused, Closed,
    CodeRefused, CodeSent, ContactLeft, CustomerSaid, EngineSwitched, GivenBack, HandoffClaimed, HandoffRequested,
    HandoffReturned, IdentityProven, Rated, TicketMoved, TicketOpened, TurnEnded, TurnStarted, WaitTold,
    WrappedUp,
)  # fmt: skip
"""Events after which the state a client shows is another one."""


def said(event: Event) -> list[Sent]:
    """What a customer may read of one event: the lines that were exchanged, with their sources."""
    seq, base = event.seq, {"seq": event.seq, "at": event.at.isoformat()}
    match event.data:
        case CustomerSaid(text=text, masked=masked):
            return [Sent("customer", {**base, "text": text, "masked": list(masked)}, seq)]
        case BotSaid() as line:
            return [
                *(
                    Sent("citation", {"reply_id": line.reply_id, "part": line.part, **citation.model_dump()})
                    for citation in line.citations
                ),
                Sent("sentence", {**base, **_sentence(line)}, seq),
            ]
        case PersonSaid(name=name, text=text):
            return [Sent("person", {**base, "name": name, "text": text}, seq)]
        case Announced(code=code, text=text):
            return [Sent("announcement", {**base, "code": code, "text": text}, seq)]
    return []


def findings(event: Event) -> list[Sent]:
    """What the checks found, for staff."""
    if not isinstance(event.data, Checked):
        return []
    return [Sent("findings", {"seq": event.seq, **event.data.model_dump(mode="json")}, event.seq)]


def whole(event: Event) -> dict[str, Any]:
    """An event as staff see it."""
    return {
        "seq": event.seq,
        "at": event.at.isoformat(),
        "kind": event.kind,
        "actor": event.actor,
        "data": event.data.model_dump(mode="json"),
    }


def state(situation: Situation, engine: str, position: int | None = None) -> State:
    """Where a conversation stands, for its customer."""
    ticket = situation.ticket
    return State(
        holder="person"
        if situation.holder.startswith("person:")
        else "queue"
        if situation.holder == "queue"
        else "bot",
        working=situation.holder == "bot" and situation.heard > situation.answered,
        handoff=handoff(situation, position),
        ticket=TicketView(
            id=ticket.ticket_id,
            state=ticket.state,
            answer_by=ticket.answer_by,
            contact_known=bool(ticket.contact or situation.contact),
        )
        if ticket
        else None,
        identity=_identity(situation),
        approvals=_approvals(situation),
        closed=situation.closed,
        rating=situation.rating,
        engine=engine,
        seq=situation.seq,
    )


OVER = {"refused": "refused", "approval_expired": "expired", "withdrawn": "withdrawn"}
"""What a customer is shown of an action that is off, by why."""


def _approvals(situation: Situation) -> list[ApprovalState]:
    shown = []
    for action in situation.actions:
        state = OVER.get(action.code, "") if action.stage == "dropped" else STAGES.get(action.stage, "")
        fresh = action.stage in ("waiting", "approved", "claimed", "unknown") or action.seq > situation.heard
        if action.asked_at is None or not state or not fresh:
            continue
        told = {
            "id": action.action_id, "what": action.question, "state": state, "since": action.asked_at,
            "until": action.expires_at, "name": action.decided_by,
            "reason": action.word if state == "refused" else "",
        }  # fmt: skip
        shown.append(ApprovalState.model_validate(told))
    return shown


STAGES = {
    "waiting": "waiting",
    "approved": "approved",
    "claimed": "approved",
    "unknown": "approved",
    "refused": "refused",
    "succeeded": "done",
    "failed": "not_done",
}
"""What a customer is shown of an action that a colleague had to approve, by how far it has come."""


def _identity(situation: Situation) -> IdentityView:
    """Only a proof is told: that a claim pointed at somebody would say who is a customer here."""
    identity, challenge = situation.identity, situation.challenge
    proven = identity.level == "verified"
    return IdentityView(
        level="verified" if proven else "none",
        name=identity.name if proven else "",
        code_to=challenge.to if challenge else None,
    )


def handoff(situation: Situation, position: int | None = None) -> HandoffView | None:
    """The handoff that is open, if one is."""
    found = situation.handoff
    if found is None or found.state not in ("waiting", "claimed"):
        return None
    return HandoffView(
        state=found.state,
        reason=found.reason,
        mode=found.mode,
        answer_by=found.answer_by,
        department=found.department,
        name=found.name or None,
        position=position if found.state == "waiting" else None,
        expected_from=found.expected[0] if found.expected else None,
        expected_by=found.expected[1] if found.expected else None,
    )


def lines(situation: Situation, limit: int) -> list[LineView]:
    """The last lines of the transcript, as the customer reads them."""
    return [
        LineView(
            seq=line.seq,
            at=line.at,
            speaker=line.speaker,
            text=line.text,
            name=line.name,
            citations=sources(line.citations),
        )
        for line in situation.lines[-limit:]
    ]


def sources(citations: tuple[Citation, ...]) -> list[Source]:
    """Citations as clients get them: each policy version once, in order."""
    once = dict.fromkeys((c.policy, c.version, c.title) for c in citations)
    return [Source(policy=policy, version=version, title=title) for policy, version, title in once]


def _sentence(line: BotSaid) -> dict[str, Any]:
    return {
        "turn_id": line.turn_id,
        "reply_id": line.reply_id,
        "part": line.part,
        "text": line.text,
        "citations": [source.model_dump() for source in sources(line.citations)],
        "engine": line.engine,
    }
