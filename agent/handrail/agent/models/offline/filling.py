"""Values for slots, found in what the customer wrote: exact where the kind allows it, else none."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from handrail.agent.models.offline.moments import Moment
from handrail.agent.models.offline.records import place_in
from handrail.agent.models.offline.slots import Slot
from handrail.agent.models.offline.words import COUNTS, WORD, humanised, is_no, is_yes, stem_set, stems
from handrail.agent.tools.api import Id

EMAIL = re.compile(r"<email_\d+>|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"<phone_\d+>|(?<![\w#-])\+?\d[\d ()/-]{6,}\d")
ADDRESS = re.compile(r"<address_\d+>")
PLACED = re.compile(r"\b(?:to|is|at|in|into|as|:)\s+(?P<value>[^.!?\n]*\d[^!?\n]*?)(?:[.!?]*\s*$|\n)", re.IGNORECASE)
QUOTED = re.compile(r"[\"“”«»]([^\"“”«»]{1,300})[\"“”«»]|(?<!\w)'([^']{2,300})'(?!\w)")
LEAD_IN = re.compile(
    r"^\W*(?:(?:it'?s|it is|that'?s|that is|this is|they'?re|because(?: of)?|please|use|make it|my|the|new|address|name|e-?mail|number|"
    r"phone|is|i want|i'd like|i would like|let's (?:say|do)|say|to|change it to|put|yes|ok|okay|sure|well|um|hi|hello|for)\b[\s,:]*)+",
    re.IGNORECASE,
)
TRAIL = re.compile(r"[\s,]*(?:please|thanks|thank you|cheers)?[\s.!]*$", re.IGNORECASE)
BECAUSE = re.compile(r"\b(?:because|since|as|due to|the reason is|reason:)\s+(?P<value>[^.!?\n]{3,200})", re.IGNORECASE)
AMOUNT = re.compile(
    r"(?:[$€£]\s?(\d[\d,]*(?:\.\d{1,2})?)|(\d[\d,]*(?:\.\d{1,2})?)\s?(?:[$€£]|dollars?|euros?|pounds?|usd|eur|gbp|bucks))",
    re.IGNORECASE,
)
NUMBER = re.compile(r"(?<![\w.,#/:-])(\d{1,6})(?![\w/:-]|[.,]\d)")
RELATIVE = (
    r"wife|husband|partner|girlfriend|boyfriend|friend|mother|father|mum|mom|dad|sister|brother|son|daughter|kid|child|children|"
    r"cousin|colleague|grandson|granddaughter|nephew|niece|aunt|uncle|baby"
)
AGES = re.compile(r"\baged? (\d{1,3})(?:,? (?:and|or|&) (\d{1,3}))?", re.IGNORECASE)
AGED = re.compile(
    r"\b(\d{1,3})[\s-]*(?:years?[\s-]old|year[\s-]olds?|yo\b|yrs?\b|years of age)|\b(?:is|are|aged?|turned|who is) (\d{1,3})\b",
    re.IGNORECASE,
)
GROUP = re.compile(
    r"\b(?:people|persons?|guests?|adults?|of us|places?|seats?|spots?|tickets?|pax|passengers?|travell?ers?|participants?|"
    r"nights?|rooms?|bags?|items?|pieces?|pairs?|copies|units?|kids|children)\b",
    re.IGNORECASE,
)
NOT_NEW = re.compile(r"\b(?:from|of|instead of|not|rather than|on my|my)\s+(?:the\s+|my\s+)?$", re.IGNORECASE)
NEW = re.compile(r"\b(?:to|until|till|onto)\s+(?:the\s+|next\s+|this\s+)?$", re.IGNORECASE)
LED = re.compile(r"\b(?:to|for|on|until|till|by|onto)\s+(?:the\s+|next\s+|this\s+)?$", re.IGNORECASE)
FIRSTS = frozenset(
    {"from", "start", "begin", "since", "after", "checkin", "arrival", "depart", "earliest", "first", "min"}
)
LASTS = frozenset({"until", "end", "to", "till", "before", "checkout", "return", "latest", "last", "max", "through"})
AFFIRM = re.compile(r"\b(?:with|include|including|add|want|need|yes)\b", re.IGNORECASE)
DENY = re.compile(r"\b(?:without|no|not|don't|exclude|remove|skip)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the customer's, as far as it concerns one tool: `asked` is the slot that the line before it asked for."""

    text: str
    moments: tuple[Moment, ...] = ()
    asked: Slot | None = None
    common: frozenset[str] = field(default_factory=frozenset)
    """The stems that the tool's own phrases use: they tell the intent, not a value."""
    item: str = ""
    item_moments: tuple[Moment, ...] = ()
    """What our list said of the item that the customer picked with this line, and the moments it names."""


