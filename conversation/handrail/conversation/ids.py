"""Identifiers: sortable by time, safe in a URL, not to be guessed."""

import secrets
from datetime import datetime

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(now: datetime) -> str:
    """Return a fresh identifier of 26 characters: 48 bits of milliseconds, 80 random bits (ULID, in lower case)."""
    number = int(now.timestamp() * 1000) << 80 | secrets.randbits(80)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -5, -5))
