"""The customer's word on what the person who holds the conversation has put before them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from handrail.agent.consent import read_reply
from handrail.agent.opinion import is_unsure
from handrail.agent.proposal import answers, open_action
from handrail.conversation.situation import ActionState, Line, Situation


@dataclass(frozen=True, slots=True)
class Word:
    """What the customer said to an action, in a line that ends at the seq `said`."""

    action: ActionState
    kind: Literal["yes", "no", "change"]
    said: int


def standing(situation: Situation, now: datetime) -> ActionState | None:
    """The action that whoever holds the conversation has put before the customer, while its time runs."""
    action = open_action(situation)
    mine = action is not None and action.by != "" and action.by == situation.holder
    return action if mine and action is not None and now <= action.expires_at else None


def word_on(situation: Situation, now: datetime) -> Word | None:
    """The customer's plain word on what stands; None where there is none, or a person should read it.

    Only what the holder has put themselves is done on a bare yes: who takes a conversation over, or has it handed on,
    decides anew on what stood before.
    """
    action = standing(situation, now)
    if action is None:
        return None
    if action.stage == "consented":
        return Word(action, "yes", action.said)
    for lines in _blocks(situation, max(action.seq, situation.answered)):
        if not answers(lines, action, situation):
            continue
        reading = read_reply("\n".join(line.text for line in lines), action.question)
        if reading.kind == "unrelated":
            # A question in between; what was said before it may be the answer.
            continue
        if reading.kind in ("yes", "no", "change") and not is_unsure(reading):
            return Word(action, reading.kind, lines[-1].seq)
        return None
    return None


def _blocks(situation: Situation, since: int) -> Iterator[tuple[Line, ...]]:
    """What the customer has said after `since` without anybody writing in between, the newest first."""
    block: list[Line] = []
    for line in reversed(situation.lines):
        if line.seq > since and line.speaker == "customer":
            block.insert(0, line)
        elif line.speaker != "system" and block:
            yield tuple(block)
            block = []
    if block:
        yield tuple(block)
