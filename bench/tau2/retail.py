"""The tools of the online shop, by the effects and errors that its `tools.json` tells in words."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from bench.tau2.store import Record, Refused, Store, calculate, method_of

ORIGINAL_ONLY = "the method must be the one the order was paid with, or a gift card"


class Retail:
    """The tools, each a method of its name."""

    additive = frozenset[str]()
    """Writes that only add."""
    repeatable = frozenset({"cancel_pending_order", "modify_pending_order_address", "modify_user_address"})
    """Writes that change nothing more when they are called again."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def find_user_id_by_email(self, email: str) -> str:
        return self._find(lambda user: user["email"].lower() == email.lower())

    def find_user_id_by_name_zip(self, first_name: str, last_name: str, zip: str) -> str:  # noqa: A002 - its name
        name = (first_name.lower(), last_name.lower())
        return self._find(
            lambda user: (
                (user["name"]["first_name"].lower(), user["name"]["last_name"].lower()) == name
                and user["address"]["zip"] == zip
            )
        )

    def get_user_details(self, user_id: str) -> Record:
        return self.store.get("users", user_id)

    def get_order_details(self, order_id: str) -> Record:
        return self.store.get("orders", order_id)

    def get_product_details(self, product_id: str) -> Record:
        return self.store.get("products", product_id)

    def get_item_details(self, item_id: str) -> Record:
        for product in self.store.kinds["products"].values():
            if item_id in product["variants"]:
                variant: Record = product["variants"][item_id]
                return variant
        raise Refused("there is no such item")

    def list_all_product_types(self) -> dict[str, str]:
        return dict(sorted((p["name"], p["product_id"]) for p in self.store.kinds["products"].values()))

    def calculate(self, expression: str) -> str:
        return calculate(expression)

    def transfer_to_human_agents(self, summary: str) -> str:
        return "Transfer successful"

    def cancel_pending_order(self, order_id: str, reason: str) -> Record:
        order = self._order(order_id, "pending")
        if reason not in ("no longer needed", "ordered by mistake"):
            raise Refused("the reason must be 'no longer needed' or 'ordered by mistake'")
        refunds = [_entry("refund", paid["amount"], paid["payment_method_id"]) for paid in order["payment_history"]]
        for refund in refunds:
            self._move(self._method(order, refund["payment_method_id"]), refund["amount"])
        order["payment_history"].extend(refunds)
        order.update(status="cancelled", cancel_reason=reason)
        return order

    def modify_pending_order_address(self, order_id: str, **address: str) -> Record:
        order = self._order(order_id, "pending", "pending (item modified)")
        order["address"] = address
        return order

    def modify_pending_order_payment(self, order_id: str, payment_method_id: str) -> Record:
        order = self._order(order_id, "pending", "pending (item modified)")
        new = self._method(order, payment_method_id)
        paid = order["payment_history"]
        if len(paid) != 1 or paid[0]["transaction_type"] != "payment":
            raise Refused("the order must have exactly one payment")
        old, amount = paid[0]["payment_method_id"], paid[0]["amount"]
        if old == payment_method_id:
            raise Refused("the new method is the one that paid already")
        self._expect_covers(new, amount)
        paid.extend((_entry("payment", amount, payment_method_id), _entry("refund", amount, old)))
        self._move(new, -amount)
        self._move(self._method(order, old), amount)
        return order

    def modify_pending_order_items(
        self, order_id: str, item_ids: Sequence[str], new_item_ids: Sequence[str], payment_method_id: str
    ) -> Record:
        order = self._order(order_id, "pending")
        swaps = self._swaps(order, item_ids, new_item_ids)
        if any(old["item_id"] == new["item_id"] for old, new in swaps):
            raise Refused("the new item must be another than the old one")
        difference, method = _difference(swaps), self._method(order, payment_method_id)
        self._expect_covers(method, difference)
        kind = "payment" if difference > 0 else "refund"
        order["payment_history"].append(_entry(kind, abs(difference), payment_method_id))
        self._move(method, -difference)
        for old, new in swaps:
            old.update(item_id=new["item_id"], price=new["price"], options=new["options"])
        order["status"] = "pending (item modified)"
        return order

    def return_delivered_order_items(self, order_id: str, item_ids: Sequence[str], payment_method_id: str) -> Record:
        order = self._order(order_id, "delivered")
        method = self._method(order, payment_method_id)
        if payment_method_id != order["payment_history"][0]["payment_method_id"] and method["source"] != "gift_card":
            raise Refused(ORIGINAL_ONLY)
        self._taken(order, item_ids)
        order.update(
            status="return requested", return_items=sorted(item_ids), return_payment_method_id=payment_method_id
        )
        return order

    def exchange_delivered_order_items(
        self, order_id: str, item_ids: Sequence[str], new_item_ids: Sequence[str], payment_method_id: str
    ) -> Record:
        order = self._order(order_id, "delivered")
        difference = _difference(self._swaps(order, item_ids, new_item_ids))
        self._expect_covers(self._method(order, payment_method_id), difference)
        order.update(
            status="exchange requested",
            exchange_items=sorted(item_ids),
            exchange_new_items=sorted(new_item_ids),
            exchange_payment_method_id=payment_method_id,
            exchange_price_difference=difference,
        )
        return order

    def modify_user_address(self, user_id: str, **address: str) -> Record:
        user = self.store.get("users", user_id)
        user["address"] = address
        return user

    def _find(self, fits: Any) -> str:
        for id_, user in self.store.kinds["users"].items():
            if fits(user):
                return id_
        raise Refused("there is no such user")

    def _order(self, order_id: str, *statuses: str) -> Record:
        order = self.store.get("orders", order_id)
        if order["status"] not in statuses:
            raise Refused(f"the order is {order['status']}, not {statuses[0]}")
        return order

    def _method(self, order: Record, payment_id: str) -> Record:
        return method_of(self.store.get("users", order["user_id"]), payment_id)

    def _expect_covers(self, method: Record, amount: float) -> None:
        if method["source"] == "gift_card" and method["balance"] < amount:
            raise Refused("the gift card's balance is too low")

    def _move(self, method: Record, amount: float) -> None:
        if method["source"] == "gift_card":
            method["balance"] = round(method["balance"] + amount, 2)

    def _taken(self, order: Record, item_ids: Sequence[str]) -> list[Record]:
        """The items of an order that a list names, as often as it does."""
        if Counter(item_ids) - Counter(item["item_id"] for item in order["items"]):
            raise Refused("an item is not in the order that often")
        left = list(order["items"])
        taken = []
        for item_id in item_ids:
            item = next(item for item in left if item["item_id"] == item_id)
            left = [other for other in left if other is not item]
            taken.append(item)
        return taken

    def _swaps(self, order: Record, old_ids: Sequence[str], new_ids: Sequence[str]) -> list[tuple[Record, Record]]:
        """Each item of the order with the variant that takes its place."""
        old = self._taken(order, old_ids)
        if len(old_ids) != len(new_ids):
            raise Refused("there must be as many new items as old ones")
        swaps = []
        for item, new_id in zip(old, new_ids, strict=True):
            new = self.store.get("products", item["product_id"])["variants"].get(new_id)
            if new is None or not new["available"]:
                raise Refused("a new item is unknown, of another product or out of stock")
            swaps.append((item, new))
        return swaps


def _difference(swaps: Sequence[tuple[Record, Record]]) -> float:
    difference = float(sum(new["price"] - old["price"] for old, new in swaps))
    return round(difference, 2)


def _entry(kind: str, amount: float, payment_id: str) -> Record:
    return {"transaction_type": kind, "amount": amount, "payment_method_id": payment_id}
