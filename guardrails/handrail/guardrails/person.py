"""Names of people: where a customer tells their own or another's, and what a name's parts are."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from handrail.guardrails.text import packaged

WORD = r"[^\W\d_](?:[^\W\d_]|['’\-](?=[^\W\d_]))*"
CAPITAL = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-Ž]")
NEXT = re.compile(rf"[ \t]+(?P<word>[A-Z]\.(?= )|{WORD}(?![\w@]|\.\w))")
FIRST = re.compile(rf"[\s\"'“‘:(*_]{{0,8}}(?P<word>{WORD})(?![\w@]|\.\w|\d)")
ENDS = re.compile(
    r"[ \t]*(?:$|[\n.,;:!?)\-–—]|(?:here|speaking|from|and|again|calling|writing|with|at)\b)", re.IGNORECASE
)
NO_ENDS = ("ed", "ing", "ly", "tion", "sion", "ment", "ness")
"""How words in small letters end that are hardly names."""
CALL = 40
"""Characters before a name in which a call stands: "estimada"."""
LONGEST = 4
"""Words of a name; a sentence that goes on is none."""
ASKED = re.compile(r"\bname\b[^.!\n]{0,80}\?|\b(?:what|tell|give|need|enter)\b[^.?!\n]{0,60}\bname\b", re.IGNORECASE)
GIVEN = frozenset({"firstname", "givenname", "forename"})
FAMILY = frozenset({"lastname", "surname", "familyname"})
FULL = frozenset(
    {"fullname", "customername", "passengername", "guestname", "recipient", "recipientname", "accountholder"}
    | {"cardholder", "cardholdername", "holdername", "contactname", "patientname", "clientname", "billingname"}
)
"""Fields of records that hold names, without marks and in lower case."""


@dataclass(frozen=True, slots=True)
class Person:
    """A name and its parts; `last` is empty where one word is all that is known."""

    first: str
    last: str = ""

    @property
    def whole(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}".strip()

    @classmethod
    def of(cls, name: str) -> "Person | None":
        """A name's parts: the last begins at its particle ("de la Cruz"), else with the last word. None for no name."""
        words = [w for w in name.split() if re.match(WORD, w)]
        if not words or len(words) > LONGEST + 2:
            return None
        if len(words) == 1:
            return cls(words[0])
        at = next((i for i, w in enumerate(words[1:-1], 1) if w.lower() in _words("particles")), len(words) - 1)
        return cls(" ".join(words[:at]), " ".join(words[at:]))


@dataclass(frozen=True, slots=True)
class Told:
    """A name in a text and where it stands."""

    person: Person
    start: int
    end: int


@lru_cache(maxsize=4096)
def people(text: str, before: str = "") -> tuple[Told, ...]:
    """The names that a customer's line tells, from left to right: "my name is …", "this is …", "Regards, …".

    `before` is what was said to the customer last: a line that answers "what is your name?" may be nothing but one.
    """
    found: list[Told] = []
    for cues, surely in (("told", True), ("hinted", False), ("closers", False)):
        for cue in _cues(cues).finditer(text):
            told = _name_at(text, cue.end(), surely=surely, ends=cues != "told" and not _titled(cue[0]))
            if told and (cues != "closers" or _signs(told, cue[0], text)):
                _add(found, told)
    for lead in _leads().finditer(text):
        told = _name_at(text, lead.start("name"), surely=False, ends=False)
        if told and told.end >= lead.end("name"):
            _add(found, told)
    if not found and ASKED.search(before) and len(text.split()) <= LONGEST:
        told = _name_at(text, 0, surely=True, ends=True)
        if told and not text[told.end :].strip(" .,!"):
            found.append(told)
    return tuple(sorted(found, key=lambda t: t.start))


def recorded(value: Any) -> Iterator[Person]:
    """The names in the fields of a record that are made for names, at any depth."""
    if isinstance(value, Mapping):
        fields = {name: v for k, v in value.items() if isinstance(v, str) and (name := _field(k)) and v.strip()}
        if fields:
            yield from _fielded(fields)
        value = value.values()
    elif not isinstance(value, list | tuple):
        return
    for part in value:
        if isinstance(part, dict | list | tuple):
            yield from recorded(part)


