"""The lines of an order, as customers and tools name them: `W10003-2` is the second line of order W10003."""

from collections.abc import Sequence
from typing import Annotated

from handrail.agent.tools import Id, Refusal

from .records import Line

ItemId = Annotated[str, Id(r"W\d{5}-\d{1,2}", of="item_id")]


def item_id(order_id: str, line: Line) -> str:
    """The id of a line."""
    return f"{order_id}-{line.number}"


def pick_line(lines: Sequence[Line], item: str, order_id: str) -> Line:
    """The line that `item` names. Refuses, with the lines there are, where the order has no such one."""
    for line in lines:
        if item_id(order_id, line) == item:
            return line
    names = tuple(f"{line.name} ({item_id(order_id, line)})" for line in lines)
    raise Refusal("not_in_order", f"There is no item {item} in order {order_id}.", alternatives=names)
