"""Results in plain words, with a template and without."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from agent_businesses import CLINIC
from pydantic import BaseModel

from handrail.agent.models.offline.rendering import render
from handrail.agent.models.readable import label, scalar

PLAIN = replace(CLINIC[0], template="")


def shown(value: Any, template: str = "", timezone: str = "Europe/Berlin") -> str:
    return render(replace(PLAIN, template=template), value, timezone)


class Invoice(BaseModel):
    invoice_id: str
    total: Decimal
    currency: str
    paid_at: str | None = None


def test_a_template_is_filled_in_and_what_is_missing_left_out():
    template = "Order {order_id} is {state}, expected by {expected}, total {total}."
    value = {"order_id": "W1", "state": "on_its_way", "expected": "2026-06-20", "total": 12.5}
    assert shown(value, template) == "Order W1 is on its way, expected by Saturday, 20 June 2026, total 12.50."
    assert shown({**value, "expected": None}, template) == "Order W1 is on its way, total 12.50."


def test_a_list_is_told_line_by_line():
    rows = [{"id": "A1", "when": "2026-06-20T10:00:00Z"}, {"id": "A2", "when": "2026-06-21T10:00:00+00:00"}]
    assert shown(rows, "{id} on {when}") == (
        "- A1 on Saturday, 20 June 2026 at 12:00\n- A2 on Sunday, 21 June 2026 at 12:00"
    )


def test_without_a_template_fields_are_named():
    invoice = Invoice(invoice_id="I7", total=Decimal("1200.5"), currency="EUR")
    assert shown(invoice) == "Invoice I7, total €1,200.50."


def test_an_envelope_is_opened():
    assert shown({"count": 2, "items": [{"name": "boots"}, {"name": "socks"}]}) == "- Name boots\n- Name socks"


@pytest.mark.parametrize("value", [None, [], {}])
def test_nothing_says_nothing(value: Any):
    assert shown(value) == ""


def test_a_message_speaks_for_itself():
    assert shown({"message": "Your booking is moved.", "id": 3}) == "Your booking is moved."


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("price", 12, "12.00"),
        ("total_cents", 1250, "12.50"),
        ("refund", "-3.5", "-3.50"),
        ("weight", 1.50, "1.5"),
        ("state", "in_transit", "in transit"),
        ("open", True, "yes"),
        ("day", "2026-02-30", "2026-02-30"),
        ("note", "  two\n lines ", "two lines"),
    ],
)
def test_values_are_put_as_people_write_them(name: str, value: Any, text: str):
    assert scalar(name, value, "UTC") == text


def test_fields_are_named_in_words():
    assert [label(name) for name in ("order_id", "placedAt", "free_places", "id")] == [
        "order",
        "placed",
        "free places",
        "id",
    ]
