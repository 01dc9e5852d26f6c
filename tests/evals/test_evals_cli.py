"""`handrail evals run`: what it prints, writes and exits with."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from evals_logs import case, ended, handed, log
from typer.testing import CliRunner, Result

from handrail.channels.cli import evaluating
from handrail.channels.cli.main import app
from handrail.evals import scorers
from handrail.evals.opinion import Opinion, scores
from handrail.evals.report import Report, report
from handrail.evals.trace import Played, Trace

POLICY = """---
id: hours
title: Opening hours
version: "1"
effective_from: 2024-01-01
---

## When we are open

We are open from Monday to Friday from 9 am to 5 pm.
"""
ASKED = {"purpose": "to be run", "now": "2026-06-15T10:00:00Z", "steps": [{"say": "representative!!"}]}
RIGHT = {**ASKED, "id": "rightly-called", "expected": {"escalate": True}}
WRONG = {**ASKED, "id": "wrongly-called", "expected": {"escalate": False}}
BROKEN = {**ASKED, "id": "broken", "steps": [{"meanwhile": {"customer_id": "C1", "tool": "magic"}}]}
TALK = {
    "id": "talk",
    "turns": [{"role": "customer", "text": "Get me a human being, please"}],
    "tags": [{"escalate": True, "reason": "asked_for_person", "by": "mira", "at": "2026-05-04"}],
}

CALM = [{"role": "customer", "text": "It came, thank you"}]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A business with one policy and no tools."""
    folder = tmp_path_factory.mktemp("business")
    (folder / "handrail.toml").write_text('[engine]\nkind = "offline"\n')
    (folder / "policies").mkdir()
    (folder / "policies" / "hours.md").write_text(POLICY)
    return folder


def write(folder: Path, *records: object) -> Path:
    file = folder / "cases.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    return file


def run(workspace: Path, *arguments: object) -> Result:
    told = [str(argument) for argument in arguments]
    return CliRunner().invoke(app, ["evals", "run", "--workspace", str(workspace), *told], env={"COLUMNS": "200"})


def made(should: bool, *, called: bool) -> Played:
    played = case(escalate=should)
    events = log(handed() if called else ended())
    return Played(played, Trace(tuple(events)), (scorers.escalation(played, events),))


@pytest.fixture
def playing(monkeypatch: pytest.MonkeyPatch):
    """Say what a run comes to, instead of running it."""

    def comes_to(told: Report) -> None:
        async def play(*_: object) -> tuple[Report, None]:
            return told, None

        monkeypatch.setattr(evaluating, "play", play)

    return comes_to


def test_a_run_tells_figures_failures_and_conversations_and_minds_its_gates(workspace, tmp_path, postgres):
    file, out = write(tmp_path, RIGHT, WRONG), tmp_path / "report.json"
    done = run(
        workspace, "--data", file, "--json", out, "--show", "--gate", "escalation.precision >= 0.9",
        "--gate", "escalation.recall >= 1",
        "--database", postgres,
    )  # fmt: skip
    assert done.exit_code == evaluating.FAILED, done.output
    assert "escalation recall" in done.stdout
    assert "✗ wrongly-called" in done.stdout
    assert "none was needed" in done.stdout
    assert "representative!!" in done.stdout
    assert "rightly-called" not in done.stdout
    assert done.stderr.strip() == "escalation.precision >= 0.9: it is 0.500"
    told = json.loads(out.read_text())
    assert told["escalation"]["precision"]["value"] == 0.5
    assert [one["id"] for one in told["played"]] == ["rightly-called", "wrongly-called"]


def test_recorded_lines_need_no_agent(workspace, tmp_path):
    done = run(workspace, "--data", write(tmp_path, TALK), "--mode", "recorded", "--show-all", "--gate", "right >= 1")
    assert done.exit_code == 0, done.output
    assert "checks alone" in done.stdout
    assert "✓ talk" in done.stdout
    assert "a person is called: asked_for_person" in done.stdout


@pytest.mark.parametrize(
    ("played", "gates", "code", "told"),
    [
        ([made(True, called=True)], [], 0, ""),
        (
            [made(True, called=True)],
            ["--gate", "escalation.recall >= 1", "--gate", "escalation.precision>=1", "--gate", "right >= 1"],
            0,
            "",
        ),
        ([made(True, called=False)], [], 0, ""),
        (
            [made(True, called=False)],
            ["--gate", "escalation.recall >= 0.9"],
            3,
            "escalation.recall >= 0.9: it is 0.000",
        ),
        ([made(False, called=True)], ["--gate", "right >= 0.5"], 3, "right >= 0.5: it is 0.000"),
        ([made(False, called=False)], ["--gate", "escalation.recall >= 0.9"], 3, "it can't be told from these cases"),
    ],
)
def test_a_gate_that_is_missed_is_an_exit_code(playing, workspace, tmp_path, played, gates, code, told):
    playing(report(played, {}))
    done = run(workspace, "--data", write(tmp_path, RIGHT), *gates)
    assert done.exit_code == code, done.output
    assert told in done.stderr


def test_cases_that_could_not_be_run_are_an_error_whatever_the_gates(playing, workspace, tmp_path):
    playing(report([made(True, called=True)], {"broken": "Invalid: there is no customer"}))
    done = run(workspace, "--data", write(tmp_path, RIGHT), "--gate", "right >= 1")
    assert done.exit_code == evaluating.BROKEN
    assert "✗ broken could not be run: Invalid: there is no customer" in done.stdout
    assert "right >= 1: it is 0.500" in done.stderr


