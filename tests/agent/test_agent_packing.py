"""Records as a table: shorter, and nothing is lost."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handrail.agent.models.packing import packed
from handrail.agent.sources.cutting import cut
from handrail.knowledge.tokens import count

LEG = {"flight_number": "F1", "date": "2026-06-20", "seats": {"economy": 9}, "prices": {"economy": 105, "first": 496}}


def size(value: Any) -> int:
    return count(json.dumps(value, separators=(",", ":")))


def unpacked(value: Any) -> Any:
    """What was packed, as it was."""
    if isinstance(value, dict) and set(value) == {"columns", "rows"}:
        return _records(value["columns"], value["rows"])
    if isinstance(value, dict):
        return {name: unpacked(part) for name, part in value.items()}
    return [unpacked(part) for part in value] if isinstance(value, list) else value


def _records(columns: list[str], rows: Any) -> Any:
    if isinstance(rows, dict):
        return {name: _records(columns, row) for name, row in rows.items()}
    if rows and len(rows) == len(columns) and not all(isinstance(row, list) for row in rows):
        return _record(columns, rows)
    return [_records(columns, row) for row in rows]


def _record(columns: list[str], row: list[Any]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for column, part in zip(columns, row, strict=True):
        *parents, last = column.split(".")
        at = record
        for parent in parents:
            at = at.setdefault(parent, {})
        at[last] = unpacked(part)
    return record


def test_fields_are_named_once() -> None:
    assert packed([LEG, LEG, LEG]) == {
        "columns": ["flight_number", "date", "seats.economy", "prices.economy", "prices.first"],
        "rows": [["F1", "2026-06-20", 9, 105, 496]] * 3,
    }


def test_records_by_ids_and_trips_of_legs_are_tables_too() -> None:
    variants = {f"v{n}": {"item_id": f"v{n}", "options": {"colour": "red", "size": n}} for n in range(20)}
    product = {"name": "Mug", "variants": variants}
    assert size(packed(product)) < 0.7 * size(product)
    assert unpacked(packed(product)) == product
    trips = [[LEG, LEG], [LEG], []]
    assert packed(trips)["rows"][1] == [["F1", "2026-06-20", 9, 105, 496]]
    assert unpacked(packed(trips)) == trips


def test_what_is_no_table_stays_as_it_is() -> None:
    for value in ({"a": 1}, [LEG, LEG], [1, 2, 3], [LEG, {"other": 1}, LEG], {"x": LEG, "y": 2}, [], {}, None, "text"):
        assert packed(value) == value
    tricky = [{"a.b": 1, "a": {"b": 2}}] * 3
    assert packed(tricky) == {"columns": ["a.b", "a"], "rows": [[1, {"b": 2}]] * 3}


def test_a_table_that_is_cut_names_what_is_left_out() -> None:
    trips = [[{**LEG, "flight_number": f"F{n}"}, {**LEG, "flight_number": f"G{n}"}] for n in range(40)]
    kept = cut(trips, 400, packed)
    shown = len(kept["items"]["rows"])
    assert 2 < shown < 40 and size(kept) <= 400
    assert kept["left_out"].startswith(f"{40 - shown} more: F{shown}+G{shown}, ")


FIELD = st.one_of(st.integers(), st.text(max_size=5), st.fixed_dictionaries({"x": st.integers(), "y": st.booleans()}))


@given(st.lists(st.fixed_dictionaries({"id": st.integers(), "one": FIELD, "two": FIELD}), max_size=8))
def test_nothing_is_lost(records: list[dict[str, Any]]) -> None:
    assert unpacked(packed(records)) == records
    table = {f"k{n}": record for n, record in enumerate(records)}
    assert unpacked(packed(table)) == table
