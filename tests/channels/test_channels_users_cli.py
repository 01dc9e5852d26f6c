"""`handrail users`: accounts, links and sessions from the command line."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from handrail.conversation.clock import SystemClock

HANDRAIL = Path(sys.executable).with_name("handrail")


@pytest.fixture
def clock() -> SystemClock:
    """The command line has no other."""
    return SystemClock()


async def handrail(settings: Any, *arguments: str) -> str:
    url = settings.database.url.get_secret_value()
    environment = {**os.environ, "DATABASE_URL": url, "COLUMNS": "200"}
    command = [HANDRAIL, *arguments, "--workspace", settings.workspace]
    done = await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_whoever_holds_the_server_sees_and_ends_sessions_and_gets_back_in(site: Any) -> None:
    settings = site.handrail.settings
    (settings.workspace / "handrail.toml").touch()
    kim = await site.person("kim")
    async with kim.watch() as desk:
        await desk.next("approvals")
        told = await handrail(settings, "users", "sessions", "kim")
        assert "a program (python-httpx)" in told and "127.0.0.1" in told
        assert "Sessions of kim that were ended: 1" in await handrail(settings, "users", "end", "kim")
        await desk.rest()
    assert (await kim.http.get("/v1/me")).status_code == 401
    link = (await handrail(settings, "users", "enter", "kim")).split()[-1]
    token = link.partition("#enter=")[2]
    async with httpx.AsyncClient(base_url=site.url) as http:
        assert (await http.post("/v1/enter", json={"token": token})).json()["login"] == "kim"
        assert [each["way"] for each in (await http.get("/v1/sessions")).json()] == ["link"]


async def test_a_program_gets_a_token_where_no_password_is_taken(site: Any) -> None:
    settings = site.handrail.settings
    (settings.workspace / "handrail.toml").touch()
    await handrail(settings, "users", "add", "lee", "--name", "Lee", "--role", "engineer")
    assert "lee" in await handrail(settings, "users", "list")
    token = (await handrail(settings, "users", "token", "lee")).split()[0]
    told = await site.http.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (told.json()["login"], told.json()["role"]) == ("lee", "engineer")
    assert "the command line" in await handrail(settings, "users", "sessions", "lee")
