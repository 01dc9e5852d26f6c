"""Who was told the old answer: by the desk's API and by the command line."""

import json
from pathlib import Path

from typer.testing import CliRunner

from handrail.channels.cli.main import app
from handrail.conversation.events import BotSaid, Citation, Closed


def answer(part, *cited):
    citations = tuple(Citation(policy=p, version=v, title=p, passage=f"{p}@{v}#{n}") for p, v, n in cited)
    return BotSaid(turn_id="t", reply_id="t", part=part, text="So it is.", citations=citations, engine="offline")


async def answered(site, *parts):
    talk = await site.begin()
    await site.handrail.log.append(talk.id, "bot", *(answer(n, *cited) for n, cited in enumerate(parts, 1)))
    return talk


async def told(person, policy, **query):
    answer = await person.http.get(f"/v1/desk/policies/{policy}/told", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_who_was_answered_from_another_version_than_the_one_in_force(site, clock):
    person = await site.person()
    (now,) = {
        p.version for p in site.handrail.knowledge.policies if p.id == "returns" and p.in_force(clock.now().date())
    }
    old = await answered(site, [("returns", "0", 1), ("returns", "0", 2)], [("returns", "0", 1)], [])
    clock.advance(3600)
    later = await answered(site, [("returns", "0", 3)])
    await answered(site, [("returns", now, 1)], [("delivery", "0", 1)])
    listed = await told(person, "returns")
    assert (listed["version"], listed["but"]) == (None, now)
    assert [item["conversation_id"] for item in listed["items"]] == [later.id, old.id]
    assert listed["items"][1]["passages"] == ["returns@0#1", "returns@0#2"]
    assert listed["items"][1]["times"] == 2
    since = listed["items"][0]["first_at"]
    assert [item["conversation_id"] for item in (await told(person, "returns", since=since))["items"]] == [later.id]
    assert len((await told(person, "returns", limit=1))["items"]) == 1


async def test_one_version_may_be_asked_for_also_of_a_policy_that_is_gone(site):
    person = await site.person()
    talk = await answered(site, [("loyalty", "3", 1)], [("loyalty", "4", 1)])
    (item,) = (await told(person, "loyalty", version="3"))["items"]
    assert (item["conversation_id"], item["version"]) == (talk.id, "3")
    assert [item["version"] for item in (await told(person, "loyalty"))["items"]] == ["3", "4"]
    assert (await told(person, "nothing"))["items"] == []
    assert (await told(person, "null%00"))["items"] == []


async def test_who_was_forgotten_is_not_listed(site):
    person = await site.person()
    talk = await answered(site, [("loyalty", "3", 1)])
    await site.handrail.log.append(talk.id, "system", Closed(reason="forgotten"))
    await site.handrail.log.vault.forget(talk.id)
    assert (await told(person, "loyalty"))["items"] == []


async def test_customers_may_not_ask(site):
    talk = await site.begin()
    answer = await site.http.get("/v1/desk/policies/returns/told", headers=talk.headers)
    assert answer.status_code in (401, 403)


def test_the_command_tells_it_too(tmp_path: Path) -> None:
    (tmp_path / "handrail.toml").write_text('[engine]\nkind = "offline"\n')
    (tmp_path / "policies").mkdir()
    told = ["told", "returns", "--version", "1", "--workspace", str(tmp_path)]
    result = CliRunner().invoke(app, told)
    assert result.exit_code == 0, result.output
    assert "0 conversations were answered from returns, version 1" in result.output
    assert "There is no policy returns in" in result.output
    lines = CliRunner().invoke(app, [*told, "--json"]).output.splitlines()
    assert [json.loads(line) for line in lines if line.startswith("{")] == []
