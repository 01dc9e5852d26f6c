"""What a model that writes for the desk must not see, as placeholders."""

from collections.abc import Sequence

from handrail.conversation.events import CustomerSaid, Event, IdentityProven, ToolRan
from handrail.conversation.sections import PHONE_REGIONS
from handrail.guardrails.placeholders import Placeholders

from .transcript import Turn


def of_events(events: Sequence[Event], regions: Sequence[str]) -> Placeholders:
    """Those of a conversation: the names that its customer told, that records hold, and that was proven."""
    known = Placeholders(regions)
    for event in events:
        if isinstance(event.data, CustomerSaid):
            known.meet(event.data.text)
        elif isinstance(event.data, IdentityProven):
            known.add_name(event.data.name)
        elif isinstance(event.data, ToolRan):
            known.hide_all(event.data.result)
    return known


def of_turns(turns: Sequence[Turn], regions: Sequence[str] = PHONE_REGIONS) -> Placeholders:
    """Those of a plain transcript."""
    known, before = Placeholders(regions), ""
    for turn in turns:
        if turn.role == "customer":
            known.meet(turn.text, before)
        else:
            before = turn.text
    return known
