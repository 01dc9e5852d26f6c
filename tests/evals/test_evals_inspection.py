"""Suites as tasks of Inspect: run as its user runs them, and read back from its log."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from evals_logs import log
from inspect_ai.dataset import Sample
from inspect_ai.log import EvalLog, read_eval_log
from inspect_ai.model import ChatMessageAssistant, ChatMessageUser

from handrail.conversation.events import (
    ActionClaimed,
    ActionProposed,
    ActionSucceeded,
    BotSaid,
    Citation,
    CustomerSaid,
    HandoffRequested,
    PersonSaid,
    ToolRan,
)
from handrail.evals.case import Case, Expected, Scenario, Step
from handrail.evals.formats import Options, imported
from handrail.evals.inspection.samples import messages_of, sample_of

POLICY = """---
id: hours
title: Opening hours
version: "1"
effective_from: 2024-01-01
---

## When we are open

We are open from Monday to Friday from 9 am to 5 pm.
"""
MONDAY = "2026-06-15T10:00:00Z"
ASKS = {"id": "asks", "purpose": "a question", "now": MONDAY, "steps": [{"say": "When are you open?"}]}
CASES = (
    {**ASKS, "expected": {"escalate": False, "cites": ["hours"], "says": ["9 am"]}},
    {**ASKS, "id": "wrong", "expected": {"says": ["midnight"]}},
    {**ASKS, "id": "called", "steps": [{"say": "representative!!"}], "expected": {"escalate": True}},
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A business with one policy, no tools and three cases, one of which must fail."""
    folder = tmp_path_factory.mktemp("business")
    (folder / "handrail.toml").write_text("")
    (folder / "policies").mkdir()
    (folder / "policies" / "hours.md").write_text(POLICY)
    (folder / "cases").mkdir()
    (folder / "cases" / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in CASES))
    return folder


def inspect(workspace: Path, task: str, *arguments: str) -> EvalLog:
    """Run `inspect eval` in a workspace, and read its log."""
    ours = ("HANDRAIL_", "OPENAI_", "DATABASE_", "INSPECT_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    command = [Path(sys.executable).with_name("inspect"), "eval", task, "--display", "none", *arguments]
    done = subprocess.run(command, cwd=workspace, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return read_eval_log(str(max((workspace / "logs").glob("*.eval"), key=lambda file: file.stat().st_mtime)))


def figures(log: EvalLog) -> dict[str, dict[str, float]]:
    assert log.status == "success", log.error
    assert log.results is not None
    return {score.name: {name: m.value for name, m in score.metrics.items()} for score in log.results.scores}


def test_the_cases_of_a_workspace_are_played_by_inspect_and_each_score_is_a_figure(workspace: Path) -> None:
    log = inspect(workspace, "handrail/outcomes", "--epochs", "2")
    told = figures(log)
    assert told["escalation"]["mean"] == 1
    assert told["escalation"]["handrail/scored"] == 2
    assert told["citations"]["mean"] == 1
    assert told["facts"]["mean"] == 0.5
    assert {sample.epoch for sample in log.samples or ()} == {1, 2}
    asked = next(sample for sample in log.samples or () if sample.id == "asks")
    assert [message.role for message in asked.messages] == ["user", "assistant"]
    assert "9 am" in asked.output.completion
    assert asked.output.model.startswith("offline")
    wrong = next(sample for sample in log.samples or () if sample.id == "wrong")
    assert "did not say 'midnight'" in str(wrong.scores)


def test_the_checks_alone_read_what_was_recorded(workspace: Path) -> None:
    log = inspect(workspace, "handrail/recorded")
    assert figures(log)["escalation"] == {"mean": 1, "stderr": 0, "handrail/scored": 2}


def test_a_case_goes_through_a_sample_and_comes_back(tmp_path: Path) -> None:
    case = Case(
        id="a", purpose="p", steps=(Step(say="hi"), Step(code=True), Step(wait=60)), expected=Expected(cites=("hours",))
    )
    played = Case(id="b", purpose="p", customer=Scenario(goal="I want my money back."))
    samples = [sample_of(one) for one in (case, played)]
    file = tmp_path / "samples.jsonl"
    file.write_text("".join(sample.model_dump_json() + "\n" for sample in samples))
    told = imported(file, "inspect", Options())
    assert told.made == (case, played)
    assert json.loads(str(samples[0].target)) == {"cites": ["hours"]}
    assert samples[1].input[0].text == "[wants] I want my money back."  # type: ignore[union-attr]


def test_a_sample_of_somebody_elses_is_a_case_of_what_its_user_says(tmp_path: Path) -> None:
    talk = [ChatMessageUser(content="hello"), ChatMessageAssistant(content="hi"), ChatMessageUser(content="help")]
    samples = [Sample(id="s", input=list(talk)), Sample(id=7, input="hello")]
    bad = [Sample(id="b", input="hello", metadata={"case": {"steps": []}}), Sample(id="n", input="")]
    file = tmp_path / "samples.jsonl"
    file.write_text("".join(sample.model_dump_json() + "\n" for sample in samples + bad))
    told = imported(file, "inspect", Options(), skip_bad=True)
    assert [[step.say for step in case.steps] for case in told.made if isinstance(case, Case)] == [
        ["hello", "help"],
        ["hello"],
    ]
    assert [case.id for case in told.made] == ["s", "7"]
    assert len(told.bad) == 2


def test_a_conversation_is_told_as_messages_in_the_order_of_the_log() -> None:
    cited = Citation(policy="hours", version="1", title="Opening hours", passage="hours@1#1")
    said = {"turn_id": "t", "engine": "offline"}
    proposed = {"turn_id": "t", "fingerprint": "f", "expires_at": "2026-06-15T11:00:00Z"}
    events = log(
        CustomerSaid(text="Cancel W1, and when are you open?"),
        ToolRan(
            turn_id="t", call_id="c1", tool="order", arguments={"id": "W1"}, ok=False, error="gone", message="No W1."
        ),
        BotSaid(reply_id="r1", part=1, text="From nine. ", citations=(cited,), **said),
        ActionProposed.model_validate({"action_id": "a1", "tool": "cancel", "arguments": {"id": "W2"}, **proposed}),
        BotSaid(reply_id="r1", part=2, text="Do you mean W2?", **said),
        CustomerSaid(text="yes"),
        ActionClaimed(action_id="a1", idempotency_key="k"),
        ActionSucceeded(action_id="a1", result={"done": True}),
        BotSaid(reply_id="r2", part=1, text="Done.", **said),
        HandoffRequested(handoff_id="h", reason="upset"),
        PersonSaid(by="u", name="Kim", text="Hello, this is Kim."),
    )
    messages = messages_of(events)
    assert [message.role for message in messages] == [
        "user", "assistant", "tool", "assistant", "user", "assistant", "tool", "assistant", "system", "assistant",
    ]  # fmt: skip
    assert messages[3].text == "From nine. Do you mean W2?"
    assert messages[3].metadata == {"cites": ["hours@1"]}
    failed, done = (message for message in messages if message.role == "tool")
    assert failed.error is not None
    assert failed.error.message == "No W1."
    assert json.loads(done.text) == {"done": True}
    assert messages[-1].metadata == {"speaker": "person"}
