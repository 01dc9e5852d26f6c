"""All that the lines of a packet are drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass

from handrail.conversation.events import HandoffRequested, PacketLine, Reason, Topic
from handrail.conversation.situation import Situation

from .facts import Record
from .fields import Teller
from .request import Wish, wants_person
from .story import Story


@dataclass(frozen=True, slots=True)
class Matter:
    """A conversation that is handed over, read once for all its lines."""

    situation: Situation
    story: Story
    teller: Teller
    wishes: Sequence[Wish]
    records: Sequence[Record]
    requested: HandoffRequested | None = None

    @property
    def reason(self) -> Reason | None:
        """Why a person takes over."""
        return self.requested.reason if self.requested else None

    @property
    def told(self) -> bool:
        """Whether the customer has said what it is about: more than that they want a person."""
        return any(not wants_person(wish.text) for wish in self.wishes)

    @property
    def triggers(self) -> Sequence[str]:
        """The findings behind it, as `check/name`."""
        return self.requested.triggers if self.requested else ()


def line(topic: Topic, text: str, *refs: str) -> PacketLine:
    """A line with its refs, each once."""
    return PacketLine(topic=topic, text=text, evidence=tuple(dict.fromkeys(refs)))
