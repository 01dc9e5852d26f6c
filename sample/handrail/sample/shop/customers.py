"""Whom a claim points at: `find_customer`, for proving identity; and how contacts are written."""

import re
from collections.abc import Mapping
from typing import Any

from handrail.agent.tools import Person

from .systems import Shop

FIND = """
SELECT DISTINCT c.id, c.name, c.email, c.phone
FROM shop.customers c
LEFT JOIN shop.addresses a ON a.customer_id = c.id
WHERE {conditions} LIMIT 2
"""
CLAIMS = {
    "email": "lower(c.email) = lower(%s)",
    "phone": "c.phone = %s",
    "customer_id": "c.id = upper(%s)",
    "order_id": "EXISTS (SELECT FROM shop.orders o WHERE o.customer_id = c.id AND o.id = upper(%s))",
    "booking_id": "EXISTS (SELECT FROM shop.bookings b WHERE b.customer_id = c.id AND b.id = upper(%s))",
    "postcode": "replace(a.postcode, ' ', '') = replace(upper(%s), ' ', '')",
    "name": "lower(c.name) = lower(%s)",
}
TELLING = ("email", "phone", "customer_id", "order_id", "booking_id", "postcode")
"""Claims that can point at one person; a name alone does not."""


def email_address(text: str) -> str:
    """An e-mail address in lower case. Raises `ValueError` where the text is none."""
    if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+\.[A-Za-z]{2,}", text):
        raise ValueError("this is not an e-mail address")
    return text.lower()


def phone_number(text: str) -> str:
    """A phone number as `+44 7700 900123` is stored: `07700900123`. Raises `ValueError` where the text is none."""
    digits = re.sub(r"[\s().-]", "", text)
    digits = re.sub(r"^(\+44|0044)", "0", digits)
    if not re.fullmatch(r"0\d{9,10}|\+\d{8,15}", digits):
        raise ValueError("this is not a phone number")
    return digits


async def find_customer(resources: Any, claim: Mapping[str, str]) -> Person | None:
    """The one customer whom every part of the claim points at, or None.

    Known parts: email, phone, customer_id, order_id, booking_id, postcode, name.
    """
    given = {name: value.strip() for name, value in claim.items() if name in CLAIMS and value.strip()}
    if "phone" in given:
        try:
            given["phone"] = phone_number(given["phone"])
        except ValueError:
            return None
    if not any(name in TELLING for name in given):
        return None
    shop: Shop = resources
    conditions = " AND ".join(CLAIMS[name] for name in given)
    async with shop.transaction() as connection:
        found = await connection.execute(FIND.format(conditions=conditions), list(given.values()))
        rows = await found.fetchall()
    if len(rows) != 1:
        return None
    row = rows[0]
    return Person(id=row["id"], name=row["name"], email=row["email"], phone=row["phone"])
