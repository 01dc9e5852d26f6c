"""The address on file of a customer, as a handover asks for it."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from handrail.agent import contacts
from handrail.agent.contacts import Contacts
from handrail.agent.tools.api import Person


async def test_the_address_is_the_one_on_file() -> None:
    async def find(resources: Any, claim: Mapping[str, str]) -> Person | None:
        return resources.get(claim["customer_id"])  # type: ignore[no-any-return]

    known = Contacts(find, {"C1": Person("C1", "Ada", email="ada@example.org"), "C2": Person("C2", "Ben")})
    assert [await known.email(each) for each in ("C1", "C2", "C3")] == ["ada@example.org", None, None]
    assert await Contacts(None, {}).email("C1") is None


async def test_a_directory_that_is_down_keeps_no_handover_from_going_on(caplog: pytest.LogCaptureFixture) -> None:
    async def find(*_: Any) -> Person | None:
        raise ConnectionError("the directory is down")

    assert await Contacts(find, None).email("C1") is None
    assert "does not answer" in caplog.text


async def test_a_directory_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def find(*_: Any) -> Person | None:
        await asyncio.Event().wait()
        return None

    monkeypatch.setattr(contacts, "SECONDS", 0.01)
    assert await Contacts(find, None).email("C1") is None
