"""Right answers made wrong on purpose: denied, loosened, with another number, or said of something else."""

import random
import re

AUXILIARY = re.compile(r"\b(is|are|was|were|can|will|does|do|has|have|must|should|may)\b", re.IGNORECASE)
DENIAL = re.compile(r"n't\b|\bnot\b ?|(?<=can)not\b|\bno (?=\w)", re.IGNORECASE)
LEAD = re.compile(r"^\W*(yes|no|sorry|unfortunately)\b[,.!]?\s*", re.IGNORECASE)
CONDITION = re.compile(
    r",? ?\b(?:only|unless|except|excluding|until|if|as long as|provided|up to|at most|at least|within|subject to)\b"
    r"[^,.;!?]*",
    re.IGNORECASE,
)
LEAST = 4
"""Words that must be left of a sentence that lost its condition."""
NUMBER = re.compile(r"\b\d+\b")
OTHER = {"yes": "No, ", "no": "Yes, ", "sorry": "Yes, ", "unfortunately": "Yes, "}


def denied(text: str, chance: random.Random) -> str | None:
    """The first denial taken away, or one put after the first auxiliary; a yes or no before it is dropped, or turned
    too. None where that can't be done."""
    lead = LEAD.match(text)
    rest = text[lead.end() :] if lead else text
    first = re.split(r"(?<=[.!?])\s", rest, maxsplit=1)[0]
    if found := DENIAL.search(first):
        turned = rest[: found.start()] + rest[found.end() :]
    elif found := AUXILIARY.search(first):
        turned = f"{rest[: found.end()]} not{rest[found.end() :]}"
    else:
        return None
    return (OTHER[lead[1].lower()] if lead and chance.random() < 0.5 else "") + turned


def misnumbered(text: str, chance: random.Random) -> str | None:
    """One of the numbers changed; None where there is none."""
    found = list(NUMBER.finditer(text))
    if not found:
        return None
    at = chance.choice(found)
    return f"{text[: at.start()]}{int(at[0]) + chance.randint(1, 9)}{text[at.end() :]}"


def loosened(text: str, chance: random.Random) -> str | None:
    """One condition left out, and in half of the cases "in any case" put in its place; None where there is none."""
    found = list(CONDITION.finditer(text))
    if not found:
        return None
    at = chance.choice(found)
    rest = f"{text[: at.start()]}{' in any case' if chance.random() < 0.5 else ''}{text[at.end() :]}".strip(" ,")
    return rest if len(rest.split()) >= LEAST else None
