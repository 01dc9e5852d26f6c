"""The tutorial, typed as it stands, on chats that look like its spreadsheet."""

import csv
import json
import random
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from handrail.channels.cli.main import app

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
ASK = ("How long do I have to return a {}?", "When will my {} arrive?", "Is the {} in stock?", "Can I change my {}?")
FINE = ("Thanks, that helps.", "Good to know. Does that cost anything?", "Okay, and how do I pack it?")
UPSET = ("Nobody answers me, this is ridiculous.", "I have waited two weeks. Unacceptable!", "You are not listening!")
CALLS = ("Let me talk to a real person now.", "I want to speak to a manager.", "Can somebody please just call me?")
THINGS = ("tent", "jacket", "rucksack", "stove")
CHATS = 60


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", TUTORIAL.read_text(), re.MULTILINE | re.DOTALL)


def spreadsheet(file: Path) -> None:
    """Chats of one's own, under the headings of the tutorial."""
    chance = random.Random(4)
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(blocks("csv")[0].splitlines()[0].split(","))
        for number in range(CHATS):
            needed = number % 3 == 0
            said = [chance.choice(ASK).format(chance.choice(THINGS)), chance.choice(UPSET if needed else FINE)]
            said += [chance.choice(CALLS)] if needed and chance.random() < 0.8 else []
            for line in said:
                rows.writerow([f"c{number}", "Customer", line, "yes" if needed else "no", "mira", "2026-11-02"])
                rows.writerow([f"c{number}", "Agent", "Let me look into that.", "", "", ""])


def test_the_tutorial_works_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    spreadsheet(tmp_path / "chats.csv")
    told: dict[str, str] = {}
    for block in blocks("console"):
        for command in block.splitlines():
            arguments = shlex.split(command.removeprefix("$ handrail "))
            done = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
            assert done.exit_code == 0, f"{command}\n{done.output}"
            told[" ".join(arguments[:2])] = done.output
        if "calibrate" in block:
            with (tmp_path / "shop" / "handrail.toml").open("a") as settings:
                settings.write("\n" + blocks("toml")[0])
    assert f"{CHATS} conversations, {CHATS} of them tagged" in told["evals import"]
    assert "escalation recall" in told["evals run"]
    assert "Out of fold" in told["evals calibrate"]
    assert json.loads((tmp_path / "shop" / "confidence.json").read_text())
    assert tomllib.loads((tmp_path / "shop" / "handrail.toml").read_text())["checks"]
    assert "<svg" in (tmp_path / "report.html").read_text()
    assert f"{CHATS} cases in both" in told["evals compare"]
