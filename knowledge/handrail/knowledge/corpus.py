"""Records of others as passages: a text each, and whatever further fields, whose use is learnt from their values.

A field whose short values many records share, or that looks like a title, names what a record is about (a place, a
product): conversations are matched with it. Other fields of words are read with the text. Numbers, dates, addresses and
the like tell a reader nothing and are left out.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .passages import Passage, Policy

WORDS_OF_A_NAME, LONGEST_NAME = 6, 15
"""How many words the values of a naming field have, at the median and at most."""
LEAST_NAMES = 3
"""A field of fewer values sorts records, it names nothing."""
LEAST_HELD = 0.3
"""The part of the records that must have a naming field."""
LETTERS = re.compile(r"[^\W\d_]{2}")
NO_WORDS = re.compile(r"https?://\S*|[\w.+-]+@[\w.-]+|[\d\W_]*|[0-9a-fA-F-]{16,}|\S*[/|_]\S*|true|false", re.IGNORECASE)
ALWAYS = date.min


@dataclass(frozen=True, slots=True)
class Record:
    """A text with further fields as they came (texts, lists of texts, or anything, which is then not used)."""

    id: str
    text: str
    fields: Mapping[str, object]


def passages(records: Sequence[Record]) -> list[Passage]:
    """Return a passage for each record, in order; they are always in force and may be of any length."""
    values = {
        field: [_texts(record.fields.get(field)) for record in records]
        for field in dict.fromkeys(field for record in records for field in record.fields)
    }
    naming = {field for field, held in values.items() if _names(held)}
    alone = {field for field in naming if max(Counter(v for held in values[field] for v in held).values()) == 1}
    read = [field for field, held in values.items() if any(held) and (field not in naming or field in alone)]
    found = []
    for number, record in enumerate(records):
        names = tuple(dict.fromkeys(name for field in sorted(naming) for name in values[field][number]))
        told = ". ".join(text for field in read for text in values[field][number] if text not in record.text)
        policy = Policy(record.id, "1", told, record.text, ALWAYS, entities=names)
        found.append(Passage(record.id, policy, "", record.text, 0))
    return found


def _texts(value: object) -> tuple[str, ...]:
    """The texts of words in a value."""
    each = value if isinstance(value, list) else [value]
    texts = (" ".join(text.split()) for text in each if isinstance(text, str))
    return tuple(text for text in texts if LETTERS.search(text) and not NO_WORDS.fullmatch(text))


def _names(held: Sequence[tuple[str, ...]]) -> bool:
    """Whether the values of a field, by record, are names."""
    given = [value for values in held for value in values]
    lengths = sorted(len(value.split()) for value in given)
    if not given or sum(map(bool, held)) < LEAST_HELD * len(held) or len(set(given)) < LEAST_NAMES:
        return False
    return lengths[len(lengths) // 2] <= WORDS_OF_A_NAME and lengths[-1] <= LONGEST_NAME
