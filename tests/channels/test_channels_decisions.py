"""The people's word through the API: approvals, identities, ends that nobody saw; and who may not give it."""

from datetime import timedelta
from typing import Any

import pytest

from handrail.conversation.events import (
    ActionClaimed,
    ActionConsented,
    ActionProposed,
    ActionSucceeded,
    ActionUnknown,
    ApprovalAsked,
    Citation,
    CustomerSaid,
    HandoffRequested,
    IdentityProven,
)

WHAT = "Refund £219.00 for order W10017 to Mastercard ending 2204"
RULE = Citation(policy="returns", version="2", title="Returns and exchanges")


async def waits(site: Any, action: str = "a1") -> Any:
    """A conversation in which a refund waits for a colleague."""
    talk = await site.begin()
    log, now = site.handrail.log, site.handrail.clock.now()
    said, *_ = await log.append(talk.id, "customer", CustomerSaid(text="I want my money back"))
    until = now + timedelta(hours=24)
    facts = {"amount": "£219.00"}
    proposed = ActionProposed(
        turn_id="t", action_id=action, tool="refund", question=WHAT, fingerprint="f", rule=RULE, expires_at=until,
        arguments={"order_id": "W10017"}, preview={"facts": facts, "approval": "refunds of more than £200 need a word"},
    )  # fmt: skip
    consented = ActionConsented(action_id=action, fingerprint="f", said=said.seq)
    asked = ApprovalAsked(action_id=action, fingerprint="f", expires_at=until)
    await log.append(talk.id, "bot", proposed, consented, asked)
    return talk


async def unknown(site: Any) -> Any:
    """A conversation with an action whose end nobody saw, in the queue."""
    talk = await site.begin()
    log, now = site.handrail.log, site.handrail.clock.now()
    proposed = ActionProposed(
        turn_id="t", action_id="a1", tool="refund", question=WHAT, fingerprint="f", expires_at=now
    )
    claimed = ActionClaimed(action_id="a1", idempotency_key="key-17")
    asked = HandoffRequested(handoff_id="h1", reason="action_unknown")
    await log.append(
        talk.id, "bot", proposed, claimed, ActionUnknown(action_id="a1", why="timeout"), asked, holder="queue"
    )
    return talk


def desk(talk: Any, what: str) -> str:
    return f"/v1/desk/conversations/{talk.id}/{what}"


async def test_what_waits_is_listed_with_its_effect_and_its_rule(site):
    boss, talk = await site.person("boss", "supervisor", "Dana"), await waits(site)
    found = (await boss.http.get("/v1/desk/approvals")).json()
    (item,) = found["items"]
    assert found["may_decide"] is True
    assert (item["conversation_id"], item["action_id"], item["what"]) == (talk.id, "a1", WHAT)
    assert item["facts"] == {"amount": "£219.00"} and item["why"].startswith("refunds of more than")
    assert (item["rule"]["policy"], item["rule"]["version"]) == ("returns", "2")
    assert (await boss.http.get("/v1/desk/options")).json()["may_approve"] is True


async def test_an_approval_is_given_once_and_wakes_the_turn(site):
    boss, talk = await site.person("boss", "supervisor", "Dana"), await waits(site)
    path = desk(talk, "approvals/a1")
    given = await boss.http.post(path, json={"decision": "approve"})
    assert given.status_code == 200, given.text
    assert site.handrail.turns.woken == [talk.id]
    assert (await boss.http.post(path, json={"decision": "approve"})).json() == given.json()
    kim = await site.person("kim", "admin", "Kim")
    late = await kim.http.post(path, json={"decision": "refuse", "reason": "too dear"})
    assert (late.status_code, late.json()["code"]) == (409, "decided")
    assert "Dana has approved it" in late.json()["detail"]
    assert (await boss.http.get("/v1/desk/approvals")).json()["items"] == []
    action = (await boss.http.get(desk(talk, "")[:-1])).json()["actions"][0]
    assert (action["stage"], action["decided_by"]) == ("approved", "Dana")


