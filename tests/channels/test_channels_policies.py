"""Whose eyes a policy is for."""

from datetime import date

from handrail.conversation.events import IdentityProven
from handrail.knowledge.passages import Policy

GOLD = Policy("gold", "1", "Gold delivery", "It is free.", date(2024, 1, 1), audience=("tier=gold",))
STAFF = Policy("goodwill", "1", "Goodwill", "Up to **£20**.", date(2024, 1, 1), audience=("staff",))


def shelve(site):
    site.handrail.knowledge.policies = (*site.handrail.knowledge.policies, GOLD, STAFF)


async def test_what_is_not_for_everybody_does_not_exist_for_anybody(site):
    shelve(site)
    for policy in ("gold", "goodwill", "nothing"):
        answer = await site.http.get(f"/v1/policies/{policy}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    topics = (await site.http.get("/v1/about")).json()["topics"]
    assert not {"Gold delivery", "Goodwill"} & set(topics)


async def test_a_conversations_token_opens_what_is_for_its_customer(site):
    shelve(site)
    talk = await site.begin()
    assert (await site.http.get("/v1/policies/gold", headers=talk.headers)).status_code == 404
    ref = site.handrail.log.vault.ref("C1")
    proven = IdentityProven(
        level="verified", customer_id="C1", customer_ref=ref, method="token", facts={"tier": "gold"}
    )
    await site.handrail.log.append(talk.id, "system", proven)
    assert (await site.http.get("/v1/policies/gold", headers=talk.headers)).json()["audience"] == ["tier=gold"]
    assert (await site.http.get("/v1/policies/goodwill", headers=talk.headers)).status_code == 404


async def test_staff_read_them_all(site):
    shelve(site)
    person = await site.person()
    assert "<strong>£20</strong>" in (await person.http.get("/v1/desk/policies/goodwill")).json()["html"]
    assert (await person.http.get("/v1/policies/goodwill")).status_code == 404
    assert (await site.http.get("/v1/desk/policies/goodwill")).status_code in (401, 403)
