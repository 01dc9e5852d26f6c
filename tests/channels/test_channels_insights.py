"""Figures by the API and the command line: who may, in which form, and of which days."""

import csv
import io

import pytest
from test_channels_pages import waiting

from handrail.channels.cli import figures as cli
from handrail.conversation import events as e

PATH = "/v1/desk/insights"


@pytest.fixture
async def answered(site):
    """A contact that was answered and closed, one that waits, and a question without an answer."""
    log = site.handrail.log
    for text, outcome in (("How long?", "answered"), ("Vegan boots?", "offered")):
        talk = await site.begin()
        said, *_ = await log.append(talk.id, "customer", e.CustomerSaid(text=text))
        line = e.BotSaid(turn_id="t", reply_id="t", part=1, text="Hm.", engine="offline")
        ended = e.TurnEnded(turn_id="t", reply_id="t", upto=said.seq, outcome=outcome, engine="offline", cost=0.5)
        await log.append(talk.id, "bot", line, ended)
        await log.append(talk.id, "system", e.Closed(reason="idle"))
    await waiting(site, name="Sam Ode")


async def test_figures_come_with_their_intervals_and_counts(site, answered):
    kim = await site.person(role="supervisor")
    told = (await kim.http.get(PATH, params={"by": "channel"})).json()
    assert told["total"]["ended"] == 2
    assumed = told["total"]["standings"]["assumed"]
    assert (assumed["value"], assumed["n"]) == (0.5, 2)
    assert 0 < assumed["low"] < 0.5 < assumed["high"] < 1
    assert told["total"]["satisfied"] == {"value": None, "low": None, "high": None, "n": 0}
    assert told["total"]["cost"] == 1.0
    assert [group["key"] for group in told["groups"]] == ["chat"]
    assert told["timezone"] == "UTC"


@pytest.mark.parametrize("how", [{"params": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}])
async def test_the_same_as_a_table_for_spreadsheets(site, answered, how):
    kim = await site.person(role="engineer")
    how["params"] = {**how.get("params", {}), "by": "day", "from": "2026-06-15"}
    answer = await kim.http.get(PATH, **how)
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["day"], row["ended"], row["left"], row["score"]) == ("2026-06-15", "2", "0.5", "")


async def test_a_name_that_a_spreadsheet_would_take_for_a_formula_is_a_word(site):
    log = site.handrail.log
    talk = await site.begin()
    said, *_ = await log.append(talk.id, "customer", e.CustomerSaid(text="Hello"))
    hostile = e.Citation(policy="=cmd", version="1", title="x")
    line = e.BotSaid(turn_id="t", reply_id="t", part=1, text="Hm.", citations=(hostile,), engine="offline")
    ended = e.TurnEnded(turn_id="t", reply_id="t", upto=said.seq, outcome="answered", engine="offline")
    await log.append(talk.id, "bot", line, ended)
    kim = await site.person(role="admin")
    answer = await kim.http.get(PATH, params={"format": "csv", "by": "policy"})
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert row["policy"] == "'=cmd@1"


async def test_an_agent_sees_none_and_customers_neither(site, answered):
    kim = await site.person()
    for path in (PATH, f"{PATH}/gaps"):
        assert (await kim.http.get(path)).status_code == 403
        assert (await site.http.get(path)).status_code == 401


async def test_gaps_show_what_was_asked_and_leave_a_look(site, answered):
    kim = await site.person(role="supervisor")
    told = (await kim.http.get(f"{PATH}/gaps")).json()
    assert (told["total"], told["groups"][0]["examples"][0]["text"]) == (1, "Vegan boots?")
    looks = (await kim.http.get("/v1/desk/audit")).json()["items"]
    assert [look["what"] for look in looks] == ["gaps"]
    assert "Vegan" not in (await kim.http.get(PATH)).text


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-06-15", "to": "2026-06-14"},
        {"from": "2020-01-01", "to": "2026-01-01"},
        {"from": "1000-01-01"},
        {"by": "customer"},
        {"intent": "a\0b"},
        {"chanel": "chat"},
    ],
)
async def test_days_and_names_that_can_not_be_are_refused(site, query):
    kim = await site.person(role="supervisor")
    assert (await kim.http.get(PATH, params=query)).status_code == 422


async def test_the_terminal_tells_the_same_and_says_where_there_is_no_data(site, answered, capsys):
    today = site.handrail.clock.now()
    await cli._figures(site.handrail.settings, 28, (today, today), cli.Split.channel, csv=False)
    told = capsys.readouterr().out
    assert "50% (9% to 91%) of 2" in told
    assert "no data" in told
    await cli._figures(site.handrail.settings, 28, (today, today), None, csv=True)
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["contacts"], row["ended"], row["assumed"]) == ("3", "2", "0.5")
