"""Values for slots, found in what the customer wrote: exact where the kind allows it, else none."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from handrail.agent.models.offline.choices import choice_in, says
from handrail.agent.models.offline.counting import counts_in
from handrail.agent.models.offline.identifiers import ids_among, ids_in
from handrail.agent.models.offline.measuring import measured
from handrail.agent.models.offline.moments import Moment
from handrail.agent.models.offline.naming import QUOTED, names_in
from handrail.agent.models.offline.said import Said
from handrail.agent.models.offline.slots import Slot
from handrail.agent.models.offline.timing import Paths, times_in
from handrail.agent.models.offline.words import humanised, is_no, is_yes, stem_set, stems

EMAIL = re.compile(r"<email_\d+>|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"<phone_\d+>")
DIALLED = re.compile(r"(?<![\w#-])\+?\d[\d ()/-]{6,}\d")
"""What may be a phone number where one was asked for: elsewhere it is an order number as likely."""
ADDRESS = re.compile(r"<address_\d+>")
PLACED = re.compile(r"\b(?:to|is|at|in|into|as|:)\s+(?P<value>[^.!?\n]*\d[^!?\n]*?)(?:[.!?]*\s*$|\n)", re.IGNORECASE)
LEAD_IN = re.compile(
    r"^\W*(?:(?:it'?s|it is|that'?s|that is|this is|they'?re|because(?: of)?|please|use|make it|my|the|new|"
    r"address|name|e-?mail|number|"
    r"phone|is|i want|i'd like|i would like|let's (?:say|do)|say|to|change it to|put|yes|ok|okay|sure|well|um|"
    r"hi|hello|for)\b[\s,:]*)+",
    re.IGNORECASE,
)
TRAIL = re.compile(r"[\s,]*(?:please|thanks|thank you|cheers)?[\s.!]*$", re.IGNORECASE)
BECAUSE = re.compile(r"\b(?:because|since|as|due to|the reason is|reason:)\s+(?P<value>[^.!?\n]{3,200})", re.IGNORECASE)
AMOUNT = re.compile(
    r"(?:[$€£]\s?(\d[\d,]*(?:\.\d{1,2})?)|(\d[\d,]*(?:\.\d{1,2})?)\s?(?:[$€£]|dollars?|euros?|pounds?|usd|eur|gbp|bucks))",
    re.IGNORECASE,
)
SWITCHES = frozenset({"enabled", "enable", "active", "on", "activated"})
SWITCHED = re.compile(
    r"\b(?:(?P<off>off|disable\w*|deactivate\w*)|(?<=turn )on|(?<=switch )on|on(?=\W*$)|enable\w*|activate\w*)\b",
    re.IGNORECASE,
)
DENY = re.compile(r"\b(?:without|no|not|don't|exclude|remove|skip)\b", re.IGNORECASE)


def fill(slots: Iterable[Slot], said: Said, timezone: str) -> Paths:
    """The values of slots that a line tells, by path. What it does not tell is left out."""
    slots = list(slots)
    values: Paths = _from_item(slots, said, timezone)
    for slot in slots:
        reader = _READERS.get(slot.kind)
        value = reader(slot, said) if reader else None
        if value is not None:
            values[slot.path] = value
    values.update(times_in(slots, said, timezone))
    values.update(counts_in(slots, said))
    values.update(ids_among(slots, said))
    values.update(names_in(slots, said, values))
    return values


def _from_item(slots: list[Slot], said: Said, timezone: str) -> Paths:
    """What a picked item tells: its identifier, else its choices and its moment."""
    if not said.item:
        return {}
    item = Said(said.item, said.item_moments, common=said.common)
    named = {slot.path: found[0] for slot in slots if slot.kind == "id" and (found := ids_in(said.item, slot))}
    if named:
        return named
    chosen = {
        slot.path: value for slot in slots if slot.kind == "choice" and (value := choice_in(slot, item)) is not None
    }
    return {**chosen, **times_in(slots, item, timezone)}


def _id(slot: Slot, said: Said) -> Any:
    if not slot.pattern and said.asked is not slot:
        return None
    found = ids_in(said.text, slot)
    if not found and not slot.pattern:
        bare = stripped(said.text)
        return bare if bare and " " not in bare else None
    return found[-1] if len(found) == 1 else (found[0] if found and slot.required else None)


def _list(slot: Slot, said: Said) -> Any:
    item = slot.items
    if item is None:
        return None
    if item.kind == "id":
        return (ids_in(said.text, item) or None) if item.pattern or said.asked is slot else None
    if item.kind == "choice":
        return [choice for choice in item.choices if says(choice, said)] or None
    if item.kind == "text" and said.asked is slot:
        return [part.strip() for part in re.split(r",|\band\b|\n", stripped(said.text)) if part.strip()] or None
    return None


def _flag(slot: Slot, said: Said) -> Any:
    if said.asked is slot:
        return True if is_yes(said.text) else False if is_no(said.text) else None
    words = frozenset(humanised(slot.name).split())
    if words & SWITCHES and (switched := SWITCHED.search(said.text)):
        return switched["off"] is None
    spoken = frozenset(word.lower() for word in re.findall(r"[A-Za-z]+", said.text))
    if not stem_set(humanised(slot.name)) or not (
        words <= spoken or stem_set(humanised(slot.name)) <= stem_set(said.text)
    ):
        return None
    if stem_set(humanised(slot.name)) <= said.common:
        return None
    return not DENY.search(said.text)


def _amount(slot: Slot, said: Said) -> Any:
    if (amount := measured(slot, said.text)) is not None:
        return amount
    found = AMOUNT.search(said.text)
    if found:
        return float((found[1] or found[2]).replace(",", ""))
    if said.asked is slot and (number := re.search(r"\d[\d,]*(?:\.\d+)?", said.text)):
        return float(number[0].replace(",", ""))
    return None


def _email(slot: Slot, said: Said) -> Any:
    found = EMAIL.findall(said.text)
    return found[-1] if found else None


def _phone(slot: Slot, said: Said) -> Any:
    found = PHONE.findall(said.text) or (DIALLED.findall(said.text) if said.asked is slot else [])
    return found[-1].strip() if found else None


def _address(slot: Slot, said: Said) -> Any:
    if found := ADDRESS.findall(said.text):
        return found[-1]
    if quoted := QUOTED.search(said.text):
        return quoted[1] or quoted[2]
    if placed := PLACED.search(said.text):
        value = placed["value"].strip(" ,")
        if len(value.split()) >= 3:
            return value
    if said.asked is slot:
        bare = stripped(said.text)
        return bare if len(bare.split()) >= 2 else None
    return None


def _text(slot: Slot, said: Said) -> Any:
    if said.asked is slot:
        if quoted := QUOTED.search(said.text):
            return quoted[1] or quoted[2]
        return stripped(said.text) or None
    if "reason" in humanised(slot.name) and (because := BECAUSE.search(said.text)):
        return because["value"].strip()
    return None


def residue(text: str, moments: Iterable[Moment], known: Collection[str]) -> str:
    """What a text speaks of: without days and times, and without words at its ends that say nothing or are `known`."""
    for moment in sorted(moments, key=lambda m: -m.start):
        if moment.sure:
            text = text[: moment.start] + text[moment.end :]
    words = text.split()
    while words and _empty(words[0], known):
        words.pop(0)
    while words and _empty(words[-1], known):
        words.pop()
    return " ".join(words).strip(" .,!?;:\"'")


def _empty(word: str, known: Collection[str]) -> bool:
    found = stems(word)
    return (
        not found
        or set(found) <= set(known)
        or bool(re.fullmatch(r"\W*(?:search|find|look\w*|show|available|in|got|sell)\W*", word, re.I))
    )


def stripped(text: str) -> str:
    """A short answer without what it is led in with ("it's …", "to …") and thanks."""
    bare = LEAD_IN.sub("", text.strip(), count=1)
    return TRAIL.sub("", bare).strip(" ,") or TRAIL.sub("", text).strip()


_READERS: Mapping[str, Callable[[Slot, Said], Any]] = {
    "id": _id, "list": _list, "choice": choice_in, "flag": _flag, "amount": _amount, "email": _email, "phone": _phone,
    "address": _address, "text": _text,
}  # fmt: skip
