"""Until when an answer helps a customer, by their own words: “I fly tomorrow at 8”, “I need it by Friday”."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handrail.conversation.events import CustomerSaid

from .promises import due_of
from .request import sentences
from .story import Story

_LATEST = re.compile(r"\b(?:by|before|until|till|no later than|at the latest|in time for|deadline)\b", re.I)
_OFF = re.compile(
    r"\b(?:i|we)(?:['’](?:m|re|ll)| am| are| will)?(?: be)?(?: have to| need to| going to| due to)? ?"
    r"(?:fly|flying|leave|leaving|travel|travelling|traveling|depart|departing|set off|setting off|move|moving|"
    r"check in|start|starting|head|heading|go away|going away|get married|getting married)\b|"
    r"\b(?:need|want|must have|have to have|needed|wanted|supposed to have)\b.{0,60}"
    r"\b(?:on|for|this|next|today|tonight|tomorrow)\b|"
    r"\b(?:flight|train|trip|holiday|tour|wedding|birthday|party|funeral|exam|interview|appointment|surgery|race|event|"
    r"move|concert|match|camp|journey|expedition)\b.{0,40}\b(?:is|are|starts?|begins?|leaves?|departs?|on|this|next|"
    r"today|tonight|tomorrow)\b",
    re.I,
)
_ASKED = re.compile(
    r"^\W*(?:can|could|will|would|do|does|is|are|when|how|what|where|which|who|why|if)\b.*\?|\b(?:you|your)\b", re.I
)
_BEFORE = re.compile(r"\bbefore\b(?!\s+\d{1,2}(?:[:.]\d\d|\s*[ap]\.?m))", re.I)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The customer's words, where they stand, and the moment they come to, in UTC."""

    text: str
    ref: str
    due: datetime


def deadline(story: Story, zone: ZoneInfo) -> Deadline | None:
    """The customer's deadline as they last told it; None where they told none that still lay ahead of them.

    A day without an hour is over at its end in `zone`; “before Friday” is over with Thursday.
    """
    for event in reversed(story.events):
        if not isinstance(event.data, CustomerSaid):
            continue
        for sentence in sentences(event.data.text):
            due = _due(sentence, event.at, zone)
            if due is not None:
                return Deadline(sentence, f"seq:{event.seq}", due)
    return None


def _due(sentence: str, at: datetime, zone: ZoneInfo) -> datetime | None:
    latest = _LATEST.search(sentence) is not None and not _ASKED.search(sentence)
    if not latest and not _OFF.search(sentence):
        return None
    due = due_of(sentence, at, zone)
    if due is None or not _BEFORE.search(sentence):
        return due
    earlier = due - timedelta(days=1)
    return earlier if earlier > at else due
