"""`handrail route` and `handrail search`: files in, where texts belong and what answers them out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from handrail.channels.cli.main import app

SHOWN = [
    {"text": text, "intent": intent}
    for intent, texts in {
        "parcel": ("where is my parcel", "has my order been shipped", "track my delivery"),
        "refund": ("I want my money back", "when will I be refunded", "the refund has not arrived"),
        "hours": ("when do you open", "are you open on sunday", "what are your opening hours"),
    }.items()
    for text in texts
]

Ran = tuple[Result, list[dict[str, Any]] | None]


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., Ran]:
    """Run a command on rows; returns the run and the rows written, None where there is no file."""
    (tmp_path / "handrail.toml").write_text('[engine]\nkind = "offline"\n')

    def run(name: str, rows: list[object], **files: list[object]) -> Ran:
        given = {}
        for file, lines in {"in": rows, **files}.items():
            given[file] = tmp_path / f"{file}.jsonl"
            given[file].write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in lines))
        out = tmp_path / "out.jsonl"
        options = [part for file in files for part in (f"--{file}", str(given[file]))]
        told = [name, str(given["in"]), *options, "--out", str(out), "--workspace", str(tmp_path)]
        result = CliRunner().invoke(app, told)
        return result, [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else None

    return run


def test_texts_are_routed_in_their_order(command: Callable[..., Ran]) -> None:
    texts = ["has my parcel been sent", "please give me my money back", "how late are you open", "who won the derby"]
    result, rows = command("route", [{"id": n, "text": text} for n, text in enumerate(texts)], examples=SHOWN)
    assert result.exit_code == 0, result.output
    assert rows is not None
    assert [row["id"] for row in rows] == [0, 1, 2, 3]
    assert [row["intent"] for row in rows[:3]] == ["parcel", "refund", "hours"]
    assert min(row["in_scope"] for row in rows[:3]) > 0.5 > rows[3]["in_scope"]


def test_bad_examples_and_bad_texts_are_named(command: Callable[..., Ran]) -> None:
    result, rows = command("route", [{"id": 1, "text": "hello"}], examples=[*SHOWN, {"text": "x"}, "{broken"])
    assert (result.exit_code, rows) == (1, None)
    assert "examples.jsonl:10: intent" in result.output
    assert "examples.jsonl:11: " in result.output
    result, rows = command("route", [{"id": 1, "text": "hello"}, {"id": 1, "text": "x"}], examples=SHOWN)
    assert (result.exit_code, rows) == (1, None)
    assert "in.jsonl:2: the id 1 is on line 1 already" in result.output


KB: list[object] = [
    {"id": f"{inn}-{n}", "text": text, "inn": f"{inn} Inn", "page": n}
    for inn in ("Kestrel", "Bramble", "Osprey")
    for n, text in enumerate(("Breakfast is served until ten.", "Parking costs six pounds a day.", "No dogs, please."))
]


def line(role: str, text: str) -> dict[str, str]:
    return {"role": role, "text": text}


def test_conversations_find_what_answers_their_last_line(command: Callable[..., Ran]) -> None:
    talk = [
        line("customer", "A room at the Bramble, please."),
        line("agent", "Booked."),
        line("customer", "Can I park?"),
    ]
    asked = [
        {"id": 1, "turns": talk},
        {"id": "b", "turns": [*talk, line("agent", "One moment.")]},
        {"id": "c", "turns": [line("customer", "Who won the derby in 1995?")]},
        {"id": "d", "turns": [line("agent", "Hello, how can I help?")]},
    ]
    result, rows = command("search", asked, kb=KB)
    assert result.exit_code == 0, result.output
    assert rows is not None
    assert [row["id"] for row in rows] == [1, "b", "c", "d"]
    assert [row["passages"][0]["id"] for row in rows[:2]] == ["Bramble-1", "Bramble-1"]
    scores = [passage["score"] for passage in rows[0]["passages"]]
    assert scores == sorted(scores, reverse=True)
    assert rows[0]["relevant"] > rows[2]["relevant"]
    assert rows[3] == {"id": "d", "passages": [], "relevant": 0.0}


def test_bad_passages_and_conversations_are_named(command: Callable[..., Ran]) -> None:
    asked = {"id": 1, "turns": [line("customer", "Can I park?")]}
    result, rows = command("search", [asked], kb=[*KB, {"id": "x"}, {"id": "Kestrel-0", "text": "Twice."}])
    assert (result.exit_code, rows) == (1, None)
    assert "kb.jsonl:10: text" in result.output
    assert "kb.jsonl:11: the id 'Kestrel-0' is on line 1 already" in result.output
    result, rows = command("search", [{"id": 1, "turns": []}], kb=KB)
    assert (result.exit_code, rows) == (1, None)
    assert "in.jsonl:1: turns" in result.output
