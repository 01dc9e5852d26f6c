"""Records of one kind as a table: the names of their fields once, instead of with each. Nothing is lost."""

from collections.abc import Mapping, Sequence
from typing import Any

FEWEST = 3
"""Records from which on a table is shorter."""


def packed(value: Any) -> Any:
    """The same value, with every list (or object by ids) of like records as `columns` and `rows`.

    Fields of objects within a record are columns of their own (`prices.economy`). Lists of lists of like records, as of
    trips with their legs, share one row of columns.
    """
    if isinstance(value, Mapping):
        return _table(value) or {name: packed(part) for name, part in value.items()}
    if isinstance(value, list):
        return _table(value) or [packed(part) for part in value]
    return value


def _table(value: Mapping[str, Any] | Sequence[Any]) -> dict[str, Any] | None:
    parts = list(value.values()) if isinstance(value, Mapping) else list(value)
    if nested := bool(parts) and all(isinstance(part, list) for part in parts):
        parts = [record for part in parts for record in part]
    records = [_flat(part) for part in parts if isinstance(part, Mapping)]
    if len(records) < FEWEST or len(records) < len(parts) or len({tuple(sorted(each)) for each in records}) > 1:
        return None
    columns = list(records[0])
    if len(columns) < 2:
        return None
    rows = iter([each[name] for name in columns] for each in records)
    if isinstance(value, Mapping):
        filled: Any = {name: [next(rows) for _ in part] if nested else next(rows) for name, part in value.items()}
    else:
        filled = [[next(rows) for _ in part] for part in value] if nested else list(rows)
    return {"columns": columns, "rows": filled}


def _flat(record: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    plain = not any("." in name for name in record)  # else two fields could come to one name
    for name, part in record.items():
        if isinstance(part, Mapping) and part and plain:
            flat |= _flat(part, f"{before}{name}.")
        else:
            flat[f"{before}{name}"] = packed(part)
    return flat
