"""Fitting confidence to tags: the curve, the thresholds by costs, the bound on missed handoffs, and the command."""

import json
import math
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from handrail.channels.cli.main import app
from handrail.conversation.errors import Invalid, SettingsError
from handrail.conversation.settings import Checks, load
from handrail.evals.calibrate import Heard, _folds, calibrate, conformal, platt, thresholds
from handrail.evals.changes import Flip, decided, flips
from handrail.evals.files import read_suite
from handrail.evals.identity import data_hash
from handrail.guardrails.calibration import Calibration, Costs, Scale, read_calibration
from handrail.guardrails.confidence import Signals, confidence, needs_person
from handrail.guardrails.rails import Rails
from handrail.guardrails.scoring import Said, score

CALM = ("Where can I see my points?", "When do you open on Sundays?", "Thanks, that is all.", "Do you sell tents?")
UPSET = (
    "This is the third time I ask, it is ridiculous and nobody answers!",
    "I am fed up, you keep telling me the same useless thing",
    "Unbelievable, still broken and I want my money back now!!",
)


def heard(n: int, slope: float, level: float) -> list[Heard]:
    """Conversations whose need follows a logistic of their log-odds."""
    chance = random.Random(3)
    logits = [chance.gauss(-1, 2) for _ in range(n)]
    return [Heard(chance.random() < 1 / (1 + math.exp(-(slope * x + level))), x, False, x / 2) for x in logits]


def test_the_curve_that_made_the_tags_is_found() -> None:
    made = heard(4000, 0.6, -0.8)
    slope, level = platt(np.array([h.logit for h in made]), np.array([h.needed for h in made]))
    assert slope == pytest.approx(0.6, abs=0.06)
    assert level == pytest.approx(-0.8, abs=0.1)


def test_a_calibrated_probability_means_what_it_says() -> None:
    told = calibrate(heard(3000, 0.5, -0.5), "", Costs(), 0.1)
    assert told.figures["ece"] < 0.03
    assert told.figures["brier_skill"] > 0.1
    assert sum(b.n for b in told.reliability) == 3000
    assert 0 < told.figures["called"] < told.figures["offered"] < 1


def test_whole_conversations_have_a_scale_of_their_own() -> None:
    scale = calibrate(heard(3000, 0.5, -0.5), "", Costs(), 0.1).conversation
    assert scale.slope == pytest.approx(1, abs=0.1)
    assert scale(0.5) == pytest.approx(1 / (1 + math.exp(0.5)), abs=0.03)
    assert scale.figures["ece"] < 0.03


def test_less_risk_offers_a_person_to_more_customers() -> None:
    made = heard(2000, 1, 0)
    careful, bold = (calibrate(made, "", Costs(offer=0.9), risk).figures["offered"] for risk in (0.02, 0.3))
    assert careful > bold


@given(st.floats(0.1, 50), st.floats(0.1, 50), st.floats(0, 5), st.floats(0, 0.95), st.floats(0, 1))
def test_the_thresholds_choose_what_costs_least(
    missed: float, needless: float, offer: float, declined: float, p: float
) -> None:
    offer_at, handover_at = thresholds(Costs(missed=missed, needless=needless, offer=offer, declined=declined))
    assert 0 <= offer_at <= handover_at <= 1
    costs = {
        "answer": p * missed,
        "offer": offer + p * declined * missed,
        "handover": (1 - p) * needless,
    }
    chosen = "handover" if p >= handover_at else "offer" if p >= offer_at else "answer"
    assert costs[chosen] <= min(costs.values()) + 1e-6


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200), st.floats(0.01, 0.5))
def test_no_more_of_the_needed_lie_under_the_bound_than_the_risk_allows(needed: list[float], risk: float) -> None:
    at = conformal(needed, len(needed), risk)
    if at is None:
        assert 1 / (len(needed) + 1) > risk / 1.000001
    else:
        assert (sum(p < at for p in needed) + 1) / (len(needed) + 1) <= risk + 1e-6


