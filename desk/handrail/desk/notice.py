"""What a customer is told when people take over. Only what will happen is said."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from handrail.conversation.events import Reason

from .dates import moment, zone_name

OPENINGS: dict[str, str] = {
    "sensitive/self_harm": "I'm really glad you told me, and I'm sorry that things are this hard.",
    "sensitive/bereavement": "I'm very sorry for your loss.",
    "sensitive/safety": "Thank you for telling me; your safety comes first.",
    "vulnerable": "Thank you for telling me this.",
    "sensitive": "Thank you for telling me this; it should be looked at by a person.",
    "fraud_or_safety": "Thank you for reporting this; it will be looked at with priority.",
    "legal": "Thank you for telling me; this belongs with a person.",
    "upset": "I'm sorry this has been so frustrating.",
    "asked_for_person": "Of course.",
    "stuck": "I'm sorry, I'm not getting you any further with this.",
    "not_covered": "I have no reliable answer to this, and I won't guess.",
    "low_confidence": "I'm not sure enough of the answer, and I won't guess.",
    "action_failed": "I couldn't do this for you.",
    "action_unknown": "I couldn't see whether this went through, so I won't try it again: a person will check it.",
    "unverified": "I couldn't confirm who you are, so a person needs to help with this.",
    "error": "I'm sorry, something went wrong on my side.",
}
"""The first sentence, by finding or by reason."""

EMERGENCY = (
    "If you or somebody else is in danger right now, please call your local emergency number "
    "(112 or 911 in many countries)."
)

HELPLINES = {
    "US": "call or text 988",
    "CA": "call or text 988",
    "GB": "call Samaritans on 116 123",
    "IE": "call Samaritans on 116 123",
    "DE": "call TelefonSeelsorge on 0800 111 0 111",
    "AT": "call TelefonSeelsorge on 142",
    "CH": "call Die Dargebotene Hand on 143",
    "FR": "call 3114",
    "NL": "call 113",
    "ES": "call 024",
    "AU": "call Lifeline on 13 11 14",
    "NZ": "call or text 1737",
}
"""Where somebody in despair is listened to at any hour, by the country of the desk."""


def opening(reason: Reason, triggers: Sequence[str], country: str | None) -> str:
    """The first sentence, with where to find help at once when somebody may be in danger."""
    key = next((t for t in triggers if t in OPENINGS), reason)
    text = OPENINGS[key]
    if "sensitive/self_harm" in triggers:
        line = HELPLINES.get(country or "")
        listen = f" You can also {line}, at any hour." if line else ""
        return f"{text} {EMERGENCY}{listen}"
    return f"{text} {EMERGENCY}" if "sensitive/safety" in triggers else text


def live(department: str) -> str:
    """Somebody is there."""
    return (
        f"I'm passing you to a colleague in {department} now. They can read everything we wrote, so you won't need to "
        "repeat anything. Please stay here: they answer in this chat."
    )


def wait(place: int, earliest: int, latest: int) -> str:
    """The place in the line, and in how many minutes somebody is expected."""
    before = {1: "You are next", 2: "There is one person before you"}.get(place, f"There are {place - 1} before you")
    if latest > 90:
        return f"{before}; I expect it to take {_hours(earliest)} to {_hours(latest)} hours."
    if earliest < 1:
        minutes = "a minute" if latest == 1 else f"{latest} minutes"
        return f"{before}; I expect it to take no more than {minutes}."
    return f"{before}; I expect it to take {earliest} to {latest} minutes."


def longer(place: int, earliest: int, latest: int) -> str:
    """It takes longer than was told."""
    return f"I'm sorry, this takes longer than I said. {wait(place, earliest, latest)}"


def _hours(minutes: int) -> str:
    """In halves, `1½`."""
    whole, rest = divmod(round(minutes / 30), 2)
    return f"{whole or ''}½" if rest else f"{whole}"


def calls(slots: Sequence[str], *, instead: bool) -> str:
    """Calls that can be booked; `instead` of waiting in the chat."""
    rather = "Or we call you instead" if instead else "Or we call you"
    return f"{rather}: {_either(slots)}. Just write which one, and your number."


def too_late(deadline: str) -> str:
    """What is offered comes after the customer's deadline, and nothing comes before it."""
    return f"I know that this may be too late for you ({deadline}), and I have nothing sooner to offer."


