"""What people answered: the sentences that a rule can be written from, each with where it was said."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from handrail.conversation.events import Closed, Event, PersonSaid, WrappedUp
from handrail.conversation.log import Log
from handrail.desk.figures.questions import Key
from handrail.desk.hiding import of_events
from handrail.evals.freezing.stand_ins import WORD, stands_out
from handrail.guardrails.placeholders import PLACEHOLDER
from handrail.guardrails.text import sentences

TALK = re.compile(
    r"^\W*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|thanks?|thank you|sorry|you'?re welcome|my name is|"
    r"i(?:'m| am) \w+|this is \w+|let me|one moment|bye|goodbye|kind regards|have a)\b",
    re.IGNORECASE,
)
"""How sentences begin that are for one customer, not for a rule."""
FEWEST = 3
"""Words of a sentence that says something."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One sentence, without anybody's data. `right` tells that it was given as the right answer at the wrap-up."""

    text: str
    by: str
    at: datetime
    conversation_id: str
    seq: int
    right: bool


async def answers_to(log: Log, keys: Sequence[Key], regions: Sequence[str]) -> list[Answer]:
    """What people said to these customers' lines, the newest first. Where somebody wrote the right answer down, it
    stands for all that was said in that conversation."""
    found: list[Answer] = []
    for conversation_id, seq in keys:
        events = await log.read(conversation_id)
        found += _answers([event for event in events if event.seq > seq], events, regions)
    return sorted(found, key=lambda answer: (-answer.at.timestamp(), answer.conversation_id, answer.seq))


def _answers(after: Sequence[Event], events: Sequence[Event], regions: Sequence[str]) -> Iterator[Answer]:
    end = next((event.seq for event in after if isinstance(event.data, Closed)), None)
    within = [event for event in after if end is None or event.seq <= end]
    known = of_events(events, regions)
    for event in events:
        if isinstance(event.data, PersonSaid):
            known.add_name(event.data.name)
    wrapped = [e for e in within if isinstance(e.data, WrappedUp) and e.data.right_answer.strip()]
    for event in wrapped or [e for e in within if isinstance(e.data, PersonSaid)]:
        data = event.data
        assert isinstance(data, WrappedUp | PersonSaid)
        right = isinstance(data, WrappedUp)
        text = data.right_answer if isinstance(data, WrappedUp) else data.text
        hidden = known.hide(text)
        for start, stop in sentences(hidden):
            sentence = " ".join(hidden[start:stop].split())
            if (right and not PLACEHOLDER.search(sentence)) or is_rule(sentence):
                yield Answer(_ended(sentence), data.by, event.at, event.conversation_id, event.seq, right)


def is_rule(sentence: str) -> bool:
    """Whether a sentence may hold for every customer: no question, no greeting, nobody's data."""
    return (
        len(sentence.split()) >= FEWEST
        and not sentence.endswith("?")
        and not TALK.match(sentence)
        and not PLACEHOLDER.search(sentence)
        and not any(stands_out(word[0]) for word in WORD.finditer(sentence))
    )


def _ended(sentence: str) -> str:
    return sentence if sentence[-1] in ".!?:" else f"{sentence}."
