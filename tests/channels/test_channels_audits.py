"""Audits by the API and the command line: blind, on the trail, and for those whose role tags."""

from collections import Counter
from datetime import timedelta

import pytest
from test_channels_users_cli import handrail

from handrail.conversation import events as e
from handrail.conversation.clock import SystemClock
from handrail.conversation.settings import Settings
from handrail.desk.audits.drawing import Drawing
from handrail.desk.audits.tagging import Tagging

PATH = "/v1/desk/audits"
DAY = timedelta(days=1)


async def answered(site, text="How long may I keep it?", *, days_ago=0):
    """A conversation that the bot answered, which closed then; `days_ago` where the clock can't be set."""
    log = site.handrail.log
    talk = await site.begin()
    said, *_ = await log.append(talk.id, "customer", e.CustomerSaid(text=text))
    finding = e.Finding(check="sentiment", name="furious", score=0.98)
    cited = e.Citation(policy="returns", version="2", title="Returns", passage="returns@2#1")
    line = e.BotSaid(turn_id="t", reply_id="t", part=1, text="30 days.", citations=(cited,), engine="offline")
    await log.append(
        talk.id,
        "bot",
        e.Checked(turn_id="t", direction="inbound", subject=said.seq, findings=(finding,)),
        line,
        e.TurnEnded(turn_id="t", reply_id="t", upto=said.seq, outcome="answered", engine="offline"),
    )
    await log.append(talk.id, "system", e.Closed(reason="idle"))
    await log.append(talk.id, "customer", e.Rated(score=1, comment="useless"))
    if days_ago:
        async with site.handrail.database.connection() as connection:
            query = "UPDATE contacts SET began_at = began_at - %(ago)s, ended_at = ended_at - %(ago)s"
            await connection.execute(f"{query} WHERE conversation_id = %(id)s", {"ago": days_ago * DAY, "id": talk.id})
    return talk.id


@pytest.fixture
async def drawn(site):
    """Two that were drawn."""
    ids = [await answered(site), await answered(site, "And may I wash it?")]
    site.handrail.clock.advance(DAY)
    assert await Drawing(site.handrail.database, site.handrail.clock, site.handrail.settings).draw() == 2
    return ids


async def test_one_after_the_other_is_tagged_and_each_look_is_on_the_trail(site, drawn):
    kim = await site.person(role="supervisor")
    told = (await kim.http.get(PATH)).json()
    assert (told["open"], told["mine"], told["drawn"], told["tagged"]) == (2, 0, 2, 0)
    assert "handrail_audits_open 2.0" in (await site.http.get("/metrics")).text
    for settled in ("yes", "no"):
        found = (await kim.http.get(f"{PATH}/next")).json()["audit"]
        assert [step["who"] for step in found["steps"]] == ["customer", "bot"]
        assert found["steps"][1]["sources"] == ["Returns (version 2)"]
        body = {"settled": settled, "person_needed": False, "tags": ["confused"], "note": "well"}
        assert (await kim.http.put(f"{PATH}/{found['id']}", json=body)).status_code == 204
    assert (await kim.http.get(f"{PATH}/next")).json() == {"audit": None, "open": 0}
    assert (await kim.http.get(PATH)).json()["tagged"] == 2
    looks = (await kim.http.get("/v1/desk/audit")).json()["items"]
    assert {(look["what"], look["conversation_id"]) for look in looks} == {("audit", id_) for id_ in drawn}
    words = await Tagging(site.handrail.log, site.handrail.settings).list()
    assert {(w.name, w.note, w.tags) for w in words} == {("Kim", "well", ("confused",))}


async def test_nothing_is_shown_of_what_bot_customer_and_colleagues_think_of_it(site, drawn):
    kim, sam = await site.person(role="supervisor"), await site.person("sam", role="engineer")
    seen = (await kim.http.get(f"{PATH}/next")).text
    for secret in ("furious", "0.98", "useless", "answered", "score", *drawn):
        assert secret not in seen
    one = (await kim.http.get(f"{PATH}/next")).json()["audit"]["id"]
    await kim.http.put(f"{PATH}/{one}", json={"settled": "no", "note": "SAID-BEFORE"})
    assert "SAID-BEFORE" not in (await sam.http.get(f"{PATH}/next")).text


async def test_what_is_skipped_goes_to_others_and_needs_a_reason(site, drawn):
    kim = await site.person(role="admin")
    one = (await kim.http.get(f"{PATH}/next")).json()["audit"]["id"]
    assert (await kim.http.post(f"{PATH}/{one}/skip", json={})).status_code == 422
    assert (await kim.http.post(f"{PATH}/{one}/skip", json={"reason": "know_them"})).status_code == 204
    assert (await kim.http.get(f"{PATH}/next")).json()["audit"]["id"] != one


@pytest.mark.parametrize(
    "body", [{}, {"settled": "maybe"}, {"settled": "no", "tags": ["made_up"]}, {"settled": "skipped"}]
)
async def test_a_word_that_there_is_not_is_refused(site, drawn, body):
    kim = await site.person(role="admin")
    one = (await kim.http.get(f"{PATH}/next")).json()["audit"]["id"]
    assert (await kim.http.put(f"{PATH}/{one}", json=body)).status_code == 422
    assert (await kim.http.put(f"{PATH}/none", json={"settled": "yes"})).status_code == 404


