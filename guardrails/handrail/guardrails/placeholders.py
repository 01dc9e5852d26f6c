"""Personal data as stable placeholders: a model sees `<email_1>` and `<name_1>`, tools and customers the thing itself.

An address and a name have parts too (`<address_1.city>`, `<name_1.first>`), for tools that take them in pieces.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from handrail.conversation.sections import PHONE_REGIONS
from handrail.guardrails.contact import contacts, dialled
from handrail.guardrails.naming import Names
from handrail.guardrails.person import Person, people, recorded
from handrail.guardrails.postal import parts_of

PLACEHOLDER = re.compile(r"<(?:(?:email|phone)_\d+|(?:address|name)_\d+(?:\.[a-z]+)?)>")

BARE = re.compile(r"(?<![\w.,+\-])\d{7,15}(?![\w%]|[.,\-]\d)")
"""A run of digits that is a phone number only where that number is known."""

WHOLE = frozenset({"unit", "city", "state", "postcode"})
"""Parts that an address has which is more than a street."""


class Placeholders:
    """The placeholders of one conversation. Numbers are given in order of first appearance and never change.

    Two spellings of the same address, number or name share one placeholder, which reveals the first spelling. The first
    line of an address that is known as a whole is a part of that one. E-mail and postal addresses and phone numbers are
    known by their looks; a name is hidden once it was told (`meet`), stood in a record (`hide_all`) or was given
    (`add_name`).
    """

    def __init__(self, regions: Sequence[str] = PHONE_REGIONS) -> None:
        self._regions = tuple(regions)
        self._names: dict[tuple[str, str], str] = {}
        self._values: dict[str, str] = {}
        self._parts: dict[str, tuple[str, ...]] = {}
        self._people = Names()
        self._phones = False

    @classmethod
    def of(cls, texts: Iterable[str], regions: Sequence[str] = PHONE_REGIONS) -> "Placeholders":
        """The placeholders of a conversation, from its texts from old to new."""
        made = cls(regions)
        for text in texts:
            made.hide(text)
        return made

    @property
    def values(self) -> Mapping[str, str]:
        """What each placeholder stands for."""
        return {**self._values, **self._people.values}

    @property
    def parts(self) -> Mapping[str, tuple[str, ...]]:
        """The parts of each full name, and of each postal address that is more than a street, by placeholder."""
        addresses = {name: parts for name, parts in self._parts.items() if not WHOLE.isdisjoint(parts)}
        return {**addresses, **self._people.parts}

    def unknown(self, value: Any) -> tuple[str, ...]:
        """The placeholders in `value` (a text or nested JSON) that stand for nothing in this conversation."""
        found: list[str] = []
        known = self.values
        _mapped(value, lambda text: found.extend(m[0] for m in PLACEHOLDER.finditer(text) if m[0] not in known))
        return tuple(dict.fromkeys(found))

    def meet(self, line: str, before: str = "") -> None:
        """Take in the names that a customer's line tells; `before` is what was said to them last."""
        for told in people(line, before):
            self._people.add(told.person)

    def add_name(self, name: str) -> None:
        """Take in a name that is known otherwise, as from the customer's record."""
        if person := Person.of(name):
            self._people.add(person)

    def hide(self, text: str) -> str:
        """`text` with every e-mail address, phone number, postal address and known name replaced; new ones of the
        first three get the next number."""
        out, last = [], 0
        for contact in contacts(text, self._regions):
            name = self._name(contact.kind, contact.key, text[contact.start : contact.end])
            out += [self._known(text[last : contact.start]), name]
            last = contact.end
        out.append(self._known(text[last:]))
        return "".join(out)

    def hide_all(self, value: Any) -> Any:
        """`hide` for every string inside nested JSON; fields that are made for names tell some."""
        for person in recorded(value):
            self._people.add(person)
        return _mapped(value, self.hide)

    def reveal(self, value: Any) -> Any:
        """`value` (a text or nested JSON) with every placeholder of this conversation replaced; unknown ones stay."""
        known = self.values
        return _mapped(value, lambda text: PLACEHOLDER.sub(lambda m: known.get(m[0], m[0]), text))

    def _known(self, text: str) -> str:
        """`text`, which has no contact data by its looks, without what is known by now: a bare number, a name."""
        if self._phones and BARE.search(text):
            text = BARE.sub(lambda m: self._names.get(("phone", dialled(m[0], self._regions) or ""), m[0]), text)
        return self._people.hide(text)

    def _name(self, kind: str, key: str, written: str) -> str:
        name = self._names.get((kind, key))
        if name is None:
            number = 1 + sum(1 for (known, _), given in self._names.items() if known == kind and "." not in given)
            name = f"<{kind}_{number}>"
            self._names[kind, key] = name
            self._values[name] = written
            self._phones = self._phones or kind == "phone"
            if kind == "address":
                self._take_apart(name, written)
        return name

    def _take_apart(self, name: str, written: str) -> None:
        parts = parts_of(written)
        self._parts[name] = tuple(parts)
        for part, value in parts.items():
            self._values[f"{name[:-1]}.{part}>"] = value
        if street := parts.get("street"):
            self._names.setdefault(("address", " ".join(street.casefold().split())), f"{name[:-1]}.street>")


def _mapped(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, list | tuple):
        return [_mapped(part, change) for part in value]
    if isinstance(value, Mapping):
        return {name: _mapped(part, change) for name, part in value.items()}
    return value
