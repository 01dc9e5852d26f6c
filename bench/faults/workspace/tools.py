"""The tools of the workspace: they speak with the ledger over HTTP, as an adopter's would with their system."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
from pydantic import BaseModel

from handrail.agent.tools import Context, Id, Person, Preview, Refusal, WorkspaceInfo, tool

TIMEOUT = 3.0
Payment = Annotated[str, Id(r"P\d{6}", of="payment_id")]


class Receipt(BaseModel):
    """What the ledger did."""

    receipt: str
    item: str
    amount: int


class Status(BaseModel):
    """How a payment stands."""

    payment_id: str
    amount: int
    stands: str


@asynccontextmanager
async def lifespan(workspace: WorkspaceInfo) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the ledger."""
    async with httpx.AsyncClient(base_url=os.environ["LEDGER_URL"], timeout=TIMEOUT) as client:
        yield client


async def find_customer(resources: Any, claim: Mapping[str, str]) -> Person | None:
    """Every customer number is somebody's."""
    known = claim.get("customer_id", "")
    return Person(id=known, name="Sam") if known.startswith("C") else None


async def _payment(ctx: Context, payment_id: str) -> dict[str, Any]:
    answer = await ctx.resources.get("/payments", params={"payment": payment_id})
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


async def _do(ctx: Context, kind: str, item: str, amount: int) -> Receipt:
    assert ctx.deadline is not None
    call = {
        "key": ctx.idempotency_key, "kind": kind, "customer": ctx.customer.id, "item": item, "amount": amount,
        "deadline": ctx.deadline.timestamp(),
    }  # fmt: skip
    answer = await ctx.resources.post("/effects", json=call)
    answer.raise_for_status()
    return Receipt.model_validate(answer.json())


async def _find(ctx: Context, item: str) -> Receipt | None:
    answer = await ctx.resources.get("/effects", params={"key": ctx.idempotency_key, "item": item})
    answer.raise_for_status()
    found = answer.json()["found"]
    return Receipt.model_validate(found) if found else None


async def _preview_refund(ctx: Context, payment_id: str) -> Preview:
    payment = await _payment(ctx, payment_id)
    if payment["refunded"]:
        raise Refusal("refunded", f"Payment {payment_id} was refunded before.", rule="refunds")
    summary = f"Refund payment {payment_id} of £{payment['amount']} to the card"
    return Preview(summary, facts={"amount": payment["amount"]}, rule="refunds")


async def _find_refund(ctx: Context, payment_id: str) -> Receipt | None:
    return await _find(ctx, payment_id)


@tool(
    effect="write",
    identity="verified",
    preview=_preview_refund,
    lookup=_find_refund,
    timeout=TIMEOUT,
    examples=["please refund my payment P100200", "I want my money back for P100200"],
    template="Payment {item} is refunded: £{amount}, receipt {receipt}",
)
async def refund_payment(ctx: Context, payment_id: Payment) -> Receipt:
    """Refund a payment in full to the card it was made with.

    payment_id: the number of the payment, P and six digits
    """
    return await _do(ctx, "refund", payment_id, (await _payment(ctx, payment_id))["amount"])


async def _preview_gift(ctx: Context, voucher_id: str) -> Preview:
    return Preview(f"Send gift voucher {voucher_id} to your friend", rule="points")


@tool(
    effect="write",
    identity="verified",
    preview=_preview_gift,
    timeout=TIMEOUT,
    examples=["send the gift voucher V100200 to my friend"],
    template="Gift voucher {item} is sent, receipt {receipt}",
)
async def send_voucher(ctx: Context, voucher_id: Annotated[str, Id(r"V\d{6}", of="voucher_id")]) -> Receipt:
    """Send a gift voucher to the customer's friend.

    voucher_id: the number of the voucher, V and six digits
    """
    return await _do(ctx, "voucher", voucher_id, 1)


@tool(
    effect="read",
    identity="verified",
    timeout=TIMEOUT,
    examples=["how does my payment P100200 stand"],
    template="Payment {payment_id} of £{amount}: {stands}",
)
async def payment_status(ctx: Context, payment_id: Payment) -> Status:
    """Tell how a payment stands.

    payment_id: the number of the payment, P and six digits
    """
    payment = await _payment(ctx, payment_id)
    return Status(
        payment_id=payment_id,
        amount=payment["amount"],
        stands="it was refunded" if payment["refunded"] else "it was paid",
    )
