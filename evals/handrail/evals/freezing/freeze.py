"""Freezing: from the log of a conversation that a person tagged to a case that plays it again."""

from collections.abc import Callable, Sequence

from handrail.conversation.events import (
    BotSaid,
    CodeSent,
    Consulted,
    CustomerSaid,
    Event,
    HandoffClaimed,
    IdentityProven,
    Opened,
    PersonSaid,
)
from handrail.evals.case import Case
from handrail.evals.freezing.calls import recorded_calls
from handrail.evals.freezing.contact import Contact, contact_of
from handrail.evals.freezing.expectation import expected_of, tag_of
from handrail.evals.freezing.record import Frozen, Known, Recorded
from handrail.evals.freezing.stand_ins import StandIns
from handrail.evals.freezing.steps import steps_of
from handrail.evals.transcript import TranscriptTurn
from handrail.guardrails.contact import EMAIL


def name_of(conversation_id: str, wrapped_up: int) -> str:
    """The id of the case of a wrap-up."""
    return f"frozen-{conversation_id}-{wrapped_up}"


def freeze(
    events: Sequence[Event], wrapped_up: int, digest: Callable[[str], str], regions: Sequence[str], library: str = ""
) -> Case | None:
    """The case of the wrap-up with this seq; None where the customer said nothing that can still be read.

    `digest` is keyed, as `StandIns` needs it; `library` names the copy of the policies.
    """
    contact = contact_of(events, wrapped_up)
    if contact is None:
        return None
    known = _stand_ins(contact, digest, regions)
    steps = steps_of([event for event in contact.played if event.kind != "opened"], known)
    if not any(step.say for step in steps):
        return None
    first = next(event for event in contact.events if isinstance(event.data, CustomerSaid))
    right_answer = known.text(contact.wrapped.right_answer)
    customers = _customers(contact, known)
    return Case(
        id=name_of(first.conversation_id, wrapped_up),
        purpose=f"tagged {', '.join(contact.wrapped.tags) or contact.wrapped.disposition}",
        now=first.at,
        customer_id=_vouched_for(contact, known),
        steps=tuple(steps),
        expected=expected_of(contact, right_answer),
        tags=(tag_of(contact),),
        labels={**_channel(contact), **({"tag": contact.wrapped.tags[0]} if contact.wrapped.tags else {})},
        recorded=tuple(_turns(contact.events, known)),
        frozen=Frozen(
            conversation=first.conversation_id,
            wrapped_up=wrapped_up,
            question=contact.question,
            by=contact.wrapped.by,
            at=contact.wrap.at,
            disposition=contact.wrapped.disposition,
            tags=contact.wrapped.tags,
            right_answer=right_answer,
            policies=_policies(contact),
            library=library,
            calls=tuple(_hidden(call, known) for call in recorded_calls(contact.played)),
            customers=customers,
        ),
    )


def _stand_ins(contact: Contact, digest: Callable[[str], str], regions: Sequence[str]) -> StandIns:
    """Those of all that was said and told, also after the replay ends: a name may be told late."""
    known, before = StandIns(digest, regions), ""
    for event in contact.events:
        match event.data:
            case CustomerSaid(text=text):
                known.meet(text, before)
            case BotSaid(text=text):
                before = text
            case PersonSaid(text=text, name=name):
                known.add_name(name)
                before = text
            case HandoffClaimed(name=name):
                known.add_name(name)
            case IdentityProven(name=name, customer_id=customer_id):
                known.add_name(name)
                known.id(customer_id)
            case CodeSent(customer_id=customer_id):
                known.id(customer_id)
    for call in recorded_calls(contact.events):
        known.take_in(call.arguments)
        known.take_in(call.value)
        known.take_in(call.preview)
    return known


def _hidden(call: Recorded, known: StandIns) -> Recorded:
    return call.model_copy(
        update={
            "arguments": known.value(call.arguments),
            "value": known.value(call.value),
            "message": known.text(call.message),
            "preview": known.value(call.preview),
        }
    )


def _customers(contact: Contact, known: StandIns) -> tuple[Known, ...]:
    """Whom the business knew: proven, or sent a code."""
    said = [event.data.text for event in contact.played if isinstance(event.data, CustomerSaid)]
    told = next((match[0] for text in said for match in EMAIL.finditer(known.text(text))), known.email())
    found: dict[str, Known] = {}
    for event in contact.played:
        if isinstance(event.data, IdentityProven | CodeSent) and event.data.customer_id:
            customer = known.id(event.data.customer_id)
            found.setdefault(customer, Known(customer_id=customer, email=told))
            if isinstance(event.data, IdentityProven):
                facts = {name: str(known.value(value, name)) for name, value in event.data.facts.items()}
                name = known.text(event.data.name)
                found[customer] = Known(customer_id=customer, name=name, email=told, facts=facts)
    return tuple(found.values())


def _vouched_for(contact: Contact, known: StandIns) -> str | None:
    """The customer who was proven by the company's own site."""
    proven = (event.data for event in contact.played if isinstance(event.data, IdentityProven))
    return next((known.id(each.customer_id) for each in proven if each.method == "token" and each.customer_id), None)


def _policies(contact: Contact) -> tuple[str, ...]:
    found = []
    for event in contact.played:
        if isinstance(event.data, Consulted):
            found += [f"{each.policy}@{each.version}" for each in event.data.passages]
        elif isinstance(event.data, BotSaid):
            found += [f"{each.policy}@{each.version}" for each in event.data.citations]
    return tuple(dict.fromkeys(found))


def _channel(contact: Contact) -> dict[str, str]:
    opened = next((event.data for event in contact.events if isinstance(event.data, Opened)), None)
    return {"channel": opened.channel, "language": opened.language} if opened else {}


def _turns(events: Sequence[Event], known: StandIns) -> list[TranscriptTurn]:
    """Both sides as they were, the parts of a reply joined."""
    turns: list[TranscriptTurn] = []
    reply = ""
    for event in events:
        data = event.data
        if isinstance(data, BotSaid) and data.reply_id == reply:
            turns[-1] = TranscriptTurn(role="agent", text=turns[-1].text + known.text(data.text))
        elif isinstance(data, CustomerSaid):
            turns.append(TranscriptTurn(role="customer", text=known.text(data.text)))
            reply = ""
        elif isinstance(data, BotSaid | PersonSaid):
            turns.append(TranscriptTurn(role="agent", text=known.text(data.text)))
            reply = data.reply_id if isinstance(data, BotSaid) else ""
    return turns
