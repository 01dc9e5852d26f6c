"""Numbers with their units, in comparable form: `30 days`, `$12.50`, `two weeks`, `15 %`."""

import re
from dataclasses import dataclass
from functools import cache

from handrail.guardrails.text import even, packaged

DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
RANGE = re.compile(r"(?<=\d)\s?[-–]\s?(?=[$€£]?\d)|(?<=\d) ?to ?(?=\d)")
MONEY = "money"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in its base unit (`168 hour` is a week); `unit` is empty where none that we know follows it."""

    value: float
    unit: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Writing:
    spelt: dict[str, int]
    units: dict[str, tuple[str, float]]
    number: re.Pattern[str]
    glued: re.Pattern[str]


@cache
def _writing() -> _Writing:
    data = packaged("facts.toml")
    spelt = {word: int(n) for word, n in data["spelt"].items()}
    units = {
        name: (base, float(factor))
        for base, by_factor in data["units"].items()
        for factor, names in by_factor.items()
        for name in names
    }
    word = "|".join(sorted(spelt, key=len, reverse=True))
    between = r"(?:full|whole|business|working|calendar|open|more|extra|additional|other|small)"
    number = (
        rf"(?<![\w.,:/\-])(?P<sign>[$€£]|\b(?:usd|eur|gbp|chf|cad|aud)\s)?\s?"
        rf"(?:(?P<digits>{DIGITS})|(?P<word>(?:{word})(?:[ -](?:{word}))*))(?![\w:]|[.,/]\d)"
        rf"(?:\s?-\s?|\s)?(?:{between} ){{0,2}}(?P<unit>%|\$|€|£|[a-z]+)?"
    )
    short = "|".join(re.escape(u) for u in sorted(units, key=len, reverse=True) if len(u) <= 4)
    glued = rf"(?<![\w.,:/\-])(?P<digits>{DIGITS})(?P<unit>(?:{short})s?)(?!\w)"
    return _Writing(spelt, units, re.compile(number, re.IGNORECASE), re.compile(glued, re.IGNORECASE))


def quantities(text: str) -> list[Quantity]:
    """The numbers of `text`, with their units; of a range both ends. A lone "one" is taken for a pronoun."""
    parted = RANGE.sub(lambda m: " " * len(m[0]), even(text))
    writing = _writing()
    glued = [_quantity(m, writing) for m in writing.glued.finditer(parted)]
    taken = {q.span[0] for q in glued}
    found = list(glued)
    for match in writing.number.finditer(parted):
        told = _quantity(match, writing)
        # "One" alone is no number, and what is glued to its unit was read already.
        if told.span[0] not in taken and (match["digits"] or told.unit or told.value != 1):
            found.append(told)
    return found


def _quantity(match: re.Match[str], writing: _Writing) -> Quantity:
    told = match.groupdict()
    unit, factor = (MONEY, 1.0) if told.get("sign") else _unit(told["unit"] or "", writing)
    value = float(told["digits"].replace(",", "")) if told["digits"] else _spelt(told["word"], writing)
    return Quantity(round(value * factor, 4), unit, match.span("digits") if told["digits"] else match.span("word"))


def _unit(name: str, writing: _Writing) -> tuple[str, float]:
    low = name.lower()
    return writing.units.get(low) or writing.units.get(low.removesuffix("s")) or ("", 1.0)


def _spelt(words: str, writing: _Writing) -> float:
    total = 0
    for word in re.split(r"[ -]", words.lower()):
        value = writing.spelt[word]
        total = max(total, 1) * value if word in ("hundred", "dozen") else total + value
    return float(total)
