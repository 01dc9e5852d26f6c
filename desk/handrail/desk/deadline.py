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
    r"\b(?:need|want|must have|have to have)\b.{0,60}"
    r"\b(?:on|for|this|next|today|tonight|tomorrow)\b|"
    r"\b(?:flight|train|trip|holiday|tour|wedding|birthday|party|funeral|exam|interview|appointment|surgery|race|event|"
    r"move|concert|match|camp|journey|expedition)\b.{0,15}\b(?:is|are|starts?|begins?|leaves?|departs?|on|this|next|"
    r"today|tonight|tomorrow)\b",
    re.I,
)
_ASKED = re.compile(r"^\W*(?:can|could|will|would|do|does|is|are|when|how|what|where|which|who|why)\b", re.I)
_OURS = re.compile(
    r"\b(?:you|they|he|she|it|your \w+)\b.{0,12}\b(?:said|told|promised|wrote|would|will|was|were|had)\b", re.I
)
_PAST = re.compile(
    r"\b(?:was|were|had|did|came|went|got|left|died|bought|sent|(?!married)\w{2,}ed)\b.{0,25}\b(?:on|last|in)\b", re.I
)
_BEFORE = re.compile(r"\bbefore\b(?!\s+\d{1,2}(?:[:.]\d\d|\s*[ap]\.?m))", re.I)
_CLAUSE = re.compile(r"[,;–—]\s+|\s+(?:but|because|since|so that|and (?=i\b|we\b|my\b|our\b))\s*", re.I)


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
            if "?" in sentence and _ASKED.search(sentence):
                continue
            for clause in _CLAUSE.split(sentence):
                if (due := _due(clause, event.at, zone)) is not None:
                    return Deadline(sentence, f"seq:{event.seq}", due)
    return None


def _due(sentence: str, at: datetime, zone: ZoneInfo) -> datetime | None:
    if not _LATEST.search(sentence) and not _OFF.search(sentence):
        return None
    if _OURS.search(sentence) or _PAST.search(sentence):
        return None
    due = due_of(sentence, at, zone)
    if due is None or not _BEFORE.search(sentence):
        return due
    earlier = due - timedelta(days=1)
    return earlier if earlier > at else due
