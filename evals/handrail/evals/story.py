"""A log as a story that people can read: who said what, and what the agent did in between."""

from collections.abc import Iterator, Sequence

from handrail.conversation.events import (
    ActionDropped,
    ActionFailed,
    ActionProposed,
    ActionSucceeded,
    Announced,
    BotSaid,
    Checked,
    CodeSent,
    CustomerSaid,
    Data,
    Event,
    HandoffRequested,
    IdentityProven,
    PersonSaid,
    ToolRan,
    TurnEnded,
)

Line = tuple[str, str]
"""Who or what, and what was said or done; the name is empty for what the agent did."""


def story(log: Sequence[Event]) -> list[Line]:
    """The lines of the conversation in order. The parts of one reply are joined."""
    lines: list[Line] = []
    reply = ""
    for event in log:
        if isinstance(event.data, BotSaid) and event.data.reply_id == reply:
            lines[-1] = ("agent", f"{lines[-1][1]}{event.data.text}")
            continue
        told = list(told_of(event))
        lines += told
        if told:
            reply = event.data.reply_id if isinstance(event.data, BotSaid) else ""
    return lines


def told_of(event: Event) -> Iterator[Line]:
    """What a story tells of an event: nothing of most."""
    match event.data:
        case CustomerSaid(text=text):
            yield "customer", text
        case BotSaid(text=text):
            yield "agent", text
        case PersonSaid(text=text) | Announced(text=text):
            yield "desk", text
        case _:
            if did := _looked(event.data) or _acted(event.data) or _decided(event.data):
                yield "", did


def _looked(data: Data) -> str:
    match data:
        case Checked(direction=direction, findings=findings):
            strong = [f"{f.check}/{f.name} {f.score:.2f} {f.action}" for f in findings if f.action != "note"]
            return f"{direction} check: {', '.join(strong)}" if strong else ""
        case ToolRan(tool=tool, arguments=arguments, ok=ok, error=error):
            return f"looked: {tool} {arguments}" + ("" if ok else f" → {error}")
        case CodeSent():
            return "a code was sent"
        case IdentityProven(level=level, customer_id=customer):
            return f"identity {level}: {customer}"
    return ""


def _acted(data: Data) -> str:
    match data:
        case ActionProposed(tool=tool, arguments=arguments):
            return f"proposed: {tool} {arguments}"
        case ActionSucceeded():
            return "done"
        case ActionFailed(code=code):
            return f"not done: {code}"
        case ActionDropped(why=why):
            return f"dropped: {why}"
    return ""


def _decided(data: Data) -> str:
    match data:
        case HandoffRequested(reason=reason, triggers=triggers, mode=mode, department=department):
            why = f" ({', '.join(triggers)})" if triggers else ""
            return f"a person is called: {reason}{why}, {mode}, {department}"
        case TurnEnded(outcome=outcome, confidence=confidence):
            sure = f", needs a person: {confidence.needs_person:.2f}" if confidence else ""
            return f"turn ended: {outcome}{sure}"
    return ""