def fill(slots: Iterable[Slot], said: Said, timezone: str) -> dict[tuple[str, ...], Any]:
    """The values of slots that a line tells, by path. What it does not tell is left out."""
    slots = list(slots)
    values: dict[tuple[str, ...], Any] = _from_item(slots, said, timezone)
    for slot in slots:
        reader = _READERS.get(slot.kind)
        value = reader(slot, said) if reader else None
        if value is not None:
            values[slot.path] = value
    values.update(_times_of(slots, said, timezone))
    values.update(_counts(slots, said))
    return values


def _from_item(slots: list[Slot], said: Said, timezone: str) -> dict[tuple[str, ...], Any]:
    """What a picked item tells: its identifier, else its choices and its moment."""
    if not said.item:
        return {}
    item = Said(said.item, said.item_moments, common=said.common)
    named = {slot.path: found[0] for slot in slots if slot.kind == "id" and (found := ids_in(said.item, slot))}
    if named:
        return named
    chosen = {
        slot.path: value for slot in slots if slot.kind == "choice" and (value := _choice(slot, item)) is not None
    }
    return {**chosen, **_times_of(slots, item, timezone)}


def ids_in(text: str, slot: Slot) -> list[str]:
    """The identifiers of a slot's kind in a text, written as the business does."""
    if not slot.pattern:
        return _bare_ids(text) if slot.kind == "id" else []
    try:
        loose = re.compile(rf"(?<![\w-])#?(?:{slot.pattern})(?![\w-])", re.IGNORECASE)
    except re.error:
        return []
    mark = Id(slot.pattern)
    found = [clean for match in loose.finditer(text) if (clean := _cleaned(mark, match[0]))]
    return list(dict.fromkeys(found or _spaced_ids(text, mark, slot)))


def _cleaned(mark: Id, text: str) -> str:
    for candidate in (text, text.lstrip("#"), f"#{text}"):
        try:
            return mark.clean(candidate)
        except ValueError:
            continue
    return ""


def _spaced_ids(text: str, mark: Id, slot: Slot) -> list[str]:
    """Identifiers written with gaps ("W 10021", "w-10021") or without their letters ("order 10021")."""
    words = re.findall(r"[A-Za-z0-9]+", text)
    lead = re.match(r"#?[A-Za-z]+(?:\\?[-_])?(?=\\d|\[)", mark.pattern)
    said = re.search(rf"(?:\b(?:{re.escape(slot.noun)}|number|no\.?|id|is)\s+|#|^\W*)(\d+)\b", text, re.IGNORECASE)
    found: list[str] = []
    for number, word in enumerate(words):
        joined = word + words[number + 1] if number + 1 < len(words) and len(word) <= 4 else ""
        numbered = lead and said and word == said[1]
        bare = f"{lead[0]}{word}".replace("\\", "") if lead and numbered else ""
        for candidate in (joined, bare):
            if candidate and (clean := _cleaned(mark, candidate)):
                found.append(clean)
    return found


def _bare_ids(text: str) -> list[str]:
    """What looks like an identifier where nothing tells its form: letters and digits in one word, or a long number."""
    words = re.findall(r"(?<![\w@<])#?[A-Za-z0-9][\w-]{3,}(?![\w@>])", text)
    return [word for word in words if sum(c.isdigit() for c in word) >= 2 and (len(word) >= 4)]


