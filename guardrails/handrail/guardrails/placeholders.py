"""Contact data as stable placeholders: a model sees `<email_1>`, tools and customers the address itself."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from handrail.guardrails.contact import REGIONS, contacts

PLACEHOLDER = re.compile(r"<(?:email|phone|address)_\d+>")


class Placeholders:
    """The placeholders of one conversation. Numbers are given in order of first appearance and never change.

    Two spellings of the same address or number share one placeholder, which reveals the first spelling.
    """

    def __init__(self, regions: Sequence[str] = REGIONS) -> None:
        self._regions = tuple(regions)
        self._names: dict[tuple[str, str], str] = {}
        self._values: dict[str, str] = {}

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
            number = 1 + sum(1 for known, _ in self._names if known == kind)
            name = f"<{kind}_{number}>"
            self._names[kind, key] = name
            self._values[name] = written
        return name


def _mapped(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _mapped(part, change) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(part, change) for part in value]
    return value