def test_the_bound_of_a_whole_fit_holds_on_conversations_that_were_not_seen() -> None:
    chance = random.Random(19)

    def some(n: int) -> list[Heard]:
        logits = [chance.gauss(-1, 2) for _ in range(n)]
        # Tags that noise runs through: the curve is nearly flat, and the order is all that there is.
        return [Heard(chance.random() < 1 / (1 + math.exp(0.4 - 0.2 * x)), x, False, x) for x in logits]

    missed = []
    for _ in range(60):
        told = calibrate(some(120), "", Costs(offer=2, missed=1), 0.15)
        unseen = [one for one in some(120) if one.needed]
        missed.append(sum(decided(one, told) == "answer" for one in unseen) / len(unseen))
    assert told.held == 0.15
    assert sum(missed) / len(missed) <= 0.15 + 0.02


def test_conversations_of_one_customer_are_fitted_on_together_or_not_at_all() -> None:
    made = heard(400, 0.5, 0)
    groups = [f"C{n % 70}" if n % 3 else "" for n in range(400)]
    folds = _folds(np.array([h.needed for h in made]), groups)
    together = {(group, int(fold)) for group, fold in zip(groups, folds, strict=True) if group}
    assert len(together) == 70
    sizes = np.bincount(folds)
    assert len(sizes) == 5
    assert sizes.max() - sizes.min() <= 16
    assert calibrate([replace(h, group="C1") for h in made[:200]] + made[200:], "", Costs(), 0.1).figures["auroc"] > 0.6


def test_what_a_calibration_changes_is_told_by_conversation() -> None:
    made = [replace(h, id=str(n)) for n, h in enumerate(heard(600, 1, 1))]
    told = calibrate(made, "", Costs(), 0.1)
    now = Checks()
    changed = {flip.id: flip for flip in flips(made, now, told)}
    for one in made:
        before, after = decided(one, now), decided(one, told)
        assert (one.id in changed) == (before != after)
    kinds = {(flip.needed, flip.before, flip.after): flip.better for flip in changed.values()}
    assert kinds[True, "answer", "offer"] is True
    assert kinds[False, "answer", "offer"] is False
    assert Flip("a", True, "offer", "handover").better is True
    assert Flip("a", False, "handover", "offer").better is True
    assert decided(Heard(True, -9, True, 0, called=True), told) == "handover"
    assert decided(Heard(True, -9, True, 0), told) == "offer"


def test_the_bound_holds_on_conversations_that_were_not_seen() -> None:
    chance, missed = random.Random(11), []
    for _ in range(300):
        needed = [chance.betavariate(3, 2) for _ in range(61)]
        at = conformal(needed[:60], 60, 0.2)
        assert at is not None
        missed.append(needed[60] < at)
    assert sum(missed) / 300 <= 0.25


def test_too_few_tags_are_an_error_that_says_how_many_there_are() -> None:
    with pytest.raises(Invalid, match="there are 0 and 30"):
        calibrate([Heard(False, 0.0, False, 0.0)] * 30, "", Costs(), 0.1)


def rows(n: int) -> str:
    chance = random.Random(5)
    told = []
    for number in range(n):
        upset = number % 2 == 0
        lines = [chance.choice(UPSET if upset else CALM) for _ in range(2)]
        turns = [t for line in lines for t in ({"role": "customer", "text": line}, {"role": "agent", "text": "I see."})]
        tag = {"escalate": upset != (number % 11 == 0), "by": "kim", "at": "2026-06-01"}
        told.append({"id": str(number), "turns": turns, "tags": [tag]})
    return "".join(json.dumps(row) + "\n" for row in told)