def _id(slot: Slot, said: Said) -> Any:
    found = ids_in(said.text, slot)
    if not found and not slot.pattern and said.asked is slot:
        bare = stripped(said.text)
        return bare if bare and " " not in bare else None
    return found[-1] if len(found) == 1 else (found[0] if found and slot.required else None)


def _list(slot: Slot, said: Said) -> Any:
    item = slot.items
    if item is None:
        return None
    if item.kind == "id":
        return ids_in(said.text, item) or None
    if item.kind == "choice":
        return [choice for choice in item.choices if _says(choice, said)] or None
    if item.kind == "text" and said.asked is slot:
        return [part.strip() for part in re.split(r",|\band\b|\n", stripped(said.text)) if part.strip()] or None
    return None


def _choice(slot: Slot, said: Said) -> Any:
    found = choices_in(slot.choices, said)
    if len(found) != 1 and said.asked is slot:
        place = place_in(said.text, len(slot.choices))
        return slot.choices[place] if place is not None else None
    return found[0] if len(found) == 1 else None


def choices_in(choices: Collection[Any], said: Said) -> list[Any]:
    """The choices that a line names: wholly, else by a word that no other choice has; several where it can't be told."""
    whole = [choice for choice in choices if _says(choice, said)]
    if whole:
        longest = max(len(stems(humanised(str(choice)))) for choice in whole)
        return [choice for choice in whole if len(stems(humanised(str(choice)))) == longest]
    words = stem_set(said.text) if said.asked else stem_set(said.text) - said.common
    shares = {choice: len(words & _choice_words(choice)) for choice in choices}
    most = max(shares.values(), default=0)
    # One word of many ("arrived", of "parcel never arrived") names no choice, unless a choice was asked for.
    likely = [c for c, share in shares.items() if share == most and (said.asked or 2 * share >= len(_choice_words(c)))]
    return likely if most else []


def _choice_words(choice: Any) -> frozenset[str]:
    return stem_set(humanised(str(choice)))


def _says(choice: Any, said: Said) -> bool:
    spoken = humanised(str(choice))
    words = _choice_words(choice)
    if not words:
        return bool(re.search(rf"(?<!\w){re.escape(spoken)}(?!\w)", said.text, re.IGNORECASE))
    # A choice whose only word is the intent's own verb ("cancelled", in "cancel my order") is not named by it.
    return words <= stem_set(said.text) and (said.asked is not None or not words <= said.common or len(words) > 1)


def _flag(slot: Slot, said: Said) -> Any:
    if said.asked is slot:
        return True if is_yes(said.text) else False if is_no(said.text) else None
    words = stem_set(humanised(slot.name))
    if not words or not words <= stem_set(said.text) - said.common:
        return None
    return not DENY.search(said.text) if AFFIRM.search(said.text) or DENY.search(said.text) else None


def _amount(slot: Slot, said: Said) -> Any:
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
    found = PHONE.findall(said.text)
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
    if quoted := QUOTED.search(said.text):
        return quoted[1] or quoted[2]
    if said.asked is slot:
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
    "id": _id, "list": _list, "choice": _choice, "flag": _flag, "amount": _amount, "email": _email, "phone": _phone,
    "address": _address, "text": _text,
}  # fmt: skip


def _times_of(slots: list[Slot], said: Said, timezone: str) -> dict[tuple[str, ...], Any]:
    """Days and times for the slots of those kinds: a from and an until, or the one that the change is to."""
    wanted = [slot for slot in slots if slot.kind in ("day", "time", "moment")]
    if (
        said.asked is not None
        and said.asked.kind == "id"
        and not any(NEW.search(said.text[: m.start]) for m in said.moments)
    ):
        # "The one on Friday" tells which one is meant, not when something is to be.
        return {}
    hour = said.asked is None or said.asked.kind in ("time", "moment")
    moments = [m for m in said.moments if m.sure or (hour and any(slot.kind != "day" for slot in wanted))]
    if not wanted or not moments:
        return {}
    values: dict[tuple[str, ...], Any] = {}
    for kind in ("day", "time", "moment"):
        those = [slot for slot in wanted if slot.kind == kind]
        if said.asked in those:
            values.update(_told(said.asked, _best(moments, said.text), timezone))
        elif len(those) == 1:
            values.update(_told(those[0], _best(moments, said.text), timezone, end=_is_last(those[0])))
        elif those:
            values.update(_stretch(those, moments, said.text, timezone))
    return values


