"""`handrail checks`: files of texts in, what the checks say of them out."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from handrail.channels.cli.main import app
from handrail.conversation.settings import Checks

TENTS = ["You can return unworn items within 30 days of delivery.", "Used tents cannot be returned."]


@pytest.fixture
def ground(tmp_path: Path) -> Any:
    """Run `handrail checks ground` on some rows; returns the run and the rows written, None where there is no file."""
    (tmp_path / "handrail.toml").write_text('[engine]\nkind = "offline"\n')

    def command(*rows: object) -> tuple[Result, list[dict[str, Any]] | None]:
        file, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
        file.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
        told = ["checks", "ground", str(file), "--out", str(out), "--workspace", str(tmp_path)]
        result = CliRunner().invoke(app, told)
        return result, [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else None

    return command


def test_answers_are_judged_by_their_own_evidence_in_their_order(ground: Any) -> None:
    held = {"id": "held", "answer": "Hello! Unworn items can be returned within 30 days.", "evidence": TENTS}
    number = {"id": 7, "answer": "Of course. You can return unworn items within 60 days.", "evidence": TENTS}
    denied = {"id": "denied", "question": "And my tent?", "answer": "Used tents can be returned.", "evidence": TENTS}
    result, rows = ground(held, number, denied, {**held, "id": "bare", "evidence": []})
    assert result.exit_code == 0, result.output
    assert [row["id"] for row in rows] == ["held", 7, "denied", "bare"]
    assert rows[0]["supported"] > Checks().grounded_at > max(row["supported"] for row in rows[1:])
    [missing] = [f for f in rows[1]["findings"] if f["name"] == "number"]
    assert number["answer"][slice(*missing["span"])] == "60"
    assert missing["near"] == TENTS[0]
    [opposite] = [f for f in rows[2]["findings"] if f["name"] == "unsupported"]
    assert opposite["near"] == TENTS[1]
    assert denied["answer"][slice(*opposite["span"])] == denied["answer"]


def test_every_bad_row_is_named_and_nothing_is_written(ground: Any) -> None:
    good = {"id": "a", "answer": "Yes.", "evidence": []}
    result, rows = ground(good, "{broken", {"id": "b", "evidence": []}, {**good, "id": "c", "evidence": "text"}, good)
    assert result.exit_code == 1
    assert rows is None
    for said in ("in.jsonl:2: ", "in.jsonl:3: answer", "in.jsonl:4: evidence", "in.jsonl:5: the id 'a'"):
        assert said in result.output
    assert "in.jsonl:1:" not in result.output


def test_a_long_file_is_written_whole(ground: Any) -> None:
    rows = [
        {"id": str(n), "answer": f"Item {n} costs {n} pounds.", "evidence": [f"Item {n} costs {n}."]}
        for n in range(600)
    ]
    result, told = ground(*rows)
    assert result.exit_code == 0, result.output
    assert [row["id"] for row in told] == [row["id"] for row in rows]