def _fielded(fields: Mapping[str, str]) -> Iterator[Person]:
    first = next((fields[k].strip() for k in GIVEN if k in fields), "")
    last = next((fields[k].strip() for k in FAMILY if k in fields), "")
    if first or last:
        yield Person(first or last, last if first else "")
    for key in FULL & fields.keys():
        if person := Person.of(fields[key]):
            yield person


@lru_cache(maxsize=1024)
def _field(key: Any) -> str:
    """A record's field without marks and in lower case, where it is made for names; empty for any other."""
    name = re.sub(r"[\W_]", "", str(key)).lower()
    return name if name in GIVEN | FAMILY | FULL else ""


def is_word(name: str) -> bool:
    """Whether a name is a word as well, so that it is one only where it is told, signed or called: Will, May, Green."""
    low = name.lower()
    return len(low) < 3 or low in _words("both") or low in _words("not_names") or low in _words("particles")


def is_called(text: str, start: int, end: int) -> bool:
    """Whether what stands at this place of a text is told, signed or called, and so a name."""
    return bool(_before().search(text[max(0, start - CALL) : start])) or any(
        t.start <= start and end <= t.end for t in people(text)
    )


def _name_at(text: str, at: int, *, surely: bool, ends: bool) -> Told | None:
    """The name that begins here; where that is not sure, it must be written with capitals and not be another word."""
    first = FIRST.match(text, at)
    if first is None:
        return None
    words, start, end = [first["word"]], first.start("word"), first.end("word")
    capitals = bool(CAPITAL.match(words[0]))
    if not _may_be(words[0], surely=surely, capital=capitals):
        return None
    while len(words) <= LONGEST and (more := NEXT.match(text, end)):
        word = more["word"]
        particle = word.lower() in _words("particles") and NEXT.match(text, more.end()) is not None
        plain = word.lower() in _words("not_names") or (not capitals and is_word(word))
        if not particle and (plain or (capitals and not CAPITAL.match(word)) or (not capitals and len(words) > 1)):
            break
        words.append(word)
        end = more.end()
    if words[-1].lower() in _words("particles") and len(words) > 1:
        end -= len(words.pop()) + 1
    alone = len(words) == 1
    if ends and alone and not ENDS.match(text, end):
        return None
    person = Person.of(" ".join(words))
    return Told(person, start, start + len(text[start:end].rstrip())) if person else None


def _may_be(word: str, *, surely: bool, capital: bool) -> bool:
    low = word.lower()
    if low in _words("not_names") or len(word) < 2 or (word.isupper() and not surely):
        return False
    return capital or (surely and not is_word(word) and not low.endswith(NO_ENDS))


def _signs(told: Told, closer: str, text: str) -> bool:
    """Whether nothing follows a name that stands as a signature: on its own line, else in the text."""
    rest = text[told.end :]
    return not (rest.split("\n", 1)[0] if "\n" in closer else rest).strip(" \t\n.,!-–—)*")


def _titled(cue: str) -> bool:
    return bool(re.fullmatch(r"(?:mrs?|ms|miss|herr|frau|monsieur|madame|señora?)\.?", cue.strip(), re.IGNORECASE))


def _add(found: list[Told], told: Told) -> None:
    if all(told.end <= f.start or f.end <= told.start for f in found):
        found.append(told)


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(packaged("person.toml")[name].split())


@cache
def _cues(name: str) -> re.Pattern[str]:
    listed = "|".join(packaged("person.toml")[name])
    if name == "closers":
        opens, shuts = r"(?:^|(?<=[.!?,;\n]))[ \t]{0,8}", r"[ \t]{0,8}(?:[,.!\-–—]{1,3}\s{0,8}|\n\s{0,8})"
        return re.compile(rf"{opens}(?:{listed}){shuts}", re.IGNORECASE)
    return re.compile(rf"(?<![\w'’])(?:{listed})(?![\w'’])(?=[\s:\"“])", re.IGNORECASE)


@cache
def _leads() -> re.Pattern[str]:
    listed = "|".join(packaged("person.toml")["leads"])
    return re.compile(rf"(?:^|(?<=[.!,\n]))[ \t]{{0,8}}(?P<name>{WORD}(?: {WORD})?) (?:{listed})", re.IGNORECASE)


@cache
def _before() -> re.Pattern[str]:
    listed = "|".join(packaged("person.toml")["calls"])
    return re.compile(rf"(?:^|[^\w])(?:{listed})[ ,]{{1,4}}$", re.IGNORECASE)