def call_booked(department: str, when: str, phone: str, *, moved: bool) -> str:
    """A call is booked, or moved."""
    now = "now calls" if moved else "calls"
    return f"Done: {department} {now} you {when} at {phone}. You need not wait here; write if another time is better."


def which_number(when: str) -> str:
    """The time is chosen and the number is missing."""
    return f"Gladly: {when}. Which number may we call?"


def taken_meanwhile(slots: Sequence[str]) -> str:
    """Somebody was faster."""
    if not slots:
        return "I'm sorry, that time has just been taken, and no other is free. You keep your place here."
    return (
        f"I'm sorry, that time has just been taken. Free are {_either(slots)}. Just write which one, and your number."
    )


def call_missed(name: str) -> str:
    """A person has called, and nobody answered."""
    return f"{name} has just tried to call you, and nobody answered. Write here when another time is better."


def call_off() -> str:
    """The call is off."""
    return "The call is cancelled. Your question stays with us, and the answer comes here."


def _either(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def ticket(department: str, when: str, contact: str, *, is_open: bool) -> str:
    """Nobody is there: by when somebody answers, and where."""
    away = (
        f"Nobody in {department} is free right now"
        if is_open
        else f"Our {department} team is not at the desk right now"
    )
    passed = f"{away}, so I've opened a ticket with everything you told me. Somebody will answer by {when}."
    if contact:
        return f"{passed} The answer comes here and by e-mail to {masked(contact)}."
    return f"{passed} The answer comes here. Where may we send it as well? Just write your e-mail address."


def reopened(when: str) -> str:
    """A settled ticket is open again."""
    return f"Thanks for writing again: your ticket is open once more. Somebody will answer by {when}."


def contact_noted(address: str) -> str:
    """An address was left."""
    return f"Thank you. The answer also goes to {address}."


def joined(name: str, department: str) -> str:
    """A person has taken the conversation."""
    return f"{name} from {department} is here now."


def passed_on(name: str, to: str, department: str) -> str:
    """A person hands the conversation on to a colleague or a department; somebody is there."""
    whom = f"{to} in {department}" if to else f"a colleague in {department}"
    return f"{name} passes you on to {whom}, who can read everything we wrote. You keep your place: please stay here."


def passed_on_ticket(name: str, department: str, when: str) -> str:
    """A person hands a ticket on; `when` is empty where its time has passed."""
    by = f" Somebody will answer by {when}, here." if when else ""
    return f"{name} passes you on to {department}, who can read everything we wrote.{by}"


def moved_later(department: str, when: str) -> str:
    """A conversation that waits is moved to a department in which nobody is there."""
    return f"{department} takes care of this; nobody is there right now. Somebody will answer by {when}, here."


def gone(name: str, department: str) -> str:
    """The person is not there any more; somebody else is."""
    return (
        f"I'm sorry, {name} had to leave the conversation. You keep your place: a colleague in {department} takes over "
        "here, and can read everything we wrote."
    )


def gone_later(name: str, department: str, when: str) -> str:
    """The person is not there any more, and nobody else is either."""
    return (
        f"I'm sorry, {name} had to leave the conversation, and nobody else in {department} is free right now. Nothing "
        f"is lost: somebody will answer by {when}, here."
    )


def given_back(name: str) -> str:
    """The bot goes on."""
    return f"{name} has passed you back to the assistant, who can see what was agreed."


def wrapped_up(name: str) -> str:
    """The matter is settled."""
    return f"{name} has closed this conversation. If anything is left, just write here again."


def when(at: datetime, now: datetime, zone: ZoneInfo, *, own: bool) -> str:
    """A moment in a customer's zone, or in the business's with its name."""
    told = moment(at, now, zone)
    return told if own else f"{told} ({zone_name(zone)})"


def masked(address: str) -> str:
    """An e-mail address as its owner knows it and others do not: `s…@example.org`."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"
