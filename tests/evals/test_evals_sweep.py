"""Variants of the settings side by side."""

import json
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from handrail.channels.cli.main import app
from handrail.conversation.errors import Invalid
from handrail.conversation.settings import Engine, Settings
from handrail.evals.sweep import Tried, Variant, laid_over, read_variants, undominated

TWO = """
[[variant]]
name = "as it is"

[[variant]]
name = "sooner"
settings = { checks = { handover_at = 0.3, offer_at = 0.2 } }
"""


def file(folder: Path, text: str) -> Path:
    path = folder / "variants.toml"
    path.write_text(text)
    return path


def test_variants_are_laid_over_the_settings_table_by_table(tmp_path: Path) -> None:
    first, second = read_variants(file(tmp_path, TWO))
    settings = Settings(engine=Engine(model="m", api_key=SecretStr("k")), workspace=tmp_path)
    assert laid_over(settings, first) == settings
    other = laid_over(settings, second)
    assert (other.checks.handover_at, other.checks.grounded_at) == (0.3, settings.checks.grounded_at)
    assert other.engine == settings.engine


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[variant", "can't be read as TOML"),
        ('[[variant]]\nname = "alone"', "at least 2"),
        ('[[variant]]\nname = "a"\n[[variant]]\nname = "a"', "two variants 'a'"),
        ('[[variant]]\nname = "a"\n[[variant]]\nname = "b"\nsetting = {}', "variant.1.setting"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        read_variants(file(tmp_path, text))


def test_a_setting_that_cannot_be_names_its_variant(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"variant 'b': checks.handover_at: .*less than or equal to 1"):
        laid_over(Settings(), Variant(name="b", settings={"checks": {"handover_at": 2}}))
    with pytest.raises(Invalid, match=r"variant 'c': check: "):
        laid_over(Settings(), Variant(name="c", settings={"check": {}}))


class Ran:
    """As much of a variant that was run as is compared."""

    def __init__(self, name: str, right: float, spent: float) -> None:
        self.variant, self.right, self.spent = Variant(name=name), right, spent


def test_whoever_is_as_right_for_less_beats_the_others() -> None:
    ran = [Ran("dear", 0.9, 3), Ran("cheap", 0.7, 1), Ran("worse", 0.7, 2), Ran("best", 0.9, 2), Ran("same", 0.9, 2)]
    assert undominated(cast("list[Tried]", ran)) == ("cheap", "best", "same")


def test_the_command_runs_every_variant_and_tells_what_differs(tmp_path: Path) -> None:
    (tmp_path / "handrail.toml").write_text('[engine]\nkind = "offline"\n')
    (tmp_path / "policies").mkdir()
    said = (
        "Where is my parcel? This is the third time I ask and nobody helps me!",
        "This is terrible, awful service!!!",
    )
    turns = [{"role": "customer", "text": text} for text in said]
    tags = [{"escalate": False, "reason": "upset", "by": "kim", "at": "2026-05-04"}]
    (tmp_path / "talks.jsonl").write_text(json.dumps({"id": "t", "turns": turns, "tags": tags}) + "\n")
    out = tmp_path / "told.json"
    text = TWO + '[[variant]]\nname = "never"\nsettings = { checks = { handover_at = 1, offer_at = 1 } }\n'
    where = ["--workspace", str(tmp_path), "--data", str(tmp_path / "talks.jsonl")]
    told = CliRunner().invoke(
        app,
        ["evals", "sweep", str(file(tmp_path, text)), *where, "--mode", "recorded", "--json", str(out)],
        env={"COLUMNS": "200"},
    )
    assert told.exit_code == 0, told.output
    rows: list[dict[str, Any]] = json.loads(out.read_text())
    assert [row["variant"] for row in rows] == ["as it is", "sooner", "never"]
    assert rows[1]["right"] == 0
    assert rows[1]["p"] == 1  # one case proves nothing
    assert "sooner" in told.output
    assert len({row["run"] for row in rows}) == 3
