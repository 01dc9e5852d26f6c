"""Which line of an order a customer means."""

import re
from collections.abc import Sequence

from handrail.agent.tools import Refusal

from .records import Line


def pick_line(lines: Sequence[Line], product: str | None, order_id: str) -> Line:
    """The one line that `product` names, in the customer's words; without it, the only line.

    Refuses with the names to choose from where none or several fit.
    """
    names = tuple(line.name for line in lines)
    if product is None and len(lines) == 1:
        return lines[0]
    exact = [line for line in lines if product and product.casefold() in (line.name.casefold(), line.sku.casefold())]
    fitting = exact or [line for line in lines if product and _fits(product, line)]
    if len(fitting) == 1:
        return fitting[0]
    if product is None or fitting:
        raise Refusal("which_item", f"Which item of order {order_id} is it?", alternatives=names)
    raise Refusal("not_in_order", f"I can't find {product} in order {order_id}.", alternatives=names)


def _fits(product: str, line: Line) -> bool:
    wanted, has = _words(product), _words(line.name)
    return bool(wanted) and all(any(word.startswith(part) for word in has) for part in wanted)


def _words(text: str) -> set[str]:
    words = re.findall(r"[a-z0-9]+", text.casefold())
    return {word.removesuffix("s") if len(word) > 3 else word for word in words if word not in ("the", "my", "a", "of")}
