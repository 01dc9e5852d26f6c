"""What stands in for the customer's data in a frozen case: of the same kind and shape, the same wherever it stands.

A placeholder such as `<email_1>` would be read as one by the agent, and no tool would take it for an order number; so
an address is another address, and an order number another one of the same form.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from handrail.guardrails.mask import mask
from handrail.guardrails.placeholders import PLACEHOLDER, Placeholders

FIRST_NAMES = ("Alex", "Robin", "Kim", "Sam", "Jo", "Chris", "Pat", "Lee", "Max", "Nico")
FAMILY = "Example"
ADDRESS = {
    "street": "{n} Example Street", "road": "Example Street", "number": "{n}", "unit": "Flat {n}", "city": "Anytown",
    "state": "", "postcode": "AN1 1AA", "country": "",
}  # fmt: skip
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
DAY_OR_TIME = re.compile(
    r"\d{4}-\d{2}(?:-\d{2}(?:[T ].*)?)?|\d{1,2}[:.]\d{2}(?:[:.]\d{2})?|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
)
SUM = re.compile(r"[+-]?\d+(?:[.,]\d+)+|\d+(?:\.\d+)?[A-Za-z%]{0,3}")
IDENTIFIER = re.compile(r"[A-Za-z0-9#][\w\-./#]{3,63}")
WORD = re.compile(r"(?<![\w£$€@.,:/<\-])#?\w[\w\-]{2,63}(?!\w|%|[.,:]\d)")
KIND_AND_NUMBER = re.compile(r"#?(?:[a-z]{1,2}|[A-Z]{1,5})?[-_]?\d[\d\-]*(?:[a-z]{1,2}|[A-Z]{1,5})?")
"""Identifiers whose letters tell of what kind they are: they stay."""
NUMBERED = re.compile(r"(?:^|_)(?:id|ids|number|no|nr|reference|ref)$", re.IGNORECASE)
BORN = re.compile(r"birth|(?:^|_)dob(?:$|_)", re.IGNORECASE)
SOMEBODY_BORN = "1990-01-01"
SHORTEST = 4
"""Characters of an identifier that is looked for in texts: a shorter one may be a count."""


class StandIns:
    """The stand-ins of one conversation. `digest` is keyed (`Vault.ref`): nobody without the key finds out by trying
    which number stands behind another. Identifiers have the same stand-in in every conversation."""

    def __init__(self, digest: Callable[[str], str], regions: Iterable[str]) -> None:
        self._digest, self._found = digest, Placeholders(tuple(regions))
        self._ids: dict[str, str] = {}

    def meet(self, line: str, before: str = "") -> None:
        """Take in the names that a customer's line tells, and its numbers of things."""
        self._found.meet(line, before)
        self._found.hide(line)
        for match in WORD.finditer(line):
            if stands_out(match[0]):
                self._number(match[0])

    def add_name(self, name: str) -> None:
        """Take in a name that is known otherwise."""
        self._found.add_name(name)

    def id(self, value: str) -> str:
        """The stand-in of an identifier, whatever it looks like; in texts it is found from four characters on."""
        stand_in = self._ids.get(value) or self._scrambled(value)
        if len(value) >= SHORTEST:
            self._ids[value] = stand_in
        return stand_in

    def take_in(self, value: Any) -> None:
        """Take in the names and identifiers that arguments or a result hold."""
        self._found.hide_all(value)
        self._identifiers(value)

    def text(self, text: str) -> str:
        """A text with a stand-in for everything known, and for contacts and numbers by their looks."""
        hidden = self._found.hide(mask(text).text)
        revealed = PLACEHOLDER.sub(lambda match: self._person(match[0]), hidden)
        return self._numbers(revealed)

    def value(self, value: Any, key: str = "") -> Any:
        """Arguments or a result: every text in it, and identifiers that are numbers."""
        if isinstance(value, Mapping):
            return {self._numbers(str(name)): self.value(part, str(name)) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(part, key) for part in value]
        if isinstance(value, str):
            return SOMEBODY_BORN if BORN.search(key) and value else self.text(value)
        if isinstance(value, int) and not isinstance(value, bool) and NUMBERED.search(key) and value > 999:
            return int(self._scrambled(str(value)))
        return value

    def email(self) -> str:
        """The address of a customer who told none."""
        return "customer@example.org"

    def _identifiers(self, value: Any) -> None:
        if isinstance(value, Mapping):
            for name, part in value.items():
                self._identifiers(str(name))
                self._identifiers(part)
        elif isinstance(value, list | tuple):
            for part in value:
                self._identifiers(part)
        elif isinstance(value, str) and is_identifier(value):
            self._number(value)

    def _number(self, written: str) -> None:
        if written not in self._ids and len(written) >= SHORTEST and not DAY_OR_TIME.fullmatch(written):
            self._ids[written] = self._scrambled(written)

    def _numbers(self, text: str) -> str:
        """The text with identifiers replaced: known ones wherever they stand, others by their looks."""
        if self._ids:
            spelt = sorted(self._ids, key=len, reverse=True)
            known = re.compile(rf"(?<![\w@.])(?:{'|'.join(map(re.escape, spelt))})(?!\w)", re.IGNORECASE)
            text = known.sub(lambda match: self._stand_in(match[0]), text)
        stand_ins = {stand_in.casefold() for stand_in in self._ids.values()}
        return WORD.sub(lambda match: self._new(match[0], stand_ins), text)

    def _new(self, written: str, stand_ins: set[str]) -> str:
        if written.casefold() in stand_ins or not stands_out(written):
            return written
        self._number(written)
        return self._ids.get(written, written)

    def _stand_in(self, written: str) -> str:
        """Of a known identifier, in whatever case it is written."""
        if written in self._ids:
            return self._ids[written]
        known = next(value for value in self._ids if value.casefold() == written.casefold())
        stand_in = self._ids[known]
        return stand_in.lower() if written.islower() else stand_in.upper() if written.isupper() else stand_in

    def _scrambled(self, written: str) -> str:
        """Other digits, and other small letters where these are more than its kind; a UUID is another one."""
        letters = not KIND_AND_NUMBER.fullmatch(written)
        stream = self._stream(written.casefold())
        if UUID.fullmatch(written):
            return "".join("0123456789abcdef"[next(stream) % 16] if c != "-" else c for c in written)
        out = []
        for place, character in enumerate(written):
            if character.isdecimal():
                lead = character != "0" and (place == 0 or not written[place - 1].isdecimal())
                out.append(str(1 + next(stream) % 9 if lead else next(stream) % 10))
            elif letters and "a" <= character <= "z":
                out.append(chr(ord("a") + next(stream) % 26))
            else:
                out.append(character)
        changed = "".join(out)
        return changed if changed != written else self._scrambled_again(written)

    def _scrambled_again(self, written: str) -> str:
        return re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), written)

    def _stream(self, seed: str) -> Any:
        count = 0
        while True:
            yield from bytes.fromhex(_hex(self._digest(f"stand-in:{count}:{seed}")))
            count += 1

    def _person(self, placeholder: str) -> str:
        kind, number, part = _taken_apart(placeholder)
        if kind == "email":
            return f"customer{number}@example.org"
        if kind == "phone":  # Ofcom's numbers for drama: nobody has them
            return f"+44 20 7946 0{number % 1000:03d}"
        if kind == "name":
            first = FIRST_NAMES[(number - 1) % len(FIRST_NAMES)]
            known = self._found.parts.get(f"<name_{number}>")
            whole = f"{first} {FAMILY}" if known else first
            return {"first": first, "last": FAMILY}.get(part, whole)
        written = self._found.parts.get(f"<address_{number}>", ("street",))
        parts = {name: ADDRESS[name].format(n=number) for name in ADDRESS}
        whole = ", ".join(parts[name] for name in ("street", "unit", "city", "postcode") if name in written)
        return parts.get(part, whole or parts["street"]) or parts["city"]


def is_identifier(value: str) -> bool:
    """Whether a field's text is the number or the code of something: no day, no time, no sum."""
    return bool(IDENTIFIER.fullmatch(value)) and (stands_out(value) or (value.isdecimal() and len(value) == 5))


def stands_out(word: str) -> bool:
    """Whether a word is a number or a code by its looks alone: six digits, or three and letters."""
    if sum(map(str.isdecimal, word)) < 3 or DAY_OR_TIME.fullmatch(word):
        return False
    return len(word) >= 6 if word.isdecimal() else not SUM.fullmatch(word)


def _taken_apart(placeholder: str) -> tuple[str, int, str]:
    named, _, part = placeholder[1:-1].partition(".")
    kind, _, number = named.partition("_")
    return kind, int(number), part


def _hex(digest: str) -> str:
    digits = re.sub(r"[^0-9a-f]", "", digest.casefold())
    return digits[: len(digits) // 2 * 2] or "00"