@pytest.mark.parametrize(
    ("records", "arguments", "code", "told"),
    [
        ([RIGHT, {"id": "x"}], [], 1, "cases.jsonl:2: neither a case"),
        ([RIGHT, RIGHT], [], 1, "there is a case 'rightly-called' already"),
        ([RIGHT], ["--only", "left"], 1, "no case has 'left' in its id"),
        ([], [], 1, "there are no cases to run"),
        ([RIGHT], ["--gate", "rightness > 2"], 2, "is no gate"),
        ([RIGHT], ["--mode", "played"], 2, "--mode"),
        ([RIGHT], ["--now", "2026-06-15T10:00"], 2, "--now"),
    ],
)
def test_what_can_not_be_run_is_said(workspace, tmp_path, records, arguments, code, told):
    done = run(workspace, "--data", write(tmp_path, *records), *arguments)
    assert done.exit_code == code
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_lines_are_skipped_where_that_is_wanted(playing, workspace, tmp_path):
    playing(report([made(True, called=True)], {}))
    done = run(workspace, "--data", write(tmp_path, RIGHT, {"id": "x"}), "--skip-bad")
    assert done.exit_code == 0
    assert "skipped cases.jsonl:2" in done.stderr


def test_only_and_limit_choose_cases(monkeypatch, workspace, tmp_path):
    chosen = []

    async def play(settings, cases, options):
        chosen.append([case.id for case in cases])
        assert settings.database.url is None
        return report([], {}), None

    monkeypatch.setattr(evaluating, "play", play)
    file = write(tmp_path, RIGHT, WRONG, BROKEN)
    run(workspace, "--data", file, "--only", "called")
    run(workspace, "--data", file, "--limit", 1)
    assert chosen == [["rightly-called", "wrongly-called"], ["rightly-called"]]


def test_cases_never_play_in_the_database_that_customers_use(monkeypatch, playing, workspace, tmp_path):
    urls = []

    async def play(settings, cases, options):
        urls.append(settings.database.url and settings.database.url.get_secret_value())
        return report([], {}), None

    monkeypatch.setattr(evaluating, "play", play)
    monkeypatch.setenv("DATABASE_URL", "postgresql://customers")
    run(workspace, "--data", write(tmp_path, RIGHT))
    run(workspace, "--data", write(tmp_path, RIGHT), "--database", "postgresql://scratch")
    assert urls == [None, "postgresql://scratch"]


def test_two_runs_are_compared_by_what_they_are_called(workspace, tmp_path):
    file, runs = write(tmp_path, TALK, {**TALK, "id": "other", "turns": CALM}), tmp_path / "runs"
    recorded = ["--data", file, "--mode", "recorded", "--runs", runs]
    junit, markdown = tmp_path / "junit.xml", tmp_path / "run.md"
    first = run(workspace, *recorded, "--junit", junit, "--markdown", markdown)
    assert "no regression" not in first.stderr
    assert 'name="other"' in junit.read_text()
    assert "Not right: other" in markdown.read_text()
    again = run(workspace, *recorded, "--against", "last", "--gate", "no regression beyond noise")
    assert again.exit_code == 0, again.output
    arguments = ["evals", "compare", "last~1", "last", "--workspace", str(workspace), "--runs", str(runs)]
    told = CliRunner().invoke(app, [*arguments, "--json", str(tmp_path / "told.json")], env={"COLUMNS": "200"})
    assert told.exit_code == 0, told.output
    assert "nothing differs but chance" in told.stdout
    assert json.loads((tmp_path / "told.json").read_text())["flips"] == []
    listed = CliRunner().invoke(app, ["evals", "runs", "--workspace", str(workspace), "--runs", str(runs)])
    assert listed.stdout.count("ended") == 2


def test_a_regression_is_an_exit_code_and_shown_side_by_side(workspace, tmp_path):
    runs = tmp_path / "runs"
    for turns in (TALK["turns"], CALM):
        many = [{**TALK, "id": f"talk-{n}", "turns": turns} for n in range(8)]
        run(workspace, "--data", write(tmp_path, *many), "--mode", "recorded", "--runs", runs)
    arguments = ["evals", "compare", "last~1", "last", "--show", "--workspace", str(workspace), "--runs", str(runs)]
    told = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert told.exit_code == evaluating.FAILED, told.output
    assert "now wrong: talk-0" in told.stderr
    assert "they differ in data" in told.stdout
    side = next(line for line in told.stdout.splitlines() if "Get me a human being" in line)
    assert "It came, thank you" in side


def test_a_gate_by_a_judge_that_was_never_measured_is_warned_of(playing, workspace, tmp_path):
    one = made(True, called=True)
    said = Opinion.model_validate(
        {
            "judge": "openai:j/1", "shown": 1,
            "answers": {"settled": {"lines": [1], "reason": "so", "word": "yes", "percent": 99}},
        }
    )  # fmt: skip
    trace = replace(one.trace, opinion=said)
    playing(report([replace(one, trace=trace, scores=scores(said))], {}))
    done = run(workspace, "--data", write(tmp_path, RIGHT), "--gate", "judge.settled >= 0.5")
    assert done.exit_code == 0, done.output
    assert "judge.settled is held to a gate, and openai:j/1 was never measured" in done.stderr


def test_a_run_that_is_not_there_is_said(workspace, tmp_path):
    told = CliRunner().invoke(
        app, ["evals", "compare", "monday", "last", "-w", str(workspace), "--runs", str(tmp_path)]
    )
    assert told.exit_code == 1
    assert "there is no run named 'monday'" in told.stderr
