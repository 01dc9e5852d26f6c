"""The gaps in the API of the desk: for those who lead it, masked, and with a look in the trail."""

import pytest_asyncio

from handrail.conversation import events as e
from handrail.conversation.forgetting import forget

PATH = "/v1/desk/improve"
HOSTILE = "I am Priya Raman, priya@mail.example.com. Do you rent <script>alert(1)</script> tents?"


@pytest_asyncio.fixture
async def wanted(site):
    """A question that had no answer, and a person who said so."""
    log = site.handrail.log
    cid = (await log.open(e.Opened())).conversation_id
    (said,) = await log.append(cid, "customer", e.CustomerSaid(text=HOSTILE))
    ended = e.TurnEnded(turn_id="t", reply_id="t", upto=said.seq, outcome="handed_over", engine="offline")
    await log.append(cid, "bot", e.HandoffRequested(handoff_id="h", reason="not_covered"), ended)
    wrapped = e.WrappedUp(by="u_ana", disposition="resolved", tags=("policy_missing",))
    claimed = e.HandoffClaimed(by="u_ana", name="Ana")
    await log.append(cid, "person:u_ana", claimed, wrapped, e.Closed(reason="wrapped_up"))
    return cid


async def test_whoever_leads_sees_what_is_missing_and_leaves_a_look(site, wanted):
    mira = await site.person(role="supervisor")
    answer = await mira.http.get(PATH)
    (gap,) = answer.json()["items"]
    assert (gap["kind"], gap["state"], gap["times"], gap["tagged"]) == ("policy_missing", "open", 1, 1)
    assert "rent" in gap["examples"][0]
    assert "Priya" not in answer.text
    assert "priya@" not in answer.text
    assert [(change["what"], change["name"]) for change in gap["changes"]] == [("opened", "Handrail")]
    assert answer.headers["content-type"].startswith("application/json")
    assert [look["what"] for look in (await mira.http.get("/v1/desk/audit")).json()["items"]] == ["gaps"]
    assert (await mira.http.get(PATH)).json()["items"][0]["gap_id"] == gap["gap_id"], "looking again opens no other"


async def test_an_agent_sees_none_and_customers_neither(site, wanted):
    kim = await site.person()
    assert (await kim.http.get(PATH)).status_code == 403
    assert (await site.http.get(PATH)).status_code == 401


async def test_what_was_forgotten_is_counted_and_not_shown(site, wanted):
    mira = await site.person(role="supervisor")
    await mira.http.get(PATH)
    await forget(site.handrail.log, wanted)
    (gap,) = (await mira.http.get(PATH)).json()["items"]
    assert (gap["times"], gap["examples"]) == (1, [])
