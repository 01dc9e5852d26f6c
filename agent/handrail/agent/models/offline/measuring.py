"""Amounts with a unit ("2.5 kg", "an hour and a half", "half a year"), in the unit that an argument counts in."""

import re
from collections.abc import Mapping

from handrail.agent.models.offline.slots import Slot
from handrail.agent.models.offline.words import COUNTS, humanised

UNITS: Mapping[str, str] = {
    "minute": r"min(?:ute)?s?", "hour": r"hours?|hrs?", "day": r"days?|nights?", "week": r"weeks?",
    "fortnight": r"fortnights?", "month": r"months?", "year": r"years?", "kilogram": r"kgs?|kilos?|kilograms?",
    "gram": r"grams?|g", "litre": r"lit(?:re|er)s?|l", "gigabyte": r"gbs?|gigs?|gigabytes?",
    "kilometre": r"km|kilomet(?:re|er)s?", "mile": r"miles?", "metre": r"met(?:re|er)s?",
    "centimetre": r"cm|centimet(?:re|er)s?", "percent": r"%|per ?cent",
}  # fmt: skip
"""Units, by what customers and schemas call them."""
WORTH: Mapping[tuple[str, str], float] = {
    ("hour", "minute"): 60, ("day", "hour"): 24, ("week", "day"): 7, ("fortnight", "day"): 14, ("fortnight", "week"): 2,
    ("year", "month"): 12, ("gram", "kilogram"): 0.001, ("kilogram", "gram"): 1000, ("metre", "centimetre"): 100,
    ("kilometre", "metre"): 1000,
}  # fmt: skip
"""How many of the second unit one of the first is."""
_SPELT = "|".join(sorted((re.escape(word) for word in COUNTS), key=len, reverse=True))
_MORE = r"(?:more |extra |other |another |additional |full |further )?"
_UNIT = "|".join(f"(?P<{unit}>{pattern})" for unit, pattern in UNITS.items())
MEASURE = re.compile(
    rf"(?<![\w.,])(?:(?P<half>half (?:an?|of an?) )|(?P<n>\d+(?:[.,]\d+)?|{_SPELT}|an?|another)[ -]?)"
    rf"{_MORE}(?:{_UNIT})(?!\w)(?P<more> and a half)?",
    re.IGNORECASE,
)
DATED = re.compile(r"\b(?:in|within|after)\s+$", re.IGNORECASE)
LATER = re.compile(r"\s*(?:ago|from (?:now|today)|later|earlier|old)\b", re.IGNORECASE)


def measured(slot: Slot, text: str) -> float | None:
    """The amount that a text names for a slot, in the slot's own unit; None where it has none, or none is named."""
    unit = unit_of(slot)
    if not unit:
        return None
    for match in MEASURE.finditer(text):
        if DATED.search(text[: match.start()]) or LATER.match(text, match.end()):
            continue
        found = next(name for name in UNITS if match[name])
        worth = 1.0 if found == unit else WORTH.get((found, unit))
        if worth is not None:
            return round(_number(match) * worth, 6)
    return None


def unit_of(slot: Slot) -> str:
    """The unit that a slot counts in, by its name and description; empty where they name none."""
    words = f"{humanised(slot.name)} {slot.description}"
    return next((unit for unit, said in UNITS.items() if re.search(rf"\b(?:{said})\b", words, re.IGNORECASE)), "")


def _number(match: re.Match[str]) -> float:
    if match["half"]:
        return 0.5
    said = match["n"].lower()
    number = 1.0 if said in ("a", "an", "another") else float(COUNTS.get(said) or said.replace(",", "."))
    return number + 0.5 if match["more"] else number
