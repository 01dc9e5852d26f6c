"""`handrail improve`, as it is typed."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from handrail.agent.parts import open_log
from handrail.channels.cli.main import app
from handrail.conversation import events as e
from handrail.conversation.settings import load

POLICY = """---
id: hours
title: Opening hours
version: "1"
effective_from: 2024-01-01
---

## When we are open

We are open from Monday to Friday from 9 am to 5 pm.
"""
ANSWER = "We sharpen ice axes for £12. It takes three days."


@pytest.fixture
def workspace(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A business with one policy, in which somebody has tagged a conversation."""
    (tmp_path / "handrail.toml").write_text('[engine]\nkind = "offline"\n')
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "hours.md").write_text(POLICY)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "160")
    asyncio.run(_tagged(tmp_path))
    return tmp_path


async def _tagged(workspace: Path) -> None:
    async with open_log(load(workspace)) as log:
        cid = (await log.open(e.Opened())).conversation_id
        (said,) = await log.append(cid, "customer", e.CustomerSaid(text="I am Priya Raman. Do you sharpen ice axes?"))
        ended = e.TurnEnded(turn_id="t", reply_id="t", upto=said.seq, outcome="handed_over", engine="offline")
        asked = e.HandoffRequested(handoff_id="h", reason="not_covered")
        await log.append(cid, "bot", asked, ended)
        claimed = e.HandoffClaimed(by="u_ana", name="Ana")
        wrapped = e.WrappedUp(by="u_ana", disposition="resolved", tags=("policy_missing",), right_answer=ANSWER)
        await log.append(cid, "person:u_ana", claimed, wrapped, e.Closed(reason="wrapped_up"))


def handrail(workspace: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--workspace", str(workspace)])


def test_a_gap_is_listed_drafted_accepted_and_closed(workspace: Path) -> None:
    handrail(workspace, "users", "add", "mira", "--name", "Mira", "--role", "admin")
    handrail(workspace, "users", "add", "ana", "--name", "Ana")
    frozen = handrail(workspace, "evals", "freeze")
    assert "1 frozen, 0 were there" in frozen.output
    listed = handrail(workspace, "improve", "list")
    assert "policy missing" in listed.output
    assert "Priya" not in listed.output
    assert "nothing is proposed" in handrail(workspace, "improve", "accept", "1", "--by", "mira").output
    proposed = handrail(workspace, "improve", "propose", "1")
    assert f"+{ANSWER}" in proposed.output
    assert "may not accept" in handrail(workspace, "improve", "accept", "1", "--by", "ana", "--yes").output
    assert [file.name for file in (workspace / "policies").iterdir()] == ["hours.md"]

    accepted = handrail(workspace, "improve", "accept", "1", "--by", "mira", "--yes", "-k", "2")

    assert accepted.exit_code == 0, accepted.output
    assert "the gap is closed" in accepted.output
    shown = handrail(workspace, "improve", "show", "1").output
    assert "accepted by Mira" in shown
    assert "closed by Mira" in shown
    assert len(list((workspace / "policies").iterdir())) == 2
    assert "there is no gap 7" in handrail(workspace, "improve", "show", "7").output
