"""The customer's own account: `profile`, `change_contact`."""

from datetime import date
from typing import Annotated, Any

from psycopg.errors import UniqueViolation
from pydantic import AfterValidator, BaseModel

from handrail.agent.tools import Context, Preview, Refusal, tool

from .customers import email_address, phone_number
from .systems import Connection, Shop, customer, lookup, once
from .words import pounds

RULE = "account-details"
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
    examples=[
        "what details do you have on me",
        "what's my phone number on file",
        "which e-mail address is in my account",
        "how many points do I have",
        "what is my gift card balance",
        "which address is in my account",
        "how long have I been a customer",
    ],
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
    examples=[
        "change my e-mail address",
        "I have a new phone number",
        "update my mobile number",
        "update my contact details",
        "use another e-mail for my account",
    ],
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
