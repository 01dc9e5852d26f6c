"""Whole numbers: how many people come, how old they are, how many pieces it is about."""

import re
from typing import Any

from handrail.agent.models.offline.measuring import measured
from handrail.agent.models.offline.said import Said
from handrail.agent.models.offline.slots import Slot
from handrail.agent.models.offline.words import COUNTS, WORD, humanised, stem_set

NUMBER = re.compile(r"(?<![\w.,#/:-])(\d{1,6})(?![\w/:-]|[.,]\d)")
RELATIVE = (
    r"wife|husband|partner|girlfriend|boyfriend|friend|mother|father|mum|mom|dad|sister|brother|son|daughter|kid|child|children|"
    r"cousin|colleague|grandson|granddaughter|nephew|niece|aunt|uncle|baby"
)
AGES = re.compile(r"\baged? (\d{1,3})(?:,? (?:and|or|&) (\d{1,3}))?", re.IGNORECASE)
AGED = re.compile(
    r"\b(\d{1,3})[\s-]*(?:years?[\s-]old|year[\s-]olds?|yo\b|yrs?\b|years of age)|\b(?:is|are|aged?|turned|"
    r"who is) (\d{1,3})\b",
    re.IGNORECASE,
)
KINDS = frozenset({"single", "double"})
"""A double room is one."""
GROUP = re.compile(
    r"\b(?:people|persons?|guests?|adults?|of us|places?|seats?|spots?|tickets?|pax|passengers?|travell?ers?|"
    r"participants?|"
    r"nights?|rooms?|bags?|items?|pieces?|pairs?|copies|units?|kids|children)\b",
    re.IGNORECASE,
)


def counts_in(slots: list[Slot], said: Said) -> dict[tuple[str, ...], Any]:
    """Whole numbers: an age by its years, a number of people by what is counted, another where it was asked for."""
    values: dict[tuple[str, ...], Any] = {}
    text = _without(said)
    counts = [slot for slot in slots if slot.kind == "count"]
    for slot in counts:
        if (amount := measured(slot, said.text)) is not None and amount == int(amount):
            number: int | None = int(amount)
        elif _is_age(slot):
            ages = [int(a or b) for a, b in AGED.findall(text)] + [
                int(n) for pair in AGES.findall(text) for n in pair if n
            ]
            number = min(ages) if ages else None
        else:
            others = [_name(other) for other in counts if other is not slot]
            number = _counted(slot, text, frozenset[str]().union(*others) - _name(slot))
        if number is None and said.asked is slot:
            number = _any_number(text)
        if number is not None and (slot.minimum is None or number >= slot.minimum):
            values[slot.path] = number
    return values


def _is_age(slot: Slot) -> bool:
    return bool(
        re.search(
            r"\bages?\b|\byears? old\b|\byoungest\b|\boldest\b", f"{humanised(slot.name)} {slot.description}", re.I
        )
    )


def _name(slot: Slot) -> frozenset[str]:
    return stem_set(humanised(slot.name))


def _counted(slot: Slot, text: str, others: frozenset[str]) -> int | None:
    """A number before a word that the slot speaks of ("two places"), or before any group ("for two", "3 people") that
    is not what `others` count."""
    if re.search(r"people|person|guest|place|party", slot.description + slot.name, re.IGNORECASE) and (
        party := _party(text)
    ):
        return party
    several = r"\d{1,3}|" + "|".join(sorted(COUNTS, key=len, reverse=True))
    for match in re.finditer(rf"\b({several})\s+(?:more\s+|other\s+)?([a-z-]+)", text, re.IGNORECASE):
        if stem_set(match[2]) & others or match[1].lower() in KINDS:
            continue
        noun = text[match.start(2) : match.end(2) + 12]
        grouped = GROUP.match(noun) and re.search(
            r"how many|number of|people|person|guest|place", slot.description + slot.name, re.I
        )
        if grouped or stem_set(match[2]) & slot.words:
            return _as_number(match[1])
    alone = re.search(
        rf"\bfor ({several})\b(?!\s*(?:am|pm|:|days?|weeks?|hours?|o'clock))(?:\s+([a-z]+))?", text, re.IGNORECASE
    )
    spoken = f"{humanised(slot.name)} {slot.description}"
    if (
        alone
        and not stem_set(alone[2] or "") & others
        and re.search(r"how many|number of|people|guests|party", spoken, re.IGNORECASE)
    ):
        return _as_number(alone[1])
    return None


def _party(text: str) -> int | None:
    """How many come, where they are named one by one ("me, my wife and two kids")."""
    if not re.search(
        r"\b(?:me|myself|i)\b(?=\s*(?:,|and\b|$))|\band (?:me|i|myself)\b|\b(?:both|two) of us\b", text, re.IGNORECASE
    ):
        return None
    if re.search(r"\b(?:both|two) of us\b", text, re.IGNORECASE):
        return 2
    relatives = len(re.findall(rf"\bmy (?:\w+ )?(?:{RELATIVE})\b", text, re.IGNORECASE))
    several = re.findall(rf"\b(\d|{'|'.join(list(COUNTS)[3:])}) (?:\w+ )?(?:{RELATIVE})s?\b", text, re.IGNORECASE)
    others = relatives + sum(_as_number(number) for number in several)
    return 1 + others if others else None


def _any_number(text: str) -> int | None:
    if found := NUMBER.search(text):
        return int(found[1])
    words = [word.lower() for word in WORD.findall(text)]
    return next(
        (COUNTS[word] for word in words if word in COUNTS),
        1 if re.search(r"\b(?:just me|only me|myself)\b", text, re.I) else None,
    )


def _as_number(word: str) -> int:
    return int(word) if word.isdigit() else COUNTS[word.lower()]


def _without(said: Said) -> str:
    """The text without its sure moments, so that the 14th is no number of people."""
    text = said.text
    for moment in sorted(said.moments, key=lambda m: -m.start):
        if moment.sure:
            text = f"{text[: moment.start]} , {text[moment.end :]}"
    return text
