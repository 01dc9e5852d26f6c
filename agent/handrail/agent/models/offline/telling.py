"""What a clause tells for the arguments of a tool: a sign, beside its words, that this tool is meant."""

from datetime import date
from functools import lru_cache

from handrail.agent.models.offline.choices import says
from handrail.agent.models.offline.days import find_days
from handrail.agent.models.offline.filling import EMAIL, PHONE
from handrail.agent.models.offline.said import Said
from handrail.agent.models.offline.slots import Slot, slots_of
from handrail.agent.models.offline.times import find_times
from handrail.agent.models.offline.words import humanised, stem_set
from handrail.agent.tools.api import Tool
from handrail.guardrails.contact import contacts

CHOICE, FORM, MOMENT = 0.1, 0.15, 0.04
"""What a choice counts that is named wholly, an address of the form that an argument takes, and a day or a time."""
MOST = 0.2
SOMEDAY = date(2026, 1, 1)
"""Which day "tomorrow" is makes no difference to whether one is named."""


@lru_cache(maxsize=4096)
def told(text: str, tool: Tool) -> float:
    """How much of what the tool takes a text tells, from 0 to `MOST`."""
    own = stem_set(humanised(tool.name))
    return min(sum(_worth(slot, text, own) for slot in slots_of(tool)), MOST)


def _worth(slot: Slot, text: str, own: frozenset[str]) -> float:
    if slot.kind == "choice":
        said = Said(text, common=own)
        return CHOICE * any(isinstance(choice, str) and says(choice, said) for choice in slot.choices)
    if slot.kind == "email":
        return FORM * bool(EMAIL.search(text))
    if slot.kind == "phone":
        return FORM * (bool(PHONE.search(text)) or any(c.kind == "phone" for c in contacts(text)))
    if slot.kind in ("day", "time", "moment"):
        return MOMENT * bool(find_days(text, SOMEDAY) or any(time.sure for time in find_times(text)))
    return 0.0