def test_the_command_writes_a_file_that_the_settings_take(tmp_path: Path) -> None:
    (tmp_path / "handrail.toml").write_text('[engine]\nkind = "offline"\n')
    (tmp_path / "chats.jsonl").write_text(rows(80))
    out = tmp_path / "confidence.json"
    told = ["evals", "calibrate", "--data", str(tmp_path / "chats.jsonl"), "--out", str(out), "-w", str(tmp_path)]
    result = CliRunner().invoke(app, told, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert "80 conversations" in result.output
    assert 'confidence = "confidence.json"' in result.output
    (tmp_path / "handrail.toml").write_text('[checks]\nconfidence = "confidence.json"\n')
    checks = load(tmp_path, {}).checks
    level = read_calibration(out)
    signals = Signals(frustration=0.9, repeats=0.8)
    sure = confidence(signals, checks)
    assert sure.needs_person == pytest.approx(needs_person(signals, level), abs=1e-4)
    assert sure.decision == "handover" if sure.needs_person >= level.handover_at else sure.decision != "handover"


def test_the_command_says_what_came_of_it_on_a_test_and_refuses_one_that_leaks(tmp_path: Path) -> None:
    (tmp_path / "handrail.toml").write_text('[engine]\nkind = "offline"\n')
    parts = [tmp_path / name for name in ("fit.jsonl", "test.jsonl")]
    for seed, part in enumerate(parts):
        chance = random.Random(seed)
        told = [json.loads(row) for row in rows(90).splitlines()]
        for n, talk in enumerate(told):
            noise = " ".join(chance.choices([f"w{k}" for k in range(300)], k=12))
            talk["turns"].append({"role": "customer", "text": noise})
            talk["id"] = f"{part.stem}-{n}"
            if seed == 0:
                talk["customer_id"] = f"C{n % 40}"
        part.write_text("".join(json.dumps(talk) + "\n" for talk in told))
    out = tmp_path / "confidence.json"
    asked = ["evals", "calibrate", "-d", str(parts[0]), "-o", str(out), "-w", str(tmp_path), "--risk", "0.2"]
    done = CliRunner().invoke(app, [*asked, "--test", str(parts[1])], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    assert "0 of 90 conversations of the test are known to the fit" in done.output
    assert "On 90 conversations that nothing was fitted on" in done.output
    assert "conversations of the test go another way" in done.output
    told_ = read_calibration(out)
    assert told_.tested is not None
    assert told_.data_sha256 == data_hash(read_suite(parts[0]).cases)
    assert told_.tested.conversations == 90
    assert told_.version in done.output
    before = out.read_text()
    leaking = CliRunner().invoke(app, [*asked, "--test", str(parts[0])])
    assert leaking.exit_code == 1
    assert "100.0% of the test is known to the fit, and 1.0% may be" in leaking.stderr
    assert out.read_text() == before
    assert CliRunner().invoke(app, [*asked, "--test", str(parts[0]), "--leaks", "1"]).exit_code == 0


def test_a_file_that_is_written_anew_counts_at_once(tmp_path: Path) -> None:
    file, told = tmp_path / "confidence.json", calibrate(heard(100, 1, 0), "", Costs(), 0.2)
    file.write_text(told.model_dump_json())
    before = confidence(Signals(), Checks(confidence=file)).needs_person
    file.write_text(told.model_copy(update={"level": told.level + 2.25}).model_dump_json())
    assert confidence(Signals(), Checks(confidence=file)).needs_person > before


async def test_a_desks_own_scale_moves_what_is_told_of_conversations(tmp_path: Path) -> None:
    told = calibrate(heard(400, 1, 0), "", Costs(), 0.2)
    file = tmp_path / "confidence.json"
    rails, talk = Rails(Checks()), [Said("customer", "No, that is wrong again!"), Said("agent", "Sorry, I can't.")]
    plain = (await score(talk, rails, Checks())).needs_person
    file.write_text(told.model_copy(update={"conversation": Scale(slope=1, level=1, figures={})}).model_dump_json())
    assert (await score(talk, rails, Checks(confidence=file))).needs_person == pytest.approx(
        1 / (1 + math.exp(-(math.log(plain / (1 - plain)) + 1))), abs=1e-3
    )


def test_a_calibration_of_other_weights_is_refused(tmp_path: Path) -> None:
    told = calibrate(heard(100, 1, 0), "", Costs(), 0.2)
    file = tmp_path / "old.json"
    file.write_text(told.model_copy(update={"weights_sha256": "0" * 64}).model_dump_json())
    with pytest.raises(SettingsError, match="other weights"):
        confidence(Signals(), Checks(confidence=file))
    file = tmp_path / "none.json"
    file.write_text("{}")
    with pytest.raises(SettingsError, match="no calibration"):
        confidence(Signals(), Checks(confidence=file))
    assert Calibration.model_validate_json(told.model_dump_json()) == told
