"""What the docs say to a build server and to pytest, done as it stands there."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

DOC = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text()
POLICY = """---
id: hours
title: Opening hours
version: "1"
effective_from: 2024-01-01
---

## When we are open

We are open from Monday to Friday from 9 am to 5 pm.
"""
ASKS = {"purpose": "a question", "now": "2026-06-15T10:00:00Z", "steps": [{"say": "When are you open?"}]}


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A workspace with one policy and cases that it answers."""
    folder = tmp_path / "before"
    (folder / "policies").mkdir(parents=True)
    (folder / "cases").mkdir()
    (folder / "handrail.toml").write_text("")
    (folder / "policies" / "hours.md").write_text(POLICY)
    cases = [{**ASKS, "id": f"asks-{n}", "expected": {"says": ["9 am"]}} for n in range(8)]
    (folder / "cases" / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
    return folder


def block(kind: str, containing: str) -> str:
    """The block of the docs with these words in it."""
    return next(b for b in re.findall(rf"^```{kind}\n(.*?)^```", DOC, re.MULTILINE | re.DOTALL) if containing in b)


def shell(command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    ours = ("HANDRAIL_", "OPENAI_", "DATABASE_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    return subprocess.run(
        ["bash", "-ec", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_workflow_passes_what_is_as_good_and_fails_what_is_worse(before: Path) -> None:
    workflow: dict[str, Any] = yaml.safe_load(block("yaml", "handrail evals run"))
    first, second = (
        step["run"] for step in workflow["jobs"]["evals"]["steps"] if "handrail evals" in step.get("run", "")
    )
    folder = before.parent
    shutil.copytree(before, folder / "after")
    done = shell(first, folder)
    assert done.returncode == 0, done.stderr
    same = shell(second, folder)
    assert same.returncode == 0, same.stderr

    (folder / "after" / "policies" / "hours.md").write_text(POLICY.replace("9 am", "ten"))
    worse = shell(f"{second} --gate 'no regression beyond noise'".replace("last", "last~1"), folder)
    assert worse.returncode == 3, worse.stderr
    assert "asks-0" in worse.stderr
    assert r"asks\-0" in (folder / "evals.md").read_text()
    assert "<failure" in (folder / "evals.xml").read_text()


def test_the_pytest_holds_the_agent_to_what_it_was(before: Path) -> None:
    done = shell("handrail evals run", before)
    assert done.returncode == 0, done.stderr
    (before / "test_agent.py").write_text(block("python", "the_agent_is_as_good_as_it_was"))
    same = shell("python -m pytest -q -p no:cacheprovider test_agent.py", before)
    assert same.returncode == 0, same.stdout
    (before / "policies" / "hours.md").write_text(POLICY.replace("9 am", "ten"))
    worse = shell("python -m pytest -q -p no:cacheprovider test_agent.py", before)
    assert worse.returncode == 1, worse.stdout
