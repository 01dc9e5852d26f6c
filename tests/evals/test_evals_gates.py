"""Gates: read as people write them, and held to what a run came to."""

import pytest
from evals_runs import kept

from handrail.conversation.errors import SettingsError
from handrail.conversation.settings import load
from handrail.evals.gates import gate, judge
from handrail.evals.suite import report_of

REPORT = report_of(kept("a", {f"c{n}": (n < 10, [n < 8]) for n in range(20)}))


@pytest.mark.parametrize(
    ("text", "passed", "told"),
    [
        ("escalation.recall >= 0.8", True, "it is 0.800"),
        ("escalation.recall>0.8", False, "it is 0.800"),
        ("escalation.recall.low >= 0.8", False, "it is 0.490"),
        ("escalation.precision.high <= 1", True, "it is 1.000"),
        ("  right   >=  0.95 ", False, "right >= 0.95: it is 0.900"),
        ("right < 0.95", True, ""),
        ("cost <= 1", False, "can't be told"),
        ("citations >= 0.1", False, "can't be told"),
        ("pass^3 >= 0.1", False, "can't be told"),
        ("channel=email:right >= 0.1", False, "can't be told"),
        ("No regression beyond noise", None, "no run to compare with"),
    ],
)
def test_a_run_is_held_to_its_gates(text, passed, told):
    (judged,) = judge([gate(text)], REPORT)
    assert judged.passed is passed
    assert told in judged.told


@pytest.mark.parametrize(
    "text",
    [
        "",
        "right",
        "recall >= 0.9",
        "right >= much",
        "right = 1",
        "pass^0 > 0",
        "channel:right > 0",
        "tagger=kim:cost < 1",
    ],
)
def test_what_is_no_gate_is_told_how_one_is_written(text):
    with pytest.raises(SettingsError, match=r"is no gate: write `figure >= number`.*escalation\.recall"):
        gate(text)


def test_the_settings_hold_gates(tmp_path):
    (tmp_path / "handrail.toml").write_text('[evals]\ngates = ["right >= 0.9"]\n')
    assert load(tmp_path, {}).evals.gates == ("right >= 0.9",)
