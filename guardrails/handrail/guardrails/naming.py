"""Names that are known, found again wherever they stand in a text."""

import re
from functools import cached_property

from handrail.guardrails.person import Person, is_called, is_word

AROUND = r"(?<![\w@.'’\-/<]){}(?!\w|@|['’\-]\w(?!\b)|\.\w|/\w)"


class Names:
    """The people of one conversation, each under the placeholder that was given first.

    Who is known by one word only and told in full later is one person: `<name_1>` is the full name then, and
    `<name_1.first>` the word.
    """

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}

    def add(self, person: Person) -> None:
        """Take in a name, unless all of it is known."""
        for name, known in self._people.items():
            same = _key(known.whole) == _key(person.whole)
            part = not person.last and _key(person.first) in (_key(known.first), _key(known.last))
            if same or part:
                return
            if not known.last and _key(known.first) in (_key(person.first), _key(person.last)):
                self._people[name] = person
                self.__dict__.pop("_pattern", None)
                return
        self._people[f"<name_{len(self._people) + 1}>"] = person
        self.__dict__.pop("_pattern", None)

    @property
    def values(self) -> dict[str, str]:
        """What each placeholder and part stands for."""
        values = {}
        for name, person in self._people.items():
            values[name] = person.whole
            if person.last:
                values |= {f"{name[:-1]}.first>": person.first, f"{name[:-1]}.last>": person.last}
        return values

    @property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """The parts of each name that has some."""
        return {name: ("first", "last") for name, person in self._people.items() if person.last}

    def hide(self, text: str) -> str:
        """`text` with every known name replaced; a name that is a word as well only where it is told or called."""
        if not self._people:
            return text
        pattern, names = self._pattern
        return pattern.sub(lambda m: names[_key(m[0])] if self._stands(m, text) else m[0], text)

    @cached_property
    def _pattern(self) -> tuple[re.Pattern[str], dict[str, str]]:
        names: dict[str, str] = {}
        for placeholder, value in self.values.items():
            if len(value) > 1:
                names.setdefault(_key(value), placeholder)
        spelt = sorted(names, key=len, reverse=True)
        listed = "|".join(re.escape(each).replace(r"\ ", r"\s+") for each in spelt)
        return re.compile(AROUND.format(f"(?:{listed})"), re.IGNORECASE), names

    def _stands(self, match: re.Match[str], text: str) -> bool:
        if not all(is_word(word) for word in match[0].split()):
            return True
        return match[0][0].isupper() and (len(match[0].split()) > 1 or is_called(text, *match.span()))


def _key(name: str) -> str:
    return " ".join(name.casefold().split())
