"""A line of the customer's, as the slots of a tool are looked for in it."""

from dataclasses import dataclass, field

from handrail.agent.models.offline.moments import Moment
from handrail.agent.models.offline.slots import Slot


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the customer's, as far as it concerns one tool: `asked` is the slot that our line before asked for."""

    text: str
    moments: tuple[Moment, ...] = ()
    asked: Slot | None = None
    common: frozenset[str] = field(default_factory=frozenset)
    """The stems that the tool's own phrases use: they tell the intent, not a value."""
    item: str = ""
    item_moments: tuple[Moment, ...] = ()
    """What our list said of the item that the customer picked with this line, and the moments it names."""
