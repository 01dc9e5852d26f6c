"""A made-up shop in the form of the benchmark's folders."""

import gzip
import json
from pathlib import Path
from typing import Any

ADDRESS = {"address1": "1 Quay", "address2": "", "city": "Oban", "state": "AR", "country": "UK", "zip": "90001"}
PARAMETERS = {
    "order_id": {"name": "order_id", "type": "string", "description": "order id with its leading '#'"},
    "item_ids": {"name": "item_ids", "type": "array of string", "description": "items to give back"},
    "new_item_ids": {"name": "new_item_ids", "type": "array of string", "description": "what they are swapped for"},
    "payment_method_id": {"name": "payment_method_id", "type": "string", "description": "who pays the difference"},
    "user_id": {"name": "user_id", "type": "string", "description": "user id"},
    "product_id": {"name": "product_id", "type": "string", "description": "product id"},
    "expression": {"name": "expression", "type": "string", "description": "arithmetic"},
    "reason": {"name": "reason", "type": "string", "enum": ["no longer needed", "ordered by mistake"]},
    "summary": {"name": "summary", "type": "string"},
}
TOOLS = {
    "get_user_details": ("read", "Reads a profile.", ["user_id"]),
    "get_order_details": ("read", "Reads one order.", ["order_id"]),
    "get_product_details": ("read", "Reads a product with its variants.", ["product_id"]),
    "calculate": ("generic", "Works out an expression.", ["expression"]),
    "cancel_pending_order": ("write", "Cancels a pending order.", ["order_id", "reason"]),
    "exchange_delivered_order_items": (
        "write", "Asks for an exchange.", ["order_id", "item_ids", "new_item_ids", "payment_method_id"],
    ),
    "modify_pending_order_items": (
        "write", "Swaps items of a pending order.", ["order_id", "item_ids", "new_item_ids", "payment_method_id"],
    ),
    "transfer_to_human_agents": ("generic", "Brings a person.", ["summary"]),
}  # fmt: skip
POLICY = """# Shop policy

We sell mugs. The team is friendly.

## Cancel an order

A pending order can be cancelled. The refund goes to the card it was paid with.

## Exchange

A delivered order can be exchanged once.

### Payment

The difference is paid by a method of the profile.
"""


def database() -> dict[str, Any]:
    """Two customers, one product with three variants, three orders."""
    mug = {
        id_: {"item_id": id_, "options": {"colour": colour}, "available": free, "price": price}
        for id_, colour, free, price in (
            ("m1", "red", True, 10.0),
            ("m2", "blue", True, 12.5),
            ("m3", "green", False, 9),
        )
    }
    card = {"source": "credit_card", "id": "card_1"}
    gift = {"source": "gift_card", "id": "gift_1", "balance": 2.0}
    users = {
        id_: {
            "user_id": id_,
            "name": {"first_name": id_.title(), "last_name": "Reed"},
            "address": ADDRESS,
            "email": f"{id_}@example.com",
            "payment_methods": {"card_1": card, "gift_1": gift},
            "orders": [],
        }
        for id_ in ("ada", "bob")
    }
    orders = {
        id_: {
            "order_id": id_,
            "user_id": user,
            "address": ADDRESS,
            "items": [{"name": "Mug", "product_id": "p1", "item_id": "m1", "price": 10.0, "options": {}}],
            "status": status,
            "fulfillments": [],
            "payment_history": [{"transaction_type": "payment", "amount": 10.0, "payment_method_id": paid}],
        }
        for id_, user, status, paid in (
            ("#A1", "ada", "pending", "gift_1"),
            ("#A2", "ada", "delivered", "card_1"),
            ("#B1", "bob", "pending", "card_1"),
        )
    }
    return {"products": {"p1": {"name": "Mug", "product_id": "p1", "variants": mug}}, "users": users, "orders": orders}


def action(name: str, **arguments: Any) -> dict[str, Any]:
    return {"action_id": "x", "name": name, "arguments": arguments}


def task(id_: str, known: str, *actions: dict[str, Any], told: tuple[str, ...] = ()) -> dict[str, Any]:
    instructions = {"domain": "retail", "reason_for_call": "You want help with your order.", "known_info": known}
    criteria = {
        "actions": actions,
        "communicate_info": told,
        "nl_assertions": ["The agent is kind."],
        "reward_basis": ["DB", "COMMUNICATE", "NL_ASSERTION"],
    }
    return {
        "id": id_,
        "user_scenario": {"persona": None, "instructions": instructions},
        "evaluation_criteria": criteria,
    }


CANCEL = action("cancel_pending_order", order_id="#A1", reason="no longer needed")
SWAP = {"order_id": "#A2", "item_ids": ["m1"], "new_item_ids": ["m2"]}
TASKS = [
    task("cancel", "You are ada.", action("get_user_details", user_id="ada"), CANCEL, told=("10.0",)),
    task(
        "exchange",
        "You are Ada Reed, 90001.",
        action("get_order_details", order_id="#A2"),
        action("exchange_delivered_order_items", **SWAP, payment_method_id="gift_1"),
        action("exchange_delivered_order_items", **SWAP, payment_method_id="card_1"),
        action("calculate", expression="12.5 - 10"),
        told=("2.5",),
    ),
    task("nothing", "Your e-mail is bob@example.com."),
    task(
        "theirs", "You are ada.", action("get_user_details", user_id="ada"), action("get_order_details", order_id="#B1")
    ),
]


def write(root: Path) -> Path:
    """Lay the shop out below `root` as the domain `retail`."""
    folder = root / "retail"
    folder.mkdir()
    tools = [
        {"name": name, "kind": kind, "description": told, "params": [PARAMETERS[one] for one in names]}
        for name, (kind, told, names) in TOOLS.items()
    ]
    (folder / "tools.json").write_text(json.dumps({"tools": tools}))
    (folder / "policy.md").write_text(POLICY)
    (folder / "db.json.gz").write_bytes(gzip.compress(json.dumps(database()).encode()))
    (folder / "tasks.jsonl").write_text("\n".join(json.dumps(one) for one in TASKS))
    return root
