"""Whether a colleague must approve a write of a foreign system: its terms held against arguments and records."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from handrail.agent.sources.paths import NOWHERE, at
from handrail.conversation.sources import Approval

RECORD = "record."


def compared(approval: Approval, given: Mapping[str, Any], records: Sequence[Any]) -> dict[str, list[Any]]:
    """What stands at each path of `above`: of a path into the record, in every record that the write is done to."""
    return {
        path: [at(record, path.removeprefix(RECORD)) for record in records]
        if path.startswith(RECORD)
        else [at(given, path)]
        for path in approval.above
    }


def reason(approval: Approval, found: Mapping[str, Sequence[Any]]) -> str:
    """Why a colleague must approve it; empty where nobody has to. `found` are the values by `compared`."""
    if not approval.above:
        return approval.reason
    # Where there is no record at all, there is nothing that says it is small.
    within = all(values and all(_within(v, approval.above[path]) for v in values) for path, values in found.items())
    return "" if within else approval.reason


def plain(found: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """The same for the facts that the approval rests on."""
    shown = {path.removeprefix(RECORD): [None if v is NOWHERE else v for v in values] for path, values in found.items()}
    return {name: values[0] if len(values) == 1 else values for name, values in shown.items()}


def _within(value: Any, limit: Decimal) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return False
    # A refund may be written as less than nothing.
    return number.is_finite() and abs(number) <= limit
