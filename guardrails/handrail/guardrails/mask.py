"""Numbers and secrets that must never be kept: blacked out before the log and before any model sees the text."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from stdnum import iban, luhn

from handrail.guardrails import identifiers, secrets

CARD_RUN = re.compile(r"(?<![\w.])\d(?:[ \-._/\u00a0\u2009\u202f·]{0,2}\d){11,29}(?!\w)")
CARD_BRANDS = re.compile(
    r"(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:2[2-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11,13}"
    r"|35\d{14}|6(?:011|5\d\d|4[4-9]\d)\d{12,15}|62\d{14,17}|(?:5018|5020|5038|58\d\d|6304|67\d\d)\d{8,15})"
)
CARD_WORDS = re.compile(
    r"\b(?:card|visa|master ?card|amex|american express|maestro|discover)\b[^\n]{0,40}$", re.IGNORECASE
)
IBAN_RUN = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?:[ \-]?[A-Za-z0-9]){11,32}")

TOLD = {
    "card": "[card number removed]",
    "iban": "[bank account removed]",
    "id_number": "[identity number removed]",
    "secret": "[secret removed]",
}
"""What stands in the place of each kind. The last digits of a card are not kept either."""


@dataclass(frozen=True, slots=True)
class Masked:
    """The text without what must not be kept, and the kinds that were found, in order of first appearance."""

    text: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One number or secret in a text."""

    kind: str
    start: int
    end: int


def mask(text: str) -> Masked:
    """Black out card numbers, bank accounts, identity numbers and secrets. Masking twice changes nothing more."""
    found = hits(text)
    out, last = [], 0
    for hit in found:
        out += [text[last : hit.start], TOLD[hit.kind]]
        last = hit.end
    out.append(text[last:])
    return Masked("".join(out), tuple(dict.fromkeys(h.kind for h in found)))


def hits(text: str) -> list[Hit]:
    """Where the text holds what must be masked, from left to right, without overlaps."""
    if not any(c.isdigit() for c in text) and not secrets.worth_reading(text):
        return []
    finders: tuple[Callable[[str], list[tuple[int, int]]], ...] = (
        secrets.secrets,
        ibans,
        cards,
        identifiers.identifiers,
    )
    taken: list[Hit] = []
    for kind, find in zip(("secret", "iban", "card", "id_number"), finders, strict=True):
        for start, end in find(text):
            if all(end <= h.start or h.end <= start for h in taken):
                taken.append(Hit(kind, start, end))
    return sorted(taken, key=lambda h: h.start)


def cards(text: str) -> list[tuple[int, int]]:
    """Payment card numbers: a known brand's prefix and length and right check digit, or 15, 16 digits after "card"."""
    found = []
    for run in CARD_RUN.finditer(text):
        places = [run.start() + i for i, c in enumerate(run[0]) if c.isdigit()]
        digits = "".join(str(int(text[p])) for p in places)
        window = _card_in(digits, places, text)
        if window is None and len(digits) in (15, 16) and CARD_WORDS.search(text[: run.start()]):
            # A slip of the finger breaks the check digit, yet the rest is still somebody's card.
            window = (0, len(digits))
        if window:
            found.append((places[window[0]], places[window[1] - 1] + 1))
    return found


def _card_in(digits: str, places: list[int], text: str) -> tuple[int, int] | None:
    """The first and longest card within a run of digits; it begins and ends where groups do."""
    starts = [i for i, p in enumerate(places) if i == 0 or places[i - 1] != p - 1]
    ends = [i + 1 for i, p in enumerate(places) if i + 1 == len(places) or places[i + 1] != p + 1]
    for start in starts:
        for end in reversed(ends):
            number = digits[start:end]
            if 12 <= len(number) <= 19 and CARD_BRANDS.fullmatch(number) and luhn.is_valid(number):
                return start, end
    return None


def ibans(text: str) -> list[tuple[int, int]]:
    """International bank account numbers with a right check sum, and national account numbers said to be such."""
    found = []
    for run in IBAN_RUN.finditer(text):
        ends = [m.start() + run.start() for m in re.finditer(r"[ \-]|$", run[0])]
        for end in reversed(ends):
            if end - run.start() >= 15 and iban.is_valid(text[run.start() : end].replace("-", "")):
                found.append((run.start(), end))
                break
    return found + [s for s in identifiers.accounts(text) if all(s[1] <= a or b <= s[0] for a, b in found)]
