"""The words that name days in English, as patterns."""

import re

NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "couple": 2, "a couple of": 2, "few": 3, "a few": 3,
}  # fmt: skip
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT_DAYS = {
    "mon": 0, "tue": 1, "tues": 1, "wed": 2, "weds": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6,
}  # fmt: skip
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
FEASTS = {
    "christmas eve": (12, 24), "christmas day": (12, 25), "christmas": (12, 25), "xmas": (12, 25),
    "boxing day": (12, 26), "new year's eve": (12, 31), "new years eve": (12, 31), "new year's day": (1, 1),
    "new year's": (1, 1), "halloween": (10, 31), "valentine's day": (2, 14), "valentines day": (2, 14),
}  # fmt: skip
NEAR = {
    "day after tomorrow": 2, "day before yesterday": -2, "yesterday": -1, "last night": -1,
    "tomorrow": 1, "tomorow": 1, "tommorow": 1, "tomorrows": 1, "tmrw": 1, "tmr": 1, "tmw": 1,
    "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "this evening": 0,
}  # fmt: skip
"""How many days from today each of these is."""

_any = "|".join
COUNT = rf"(?P<n>\d{{1,3}}|a couple of|a few|{_any(NUMBERS)})"
DAY = _any(DAYS)
SHORT = _any(sorted(SHORT_DAYS, key=len, reverse=True))
MONTH = rf"(?:{_any(f'{m[:3]}(?:{m[3:]})?' if len(m) > 3 else m for m in MONTHS)}|sept)\b\.?"
NUMBER = r"[12]\d|3[01]|0?[1-9]"
TH = "(?:st|nd|rd|th)"
NTH = rf"(?P<d>{NUMBER}){TH}?"
YEAR = r"(?:,?\s+(?P<y>(?:19|20)\d\d)\b)?"
WHICH = r"(?P<which>this coming|this|next|coming|last|past|previous)"
LEAD = rf"(?:(?:{DAY}|{SHORT}),?\s+)?(?:the\s+)?"
PREPOSITION = r"(?:in|on|until|till|since|before|after|by|for|from|during|next|last|to|of)"

ISO = re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b")
RANGE_IN_MONTH = re.compile(
    rf"\b(?:the\s+)?{NTH}\s*(?:to|-|–|until|till|through)\s*(?:the\s+)?(?P<until>{NUMBER}){TH}?"
    rf"\s+(?:of\s+)?(?P<month>{MONTH}){YEAR}"
)
DAY_MONTH = re.compile(rf"\b{LEAD}{NTH}\s+(?:of\s+)?(?P<month>{MONTH}){YEAR}")
MONTH_DAY = re.compile(rf"\b{LEAD}(?P<month>{MONTH})\s+(?:the\s+)?{NTH}(?!\d|:|\s*[ap]\.?m){YEAR}")
NUMERIC = re.compile(
    r"(?<![\d/.-])(?P<a>\d{1,2})[/.](?P<b>\d{1,2})(?:[/.](?P<y>\d{4}|\d{2}))?(?![\d/]|\.\d|\s?[ap]\.?m)"
)
NEAR_DAY = re.compile(
    r"(?<!day from )(?<!days from )(?<!week from )(?<!weeks from )"
    rf"\b(?:the )?(?P<near>{_any(sorted(NEAR, key=len, reverse=True))})\b"
)
OF_WEEK = re.compile(rf"\b(?P<which>this|next|last) week (?:on )?(?P<day>{DAY})\b")
NUMBERED_WEEKDAY = re.compile(rf"\b(?:{WHICH}\s+)?(?P<day>{DAY}),?\s+(?:the\s+)?(?P<d>{NUMBER}){TH}\b")
WEEKDAY = re.compile(
    rf"\b(?:{WHICH}\s+)?(?P<day>{DAY})s?\b(?P<later>\s+in (?:a week|\w+ weeks)\b|\s+after next\b"
    r"|(?:\s+of)?\s+next week\b|\s+week\b)?"
)
SHORT_WEEKDAY = re.compile(rf"\b(?:on\s+|{WHICH}\s+)(?P<day>{SHORT})\b(?P<later>\s+week\b)?")
ONLY_WEEKDAY = re.compile(rf"^(?P<which>)(?P<day>{SHORT})(?P<later>)\b")
RELATIVE = re.compile(
    rf"\b(?P<lead>(?:in|within)\s+)?{COUNT}\s+(?P<unit>day|night|week|fortnight|month|year)s?'?(?:\s+time)?\b"
    r"(?P<ahead>\s+(?:from (?:now|today)|later|ahead))?(?P<ago>\s+(?:ago|back|earlier))?"
)
STRETCH = re.compile(
    rf"\b(?<!\d )(?<!half )(?<!quarter )(?P<which>last|past|previous|next|coming)\s+{COUNT}\s+"
    r"(?P<unit>day|night|week|month|year)s?\b"
)
CALENDAR = re.compile(
    r"\b(?P<end>(?:the )?end of )?(?:(?P<which>this|next|coming|last|past|previous|current)|the)\s+"
    r"(?P<unit>weekend|week|month|year)\b"
)
FEAST = re.compile(rf"\b(?:{_any(re.escape(name) for name in sorted(FEASTS, key=len, reverse=True))})\b")
OF_MONTH = re.compile(rf"\b(?:the\s+)?(?P<d>{NUMBER}){TH}\b(?!\s+(?:one|of the (?!month)|{MONTH}))")
WHOLE_MONTH = re.compile(rf"\b{PREPOSITION}\s+(?P<month>{MONTH}){YEAR}")


def month_number(name: str) -> int:
    """January is 1."""
    return next(n for n, month in enumerate(MONTHS, 1) if month.startswith(name.strip(".")[:3]))


def weekday_number(name: str) -> int:
    """Monday is 0."""
    return SHORT_DAYS[name] if name in SHORT_DAYS else DAYS.index(name)


def number(word: str) -> int:
    """A small number, in digits or in a word."""
    return int(word) if word.isdigit() else NUMBERS.get(word, 1)