def _stretch(slots: list[Slot], moments: list[Moment], text: str, timezone: str) -> dict[tuple[str, ...], Any]:
    first = next((slot for slot in slots if _is_first(slot)), slots[0])
    last = next((slot for slot in slots if _is_last(slot) and slot is not first), slots[1])
    if len(moments) == 1:
        until_only = bool(
            re.search(r"\b(?:until|till|by|before|latest)\s+(?:the\s+)?$", text[: moments[0].start], re.IGNORECASE)
        )
        from_only = bool(
            re.search(r"\b(?:from|after|since|starting)\s+(?:the\s+)?$", text[: moments[0].start], re.IGNORECASE)
        )
        values = {} if until_only else _told(first, moments[0], timezone)
        return values if from_only else {**values, **_told(last, moments[0], timezone, end=True)}
    return {**_told(first, moments[0], timezone), **_told(last, moments[-1], timezone, end=True)}


def _best(moments: list[Moment], text: str) -> Moment:
    """The moment that something is to be at: not the one it is moved from."""
    fresh = [
        m
        for m in moments
        if not re.search(r"\b(?:from|instead of|not|rather than)\s+(?:the\s+|my\s+)?$", text[: m.start], re.I)
    ]
    led = [m for m in fresh if LED.search(text[: m.start])]
    return (led or fresh or moments)[-1]


def _told(slot: Slot, moment: Moment, timezone: str, *, end: bool = False) -> dict[tuple[str, ...], Any]:
    day = (moment.day_until if end else moment.day) or moment.day
    at = moment.at
    if slot.kind == "day":
        return {slot.path: day.isoformat()} if day else {}
    if slot.kind == "time":
        return {slot.path: at.isoformat("minutes")} if at else {}
    if day is None or at is None:
        return {}
    return {slot.path: _aware(day, at, timezone)}


def _aware(day: date, at: time, timezone: str) -> str:
    return datetime.combine(day, at, ZoneInfo(timezone)).isoformat()


def _is_first(slot: Slot) -> bool:
    return bool(FIRSTS & set(humanised(slot.name).replace("check in", "checkin").split()))


def _is_last(slot: Slot) -> bool:
    return bool(LASTS & set(humanised(slot.name).replace("check out", "checkout").split()))


def _counts(slots: list[Slot], said: Said) -> dict[tuple[str, ...], Any]:
    """Whole numbers: an age by its years, a number of people by what is counted, another only where it was asked for."""
    values: dict[tuple[str, ...], Any] = {}
    text = _without(said)
    for slot in (slot for slot in slots if slot.kind == "count"):
        if _is_age(slot):
            ages = [int(a or b) for a, b in AGED.findall(text)] + [
                int(n) for pair in AGES.findall(text) for n in pair if n
            ]
            number = min(ages) if ages else None
        else:
            number = _counted(slot, text)
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


def _counted(slot: Slot, text: str) -> int | None:
    """A number before a word that the slot speaks of ("two places"), or before any group ("for two", "3 people")."""
    if re.search(r"people|person|guest|place|party", slot.description + slot.name, re.IGNORECASE) and (
        party := _party(text)
    ):
        return party
    several = r"\d{1,3}|" + "|".join(sorted(COUNTS, key=len, reverse=True))
    for match in re.finditer(rf"\b({several})\s+(?:more\s+|other\s+)?([a-z-]+)", text, re.IGNORECASE):
        noun = text[match.start(2) : match.end(2) + 12]
        grouped = GROUP.match(noun) and re.search(
            r"how many|number of|people|person|guest|place", slot.description + slot.name, re.I
        )
        if grouped or stem_set(match[2]) & slot.words:
            return _as_number(match[1])
    alone = re.search(rf"\bfor ({several})\b(?!\s*(?:am|pm|:|days?|weeks?|hours?|o'clock))", text, re.IGNORECASE)
    if alone and re.search(r"how many|number of|people|guests|party", slot.description, re.IGNORECASE):
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
