"""The records of a business, a fresh copy for each task, and what a task has changed of them."""

import ast
import json
import operator
from collections.abc import Callable, Mapping
from typing import Any

Record = dict[str, Any]
Records = dict[str, Record]
State = dict[str, Records]
"""Records by id by kind: only those that differ from how they were at first."""

ARITHMETIC: Mapping[type[ast.AST], Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


class Refused(Exception):  # noqa: N818 - it is an answer, not a failure
    """A rule of the business says no, and nothing was changed; the message is what its tool answers."""


class Store:
    """The records by kind. Tools change them in place; `changed` tells what came of it."""

    def __init__(self, text: bytes) -> None:
        self.kinds: dict[str, Records] = json.loads(text)
        self._before: dict[str, Records] = json.loads(text)

    def get(self, kind: str, id_: str, called: str = "") -> Record:
        """A record. Raises `Refused` where there is none."""
        record = self.kinds[kind].get(id_)
        if record is None:
            raise Refused(f"there is no such {called or kind.removesuffix('s')}")
        return record

    def changed(self) -> State:
        """What differs from the beginning."""
        return {
            kind: {id_: record for id_, record in records.items() if self._before[kind].get(id_) != record}
            for kind, records in self.kinds.items()
        }


def method_of(user: Record, payment_id: str) -> Record:
    """A payment method of a profile. Raises `Refused` where it holds none such."""
    method: Record | None = user["payment_methods"].get(payment_id)
    if method is None:
        raise Refused("there is no such payment method in the customer's profile")
    return method


def calculate(expression: str) -> str:
    """The value of an arithmetic expression, rounded to two decimals."""
    if not set(expression) <= set("0123456789+-*/(). "):
        raise Refused("the expression holds other characters than digits, + - * / ( ) . and blanks")
    try:
        return str(round(float(_value(ast.parse(expression.strip(), mode="eval").body)), 2))
    except (SyntaxError, ArithmeticError, KeyError) as error:
        raise Refused("the expression can't be worked out") from error


def _value(node: ast.AST) -> float:
    match node:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.BinOp():
            return ARITHMETIC[type(node.op)](_value(node.left), _value(node.right))
        case ast.UnaryOp():
            return ARITHMETIC[type(node.op)](_value(node.operand))
    raise SyntaxError("no arithmetic")
