"""Who may be told what: the word for everybody, the word for staff, and `name=value` for what is proven of a customer.

What is told of nobody in particular is told to everybody; what a customer merely says of themselves proves nothing.
"""

from collections.abc import Mapping
from typing import TypeAlias

Audience: TypeAlias = frozenset[str]

PUBLIC, STAFF = "public", "staff"
EVERYBODY: Audience = frozenset((PUBLIC,))
FACT = r"[A-Za-z][A-Za-z0-9_-]{0,39}=[^=\s][^=]{0,99}"
"""A fact as an audience names it: `tier=gold`."""


def audience_of(facts: Mapping[str, str]) -> Audience:
    """What a customer of whom these facts are proven may be told."""
    return EVERYBODY | {f"{name}={value}".casefold() for name, value in facts.items()}
