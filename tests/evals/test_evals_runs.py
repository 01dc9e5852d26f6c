"""Runs that are kept: what they are of, going on with them after a kill, and what they may spend."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from evals_logs import case, ended, handed, heard, log, said

from handrail.conversation.errors import Conflict, Invalid
from handrail.conversation.events import Packet, PacketLine
from handrail.conversation.settings import Engine, load
from handrail.evals import keeping
from handrail.evals.budget import Budget, estimate
from handrail.evals.identity import identity
from handrail.evals.suite import report_of
from handrail.evals.trace import Trace

CASES = [case("first", escalate=True), case("second", escalate=False)]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "business"
    (folder / "policies").mkdir(parents=True)
    (folder / "handrail.toml").write_text('[engine]\nkind = "offline"\n')
    (folder / "policies" / "hours.md").write_text("---\nid: hours\n---\n\nWe are open.\n")
    return folder


def mark(workspace: Path, cases=CASES, **more):
    return identity(cases, load(workspace, {}), "replay", **more)


def trace(reason: str = "legal", **more) -> Trace:
    shown = Packet(lines=(PacketLine(topic="wants", text="their money", evidence=("seq:2",)),))
    return Trace(
        tuple(log(heard("my lawyer"), said("I see."), handed(reason), ended("handed_over", **more))),
        shown,
        ("it is open",),
    )


def test_the_same_is_the_same(workspace):
    assert mark(workspace) == mark(workspace)
    assert mark(workspace).key == mark(workspace).key


@pytest.mark.parametrize(
    ("file", "text", "name"),
    [
        ("handrail.toml", '[engine]\nkind = "offline"\nmodel = "other"\n', "settings"),
        ("policies/hours.md", "We are closed.", "policies"),
        ("policies/new.md", "And more.", "policies"),
    ],
)
def test_what_a_figure_depends_on_is_in_the_identity(workspace, file, text, name):
    before = mark(workspace)
    (workspace / file).write_text(text)
    assert before.differences(mark(workspace)) == (name,)


def test_cases_epochs_and_the_moment_are_in_it_and_the_place_is_not(workspace, tmp_path):
    before = mark(workspace)
    assert before.differences(mark(workspace, CASES[:1])) == ("cases", "data")
    assert before.differences(mark(workspace, epochs=2)) == ("epochs",)
    assert before.differences(mark(workspace, now=datetime(2026, 1, 1, tzinfo=UTC))) == ("now",)
    workspace.rename(tmp_path / "elsewhere")
    assert mark(tmp_path / "elsewhere") == before


def test_a_fitted_confidence_counts_by_what_is_in_it(workspace):
    (workspace / "handrail.toml").write_text('[checks]\nconfidence = "c.json"\n')
    (workspace / "c.json").write_text("1")
    before = mark(workspace)
    (workspace / "c.json").write_text("2")
    assert before.differences(mark(workspace)) == ("settings",)


def test_what_was_kept_is_read_as_it_was(workspace, tmp_path):
    kept = keeping.begin(tmp_path, mark(workspace), CASES)
    kept.add(("first", 0), trace())
    kept.add(("second", 0), None, "Invalid: no such customer")
    kept.end(whole=True)
    again = keeping.read(kept.folder)
    assert again.cases == tuple(CASES)
    assert again.traces["first", 0].packet == trace().packet
    assert again.traces["first", 0].state == ("it is open",)
    assert [event.data for event in again.traces["first", 0].log] == [event.data for event in trace().log]
    assert [event.at for event in again.traces["first", 0].log] == [event.at for event in trace().log]
    assert again.broken == {("second", 0): "Invalid: no such customer"}
    assert again.about.ended is not None
    report = report_of(again)
    assert (report.escalation.tp, report.broken) == (1, {"second": "Invalid: no such customer"})


def test_only_the_owner_may_read_it(workspace, tmp_path):
    kept = keeping.begin(tmp_path, mark(workspace), CASES)
    kept.add(("first", 0), trace())
    assert kept.folder.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in kept.folder.iterdir())


def test_a_line_that_was_cut_off_is_not_read_and_spoils_no_other(workspace, tmp_path):
    kept = keeping.begin(tmp_path, mark(workspace), CASES)
    kept.add(("first", 0), trace())
    kept.end(whole=False)
    with (kept.folder / keeping.TRACES).open("a") as file:
        file.write('{"case": "second", "ep')
    going_on = keeping.unfinished(tmp_path, mark(workspace))
    assert set(going_on.traces) == {("first", 0)}
    going_on.add(("second", 0), trace())
    going_on.end(whole=True)
    assert set(keeping.read(kept.folder).traces) == {("first", 0), ("second", 0)}
    assert keeping.unfinished(tmp_path, mark(workspace)) is None


def test_two_do_not_go_on_with_the_same_run(workspace, tmp_path):
    kept = keeping.begin(tmp_path, mark(workspace), CASES)
    with pytest.raises(Conflict, match="another process"):
        keeping.unfinished(tmp_path, mark(workspace))
    kept.end(whole=False)
    assert keeping.unfinished(tmp_path, mark(workspace)) is not None


def test_another_identity_is_another_run(workspace, tmp_path):
    keeping.begin(tmp_path, mark(workspace), CASES).end(whole=False)
    assert keeping.unfinished(tmp_path, mark(workspace, epochs=3)) is None


def test_runs_are_found_by_name_part_and_place(workspace, tmp_path):
    first, second = (keeping.begin(tmp_path, mark(workspace), CASES) for _ in range(2))
    assert keeping.find(tmp_path, "last").name == second.name
    assert keeping.find(tmp_path, "last~1").name == first.name
    assert keeping.find(tmp_path, str(first.folder)).name == first.name
    assert keeping.find(tmp_path, first.name[:16]).name == first.name
    for wrong in ("last~2", "nothing", first.name[-6:]):
        with pytest.raises(Invalid, match=r"there is no run|several runs"):
            keeping.find(tmp_path, wrong)


def test_a_folder_that_holds_no_run_is_said(tmp_path):
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(Invalid, match="no run that can be read"):
        keeping.read(tmp_path)


def talks(folder: Path, n: int) -> Path:
    file = folder / "talks.jsonl"
    turns = [{"role": "customer", "text": f"Where is my parcel, it is late by {k} days"} for k in range(12)]
    tags = [{"escalate": False, "by": "kim", "at": "2026-05-04"}]
    file.write_text("".join(json.dumps({"id": f"t{k}", "turns": turns, "tags": tags}) + "\n" for k in range(n)))
    return file


def test_a_run_outlives_the_kill_of_its_process(workspace, tmp_path):
    data = talks(tmp_path, 400)
    command = [
        sys.executable, "-c", "from handrail.channels.cli.main import main; main()", "evals", "run",
        "--mode", "recorded",
        "--workspace", str(workspace), "--data", str(data), "--json", str(tmp_path / "report.json"),
    ]  # fmt: skip
    runs = workspace / ".handrail" / "runs"
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not any(file.stat().st_size > 20_000 for file in runs.glob(f"*/{keeping.TRACES}")):
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    (name,) = keeping.names(runs)
    before = keeping.read(runs / name)
    assert 0 < len(before.traces) < 400
    assert before.about.ended is None
    done = subprocess.run([*command, "--resume"], capture_output=True, text=True, check=True)
    assert f"going on with {name}: {len(before.traces)} of 400 are done" in done.stderr
    assert keeping.names(runs) == [name]
    after = keeping.read(runs / name)
    assert (len(after.traces), len(json.loads((tmp_path / "report.json").read_text())["played"])) == (400, 400)
    assert {key: after.traces[key] for key in before.traces} == before.traces


def test_a_budget_holds_back_what_would_pass_it():
    budget, begun = Budget(1.0), 0
    while budget.begin():
        budget.end(trace(cost=0.3))
        begun += 1
    assert begun == 3
    assert budget.spent == pytest.approx(0.9)


def test_a_budget_counts_what_is_running():
    budget = Budget(1.0)
    budget.add(trace(cost=0.4))
    assert budget.begin()
    assert not budget.begin()


def test_no_budget_holds_nothing_back():
    budget = Budget()
    budget.add(trace(cost=1e9))
    assert budget.begin()


def test_the_estimate_goes_by_a_run_before_and_else_by_the_most(workspace):
    engine = Engine(kind="openai", price_in=1, price_out=2, prompt_tokens=2000)
    assert estimate(CASES, 3, engine) == pytest.approx(3 * 2 * 2 * (2000 + 300 * 2) / 1e6)
    assert estimate(CASES, 3, engine, [trace(cost=0.01), trace(cost=0.03)]) == pytest.approx(3 * 2 * 0.02)
