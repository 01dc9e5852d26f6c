"""Who a customer is: `profile`, `change_contact`, and `find_customer` for proving identity."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from psycopg.errors import UniqueViolation
from pydantic import AfterValidator, BaseModel

from handrail.agent.tools import Context, Person, Preview, Refusal, tool

from .systems import Connection, Shop, customer, lookup, once
from .words import pounds

RULE = "account-details"
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


Email = Annotated[str, AfterValidator(email_address)]
Phone = Annotated[str, AfterValidator(phone_number)]


class Profile(BaseModel):
    """What the shop has on file about its customer."""

    customer_id: str
    name: str
    email: str | None
    phone: str | None
    address: str
    pays_with: str
    waymark_points: int
    gift_card_balance: str
    customer_since: date


class ChangedContact(BaseModel):
    """The contacts on file after a change."""

    email: str | None
    phone: str | None


@tool(
    effect="read",
    identity="verified",
    examples=["what details do you have on me", "how many points do I have", "which address is in my account"],
    template="{name}: e-mail {email}, phone {phone}, address {address}; {waymark_points} Waymark points, gift card "
    "balance {gift_card_balance}.",
)
async def profile(ctx: Context) -> Profile:
    """Show the customer's own account: contacts, address, Waymark points and gift card balance."""
    shop: Shop = ctx.resources
    async with shop.transaction() as connection:
        row = await _account(connection, ctx)
    return Profile(
        customer_id=row["id"],
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
        address=row["address"] or "",
        pays_with=row["paid_with"],
        waymark_points=row["points"],
        gift_card_balance=pounds(row["gift_balance"]),
        customer_since=row["since"],
    )


async def preview_contact(ctx: Context, email: str | None = None, phone: str | None = None) -> Preview:
    """What `change_contact` would do."""
    shop: Shop = ctx.resources
    async with shop.transaction() as connection:
        row = await _account(connection, ctx)
        await _expect_free(connection, ctx, email, phone)
    new = {"e-mail address": (row["email"], email), "phone number": (row["phone"], phone)}
    told = [f"the {what} from {old or 'none'} to {now}" for what, (old, now) in new.items() if now]
    return Preview(
        summary=f"Change {' and '.join(told)} in your account",
        facts={"old_email": row["email"], "old_phone": row["phone"]},
        rule=RULE,
    )


@tool(
    effect="write",
    identity="verified",
    preview=preview_contact,
    lookup=lookup,
    examples=["change my e-mail address", "I have a new phone number", "update my contact details"],
    template="Done: the e-mail address in your account is {email}, the phone number {phone}.",
)
async def change_contact(ctx: Context, email: Email | None = None, phone: Phone | None = None) -> ChangedContact:
    """Change the e-mail address or the phone number of the customer's account.

    email: the new e-mail address
    phone: the new phone number
    """

    async def change(connection: Connection) -> ChangedContact:
        await _expect_free(connection, ctx, email, phone)
        try:
            found = await connection.execute(
                "UPDATE shop.customers SET email = coalesce(%s, email), phone = coalesce(%s, phone) "
                "WHERE id = %s RETURNING email, phone",
                [email, phone, customer(ctx)],
            )
        except UniqueViolation as error:
            raise _taken() from error
        row = await found.fetchone()
        return ChangedContact.model_validate(row)

    return await once(ctx, "change_contact", ChangedContact, change)


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


async def _account(connection: Connection, ctx: Context) -> dict[str, Any]:
    found = await connection.execute(
        "SELECT c.*, a.address FROM shop.customers c LEFT JOIN shop.addresses a ON a.customer_id = c.id "
        "WHERE c.id = %s",
        [customer(ctx)],
    )
    row = await found.fetchone()
    if row is None:
        raise Refusal("not_found", "I can't find your account.")
    return row


async def _expect_free(connection: Connection, ctx: Context, email: str | None, phone: str | None) -> None:
    if email is None and phone is None:
        raise Refusal("nothing_to_change", "Please tell me the new e-mail address or phone number.", rule=RULE)
    found = await connection.execute(
        "SELECT FROM shop.customers WHERE id <> %s AND (lower(email) = lower(%s) OR phone = %s)",
        [customer(ctx), email, phone],
    )
    if found.rowcount:
        raise _taken()


def _taken() -> Refusal:
    return Refusal("not_available", "That contact can't be used for this account; our team can help.", rule=RULE)
