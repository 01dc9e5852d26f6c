"""Right answers made wrong on purpose: denied, with another number, or said of something else."""

import random
import re

AUXILIARY = re.compile(r"\b(is|are|was|were|can|will|does|do|has|have|must|should|may)\b", re.IGNORECASE)
DENIAL = re.compile(r"n't\b|\bnot\b ?|(?<=can)not\b|\bno (?=\w)", re.IGNORECASE)
LEAD = re.compile(r"^\W*(yes|no|sorry|unfortunately)\b[,.!]?\s*", re.IGNORECASE)
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
