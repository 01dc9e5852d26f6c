"""What a person's tag says should have come of a conversation."""

from collections.abc import Iterator

from handrail.conversation.events import Reason
from handrail.evals.case import Expected
from handrail.evals.tags import Resolution, Tag
from handrail.guardrails.facts import codes
from handrail.guardrails.quantities import quantities

from .contact import Contact
from .record import AT_FAULT

NEEDLESS = frozenset({*AT_FAULT, "should_not_have_escalated"})
"""Tags by which no person should have been needed."""
NEEDED = frozenset({"needed_judgement", "customer_wanted_person", "tool_failed"})
"""Tags by which a person was."""
REASONS: dict[str, Reason] = {"customer_wanted_person": "asked_for_person", "tool_failed": "action_failed"}
OUTCOMES: dict[str, Resolution] = {"resolved": "resolved", "unresolved": "unresolved", "customer_left": "abandoned"}
FACTS = 6
SIGNS = "$€£"


def tag_of(contact: Contact) -> Tag:
    """The wrap-up as a tag: whether a person was needed, where it says so, and why."""
    needed = needed_of(contact)
    why = next((REASONS[tag] for tag in contact.wrapped.tags if tag in REASONS), None)
    return Tag(
        escalate=needed,
        reason=why if needed else None,
        outcome=OUTCOMES.get(contact.wrapped.disposition, "handed_over"),
        by=contact.wrapped.by,
        at=contact.wrap.at,
    )


def needed_of(contact: Contact) -> bool | None:
    """Whether a person was needed; None where the tags do not say, or say both."""
    tags = set(contact.wrapped.tags)
    needless, needed = bool(tags & NEEDLESS), bool(tags & NEEDED)
    return needed if needless != needed else None


def expected_of(contact: Contact, right_answer: str) -> Expected:
    """What is expected of the agent. Of the right answer its figures must be told: amounts, times and codes; the
    words are its own."""
    needed = needed_of(contact)
    if needed is None:
        return Expected()
    if needed:
        tag = tag_of(contact)
        return Expected(escalate=True, reasons=(tag.reason,) if tag.reason == "asked_for_person" else ())
    says = tuple((fact,) for fact in figures(right_answer))[:FACTS]
    return Expected(escalate=False, outcome=("answered", "asked", "acted", "refused"), says=says)


def figures(text: str) -> list[str]:
    """The amounts, numbers and codes in a text, in order, as they are written in digits."""
    spans = [(start, end) for start, end in _spans(text) if any(map(str.isdecimal, text[start:end]))]
    whole = [one for one in spans if not any(a <= one[0] and one[1] <= b and (a, b) != one for a, b in spans)]
    return list(dict.fromkeys(text[start:end] for start, end in sorted(whole)))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for found in quantities(text):
        start, end = found.span
        yield start - (start > 0 and text[start - 1] in SIGNS), end
    for code in codes(text):
        yield code.span
