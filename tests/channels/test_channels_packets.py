"""`handrail desk packet`: files of transcripts summed up, without a server and without a model."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from handrail.channels.cli.main import app

LATE = {
    "id": "late",
    "turns": [
        {"role": "customer", "text": "@Shop parcel 4711 was due on 3 May and is not here. Where is it?"},
        {"role": "agent", "text": "@me Sorry! It is held at customs in Dover until 12 May. ^KM"},
    ],
    "lang": "en",
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("business")
    (folder / "handrail.toml").write_text("")
    return folder


def run(workspace: Path, rows: list[object], out: Path, *more: str) -> Result:
    file = workspace / "in.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    told = ["desk", "packet", str(file), "--out", str(out), "--workspace", str(workspace), *more]
    return CliRunner().invoke(app, told, env={"COLUMNS": "200"})


def test_transcripts_are_summed_up_in_their_order(workspace: Path, tmp_path: Path) -> None:
    done = run(workspace, [LATE, {"id": 7, "turns": []}], tmp_path / "out.jsonl")
    assert done.exit_code == 0, done.output
    late, empty = (json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    lines = [
        {"text": "The customer says: “parcel 4711 was due on 3 May and is not here. Where is it?”", "evidence": [1]},
        {"text": "The agent said: “It is held at customs in Dover until 12 May.”", "evidence": [2]},
    ]
    lines[0]["text"] = str(lines[0]["text"]).replace("says", "asks")
    assert late == {
        "id": "late",
        "summary": f"{lines[0]['text']} {lines[1]['text']}",
        "lines": lines,
        "dropped": [],
    }
    assert empty == {"id": 7, "summary": "", "lines": [], "dropped": []}
    assert not (workspace / ".handrail").exists()


def test_a_bad_row_is_named_and_nothing_is_written(workspace: Path, tmp_path: Path) -> None:
    bad = {"id": "x", "turns": [{"role": "robot", "text": "hello"}]}
    done = run(workspace, [LATE, bad, LATE], tmp_path / "out.jsonl")
    assert done.exit_code == 1
    assert "in.jsonl:2: turns.0.role" in done.output
    assert "in.jsonl:3: the id 'late' is on line 1 already" in done.output
    assert not (tmp_path / "out.jsonl").exists()


def test_a_model_is_asked_for_only_where_one_is_set(workspace: Path, tmp_path: Path, monkeypatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    done = run(workspace, [LATE], tmp_path / "out.jsonl", "--model")
    assert done.exit_code == 2
    assert "no model is set" in done.output