async def test_agents_do_not_tag_where_the_settings_do_not_say_so(site, drawn):
    kim = await site.person()
    for path in (PATH, f"{PATH}/next"):
        assert (await kim.http.get(path)).status_code == 403
        assert (await site.http.get(path)).status_code == 401


async def test_the_corrected_share_stands_beside_that_of_the_bots_word(site):
    for _ in range(24):
        await settled_by_the_bot(site)
    site.handrail.clock.advance(DAY)
    everybody = {"per_week": 1000, "twice": 1.0}
    settings = site.handrail.settings
    desk = settings.desk.model_copy(update={"audits": settings.desk.audits.model_copy(update=everybody)})
    await Drawing(site.handrail.database, site.handrail.clock, settings.model_copy(update={"desk": desk})).draw()
    kim, sam = await site.person(role="supervisor"), await site.person("sam", role="admin")
    told = (await kim.http.get("/v1/desk/insights")).json()["total"]["containment"]
    assert (told["told"]["value"], told["corrected"]["value"], told["needs"]) == (1.0, None, 20)
    for _ in range(24):
        for person in (kim, sam):
            words = Tagging(site.handrail.log, settings)
            one = (await words.next(person.id)).id
            mine = "no" if one[-1] in "02468acegjmpr" else "yes"
            await words.tag(one, person.id, "Kim", mine, person_needed=mine == "no")
    found = (await kim.http.get("/v1/desk/insights", params={"by": "channel"})).json()
    share = found["total"]["containment"]
    said = await Tagging(site.handrail.log, settings).list()
    units = {each.id: [w.settled for w in said if w.id == each.id and w.settled != "cant_tell"] for each in said}
    yes = [unit[0] == "yes" for unit in units.values() if unit]
    assert share["corrected"]["value"] == pytest.approx(sum(yes) / len(yes))
    assert share["corrected"]["n"] == len(yes)
    assert share["corrected"]["low"] < share["corrected"]["value"] < share["corrected"]["high"] < 1
    assert share["told"]["value"] == 1
    assert share["person_needed"]["value"] == pytest.approx(1 - sum(yes) / len(yes), abs=0.05)
    assert found["groups"][0]["containment"] == share
    assert (found["audits"]["drawn"], found["audits"]["agreement"]["value"]) == (24, 1.0)
    row = (await kim.http.get("/v1/desk/insights", params={"format": "csv"})).text.splitlines()
    cells = dict(zip(*(line.split(",") for line in row), strict=True))
    assert float(cells["contained_corrected"]) == pytest.approx(share["corrected"]["value"], abs=1e-4)
    assert cells["contained_told"] == "1.0"


async def settled_by_the_bot(site):
    """One that the bot calls contained."""
    log = site.handrail.log
    id_ = (await log.open(e.Opened(channel="chat"))).conversation_id
    said, *_ = await log.append(id_, "customer", e.CustomerSaid(text="How long?"))
    ended = e.TurnEnded(turn_id="t", reply_id="t", upto=said.seq, outcome="answered", engine="offline")
    line = e.BotSaid(turn_id="t", reply_id="t", part=1, text="30 days.", engine="offline")
    await log.append(id_, "bot", line, ended)
    await log.append(id_, "system", e.Closed(reason="idle"))


class TestOnTheCommandLine:
    """The command line has the system's clock."""

    @pytest.fixture
    def clock(self):
        return SystemClock()

    async def test_it_is_drawn_shown_tagged_and_listed(self, site):
        settings: Settings = site.handrail.settings
        (settings.workspace / "handrail.toml").touch()
        await site.person("kim", role="engineer")
        await site.person("ann")
        for _ in range(3):
            await answered(site, days_ago=2)
        assert "3 drawn" in await handrail(settings, "desk", "audits", "draw", "--days", "3")
        assert "0 drawn" in await handrail(settings, "desk", "audits", "draw", "--days", "3")
        for words in (("tag", "no", "--person", "--note", "wrong one"), ("tag", "cant_tell"), ("skip", "language")):
            shown = await handrail(settings, "desk", "audits", "next", "--as", "kim")
            assert "customer: How long may I keep it?" in shown and "from Returns (version 2)" in shown
            id_ = shown.split("audits tag ")[1].split()[0]
            await handrail(settings, "desk", "audits", words[0], id_, *words[1:], "--as", "kim")
        assert "nothing is open" in await handrail(settings, "desk", "audits", "next", "--as", "kim")
        told = await Tagging(site.handrail.log, settings).list()
        assert Counter(each.settled for each in told) == {"no": 1, "cant_tell": 1, "skipped": 1}
        figures = await handrail(settings, "desk", "figures")
        assert "contained, as people tag it" in figures and "needs about 2 more tags" in figures
        told = await handrail(settings, "desk", "audits", "figures", "--days", "7")
        assert "can't tell                               1" in told and "needs about 2 more tags" in told
        assert "no data, on 0" in told and "a person was missing" in told
        listed = await handrail(settings, "desk", "audits", "list")
        assert "wrong one" in listed and "a person was needed" in listed and "language" in listed
        with pytest.raises(AssertionError, match="roles"):
            await handrail(settings, "desk", "audits", "next", "--as", "ann")