async def test_a_refusal_needs_a_reason(site):
    boss, talk = await site.person("boss", "supervisor", "Dana"), await waits(site)
    refused = await boss.http.post(desk(talk, "approvals/a1"), json={"decision": "refuse", "reason": "  "})
    assert (refused.status_code, refused.json()["code"]) == (422, "reason")
    refused = await boss.http.post(desk(talk, "approvals/a1"), json={"decision": "refuse", "reason": "No proof."})
    assert refused.status_code == 200
    state = (await talk.get()).json()["state"]
    assert [(a["state"], a["name"], a["reason"]) for a in state["approvals"]] == [("refused", "Dana", "No proof.")]


@pytest.mark.parametrize(
    ("role", "status", "code"), [("agent", 403, "approver"), ("engineer", 403, "role")]
)  # fmt: skip
async def test_who_may_not_approve(site, role, status, code):
    person, talk = await site.person("p", role, "P"), await waits(site)
    answer = await person.http.post(desk(talk, "approvals/a1"), json={"decision": "approve"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await person.http.get("/v1/desk/approvals")).json()["may_decide"] is False


async def test_customers_and_strangers_decide_nothing(site):
    talk = await waits(site)
    for path, body in (
        (desk(talk, "approvals/a1"), {"decision": "approve"}),
        (desk(talk, "identity"), {"claim": {"email": "sam@example.org"}, "how": "x"}),
        (desk(talk, "actions/a1"), {"happened": True, "seen": "x"}),
    ):
        assert (await site.http.post(path, json=body)).status_code == 401
        assert (await site.http.post(path, json=body, headers=talk.headers)).status_code in (401, 403)
    assert (await site.http.get("/v1/desk/approvals", headers=talk.headers)).status_code in (401, 403)


async def test_an_action_that_is_not_there_and_one_of_another_conversation(site):
    boss = await site.person("boss", "supervisor", "Dana")
    one, other = await waits(site, "a1"), await waits(site, "a2")
    assert (await boss.http.post(desk(one, "approvals/nope"), json={"decision": "approve"})).status_code == 404
    assert (await boss.http.post(desk(one, "approvals/a2"), json={"decision": "approve"})).status_code == 404
    assert len((await boss.http.get("/v1/desk/approvals")).json()["items"]) == 2
    assert (await boss.http.post(desk(other, "approvals/a2"), json={"decision": "maybe"})).status_code == 422


async def test_time_ran_out(site):
    boss, talk = await site.person("boss", "supervisor", "Dana"), await waits(site)
    site.handrail.clock.advance(25 * 3600)
    answer = await boss.http.post("/v1/login", json={"login": "boss", "password": "correct horse battery"})
    boss.http.headers["X-CSRF-Token"] = answer.json()["csrf"]
    late = await boss.http.post(desk(talk, "approvals/a1"), json={"decision": "approve"})
    assert (late.status_code, late.json()["code"]) == (409, "expired")
    assert (await boss.http.get("/v1/desk/approvals")).json()["items"] == []


async def test_the_desks_stream_tells_what_waits(site):
    boss = await site.person("boss", "supervisor", "Dana")
    async with boss.watch() as stream:
        assert (await stream.next("approvals")).data["items"] == []
        talk = await waits(site)
        assert [i["conversation_id"] for i in (await stream.next("approvals")).data["items"]] == [talk.id]
        await boss.http.post(desk(talk, "approvals/a1"), json={"decision": "approve"})
        assert (await stream.next("approvals")).data["items"] == []


async def test_the_customer_sees_that_it_waits(site):
    talk = await waits(site)
    (shown,) = (await talk.get()).json()["state"]["approvals"]
    assert (shown["what"], shown["state"], shown["name"]) == (WHAT, "waiting", "")


async def test_who_holds_it_vouches_for_the_customer(site):
    kim, talk = await site.person(), await waits(site)
    body = {"claim": {"email": "sam@example.org"}, "how": "called back on the number on file"}
    refused = await kim.http.post(desk(talk, "identity"), json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_holder")
    await kim.http.post(desk(talk, "claim"))
    proven = await kim.http.post(desk(talk, "identity"), json=body)
    assert proven.status_code == 200, proven.text
    assert proven.json() == {
        "level": "verified", "customer_id": "17", "name": "Sam Ode", "method": "person", "by": "Kim",
        "how": "called back on the number on file",
    }  # fmt: skip
    shown = (await kim.http.get(desk(talk, "")[:-1])).json()
    assert shown["identity"]["by"] == "Kim"
    (event,) = [e for e in shown["events"] if e["kind"] == "identity_proven"]
    assert event["actor"] == f"person:{kim.id}"
    other = await kim.http.post(desk(talk, "identity"), json={**body, "claim": {"email": "lou@example.org"}})
    assert (other.status_code, other.json()["code"]) == (409, "other_customer")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"claim": {"email": "who@example.org"}, "how": "asked"}, "no_customer"),
        ({"claim": {"email": "sam@example.org"}, "how": " "}, "invalid"),
        ({"claim": {}, "how": "asked"}, "invalid"),
        ({"claim": {"email": "sam@example.org"}}, "invalid"),
    ],
)
async def test_vouching_needs_a_customer_and_a_how(site, body, code):
    kim, talk = await site.person(), await waits(site)
    await kim.http.post(desk(talk, "claim"))
    answer = await kim.http.post(desk(talk, "identity"), json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_nobody_vouches_for_another_than_the_customer_is_proven_to_be(site):
    kim, talk = await site.person(), await waits(site)
    proven = IdentityProven(level="verified", customer_id="18", customer_ref="r18", method="token")
    await site.handrail.log.append(talk.id, "system", proven)
    await kim.http.post(desk(talk, "claim"))
    body = {"claim": {"email": "sam@example.org"}, "how": "called back"}
    answer = await kim.http.post(desk(talk, "identity"), json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "other_customer")


@pytest.mark.parametrize(("happened", "stage"), [(True, "succeeded"), (False, "failed")])
async def test_who_holds_it_settles_what_nobody_saw_end(site, happened, stage):
    kim, talk = await site.person(), await unknown(site)
    body = {"happened": happened, "seen": "looked in the ledger"}
    refused = await kim.http.post(desk(talk, "actions/a1"), json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_holder")
    shown = (await kim.http.post(desk(talk, "claim"))).json()
    assert (shown["actions"][0]["stage"], shown["actions"][0]["key"]) == ("unknown", "key-17")
    settled = await kim.http.post(desk(talk, "actions/a1"), json=body)
    assert settled.status_code == 200, settled.text
    assert (await kim.http.post(desk(talk, "actions/a1"), json=body)).json() == settled.json()
    action = (await kim.http.get(desk(talk, "")[:-1])).json()["actions"][0]
    assert (action["stage"], action["settled_by"]) == (stage, "Kim")
    turned = await kim.http.post(desk(talk, "actions/a1"), json={**body, "happened": not happened})
    assert (turned.status_code, turned.json()["code"]) == (409, "settled")


async def test_a_look_up_that_was_quicker_stands(site):
    kim, talk = await site.person(), await unknown(site)
    await kim.http.post(desk(talk, "claim"))
    done = ActionSucceeded(action_id="a1", reconciled=True)
    await site.handrail.log.append(talk.id, "bot", done, key="end:a1")
    answer = await kim.http.post(desk(talk, "actions/a1"), json={"happened": False, "seen": "not in the ledger"})
    assert (answer.status_code, answer.json()["code"]) == (409, "settled")


async def test_what_is_under_way_or_was_never_is_not_settled(site):
    boss, talk = await site.person("boss", "supervisor", "Dana"), await waits(site)
    body = {"happened": True, "seen": "x"}
    never = await boss.http.post(desk(talk, "actions/a1"), json=body)
    assert (never.status_code, never.json()["code"]) == (409, "not_unknown")
    log = site.handrail.log
    fence = await log.acquire(talk.id, "p1", 30)
    await log.append(talk.id, "bot", ActionClaimed(action_id="a1", idempotency_key="k"), fence=fence)
    running = await boss.http.post(desk(talk, "actions/a1"), json=body)
    assert (running.status_code, running.json()["code"]) == (409, "under_way")
    await log.release(talk.id, fence.lease)
    assert (await boss.http.post(desk(talk, "actions/a1"), json=body)).status_code == 200
