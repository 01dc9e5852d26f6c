"""Contact data as stable placeholders: a model sees `<email_1>`, tools and customers the address itself.

A postal address has parts too (`<address_1.city>`), for tools that take it in pieces.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from handrail.guardrails.contact import REGIONS, contacts
from handrail.guardrails.postal import parts_of

PLACEHOLDER = re.compile(r"<(?:(?:email|phone)_\d+|address_\d+(?:\.[a-z]+)?)>")

WHOLE = frozenset({"unit", "city", "state", "postcode"})
"""Parts that an address has which is more than a street."""


class Placeholders:
    """The placeholders of one conversation. Numbers are given in order of first appearance and never change.

    Two spellings of the same address or number share one placeholder, which reveals the first spelling. The first line
    of an address that is known as a whole is a part of that one.
    """

    def __init__(self, regions: Sequence[str] = REGIONS) -> None:
        self._regions = tuple(regions)
        self._names: dict[tuple[str, str], str] = {}
        self._values: dict[str, str] = {}
        self._parts: dict[str, tuple[str, ...]] = {}

    @classmethod
    def of(cls, texts: Iterable[str], regions: Sequence[str] = REGIONS) -> "Placeholders":
        """The placeholders of a conversation, from its texts from old to new."""
        made = cls(regions)
        for text in texts:
            made.hide(text)
        return made

    @property
    def values(self) -> Mapping[str, str]:
        """What each placeholder stands for."""
        return dict(self._values)

    @property
    def addresses(self) -> Mapping[str, tuple[str, ...]]:
        """The parts of each postal address that is more than a street, by its placeholder (`<address_1>`)."""
        return {name: parts for name, parts in self._parts.items() if not WHOLE.isdisjoint(parts)}

    def unknown(self, value: Any) -> tuple[str, ...]:
        """The placeholders in `value` (a text or nested JSON) that stand for nothing in this conversation."""
        found: list[str] = []
        _mapped(value, lambda text: found.extend(m[0] for m in PLACEHOLDER.finditer(text) if m[0] not in self._values))
        return tuple(dict.fromkeys(found))

    def hide(self, text: str) -> str:
        """`text` with every e-mail address, phone number and postal address replaced; new ones get the next number."""
        out, last = [], 0
        for contact in contacts(text, self._regions):
            out += [
                text[last : contact.start],
                self._name(contact.kind, contact.key, text[contact.start : contact.end]),
            ]
            last = contact.end
        out.append(text[last:])
        return "".join(out)

    def hide_all(self, value: Any) -> Any:
        """`hide` for every string inside nested JSON."""
        return _mapped(value, self.hide)

    def reveal(self, value: Any) -> Any:
        """`value` (a text or nested JSON) with every placeholder of this conversation replaced; unknown ones stay."""
        return _mapped(value, lambda text: PLACEHOLDER.sub(lambda m: self._values.get(m[0], m[0]), text))

    def _name(self, kind: str, key: str, written: str) -> str:
        name = self._names.get((kind, key))
        if name is None:
            number = 1 + sum(1 for (known, _), given in self._names.items() if known == kind and "." not in given)
            name = f"<{kind}_{number}>"
            self._names[kind, key] = name
            self._values[name] = written
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
    if isinstance(value, Mapping):
        return {name: _mapped(part, change) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(part, change) for part in value]
    return value
