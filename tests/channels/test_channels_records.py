"""`handrail export`, `forget` and `audit`, on a log of one's own."""

import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest
import typer

from handrail.channels.cli import records
from handrail.conversation.errors import Invalid
from handrail.conversation.events import Closed, CustomerSaid, IdentityProven, Opened


@pytest.fixture
async def conversation(log) -> str:
    """What customer 17 said."""
    opened = await log.open(Opened())
    ref = log.vault.ref("17")
    proven = IdentityProven(level="verified", customer_id="17", name="Sam", customer_ref=ref, method="code")
    await log.append(opened.conversation_id, "system", proven)
    await log.append(opened.conversation_id, "customer", CustomerSaid(text="My tent arrived torn"))
    return opened.conversation_id


async def test_a_customer_is_exported_once_to_a_private_file(settings, conversation, tmp_path: Path, capsys) -> None:
    out = tmp_path / "sam.json"
    await records.export(settings, "17", None, out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [one["id"] for one in json.loads(out.read_text())["conversations"]] == [conversation]
    with pytest.raises(Invalid, match="already"):
        await records.export(settings, "17", None, out)
    await records.audit(settings, conversation, None, 10)
    told = capsys.readouterr().out
    assert "cli:" in told
    assert "export" in told


async def test_what_can_be_no_export_is_refused(settings, conversation, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"\.zip"):
        await records.export(settings, "17", None, tmp_path / "sam.txt")
    with pytest.raises(Invalid, match="name a customer"):
        await records.export(settings, None, None, tmp_path / "sam.json")
    with pytest.raises(Invalid, match="find_customer"):
        await records.export(settings, "sam@example.org", None, tmp_path / "sam.json")
    assert not list(tmp_path.glob("sam*"))


async def test_a_customer_is_forgotten_only_when_it_is_meant(settings, conversation, log, monkeypatch, capsys) -> None:
    monkeypatch.setattr(typer, "confirm", lambda *_, abort: (_ for _ in ()).throw(typer.Abort()))
    with pytest.raises(typer.Abort):
        await records.forget(settings, "17", None, None, sure=False)
    assert not (await log.head(conversation)).forgotten
    await records.forget(settings, "17", None, None, sure=True)
    assert (await log.head(conversation)).forgotten
    await records.forget(settings, "17", None, None, sure=True)
    assert "nothing to forget" in capsys.readouterr().out


async def test_old_ones_are_forgotten_by_age(settings, conversation, log, clock) -> None:
    # The command goes by the real clock; this conversation was closed long before it.
    clock.advance(timedelta(days=-1000))
    await log.append(conversation, "system", Closed(reason="idle"))
    await records.forget(settings, None, None, 900, sure=True)
    assert (await log.head(conversation)).forgotten
