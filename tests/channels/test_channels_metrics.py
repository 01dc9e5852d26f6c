"""Metrics: what is counted, who may read them, and that nothing of a customer is in them."""

import re
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families as families
from test_channels_pages import waiting

from handrail.conversation import events as e
from handrail.conversation.settings import Settings


async def read(site, **headers):
    answer = await site.http.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = {}
    for family in families(answer.text):
        for sample in family.samples:
            found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
    return found, answer.text


def value(found, name, **labels):
    return found.get((f"handrail_{name}", tuple(sorted(labels.items()))))


async def test_what_this_process_puts_on_the_log_is_counted_once(site):
    log = site.handrail.log
    talk = await site.begin()
    said, *_ = await log.append(talk.id, "customer", e.CustomerSaid(text="My boots?"))
    finding = e.Finding(check="stuck", name="repeat", score=0.9, action="offer")
    checked = e.Checked(
        turn_id="t", direction="inbound", subject=said.seq, findings=(finding,), milliseconds={"stuck": 0.2, "all": 3.0}
    )
    line = e.BotSaid(turn_id="t", reply_id="t", part=1, text="30 days.", engine="offline")
    ended = e.TurnEnded(
        turn_id="t", reply_id="t", upto=said.seq, outcome="answered", engine="x", model_calls=2, tokens_in=900,
        tokens_out=20, cost=0.25, milliseconds=700, model_milliseconds=600,
    )  # fmt: skip
    for _ in range(2):
        # The same again under the same key is stored once, and counted once.
        await log.append(talk.id, "bot", checked, line, ended, key="once")
    used = e.ModelUsed(
        purpose="suggestion", model_calls=1, tokens_in=100, tokens_out=5, cost=0.05, model_milliseconds=400
    )
    await log.append(talk.id, "system", used)
    found, text = await read(site)
    assert value(found, "turns_total", outcome="answered") == 1
    assert value(found, "lines_total", speaker="bot") == 1
    assert value(found, "turn_seconds_bucket", le="1.0") == 1
    assert value(found, "turn_seconds_bucket", le="0.5") == 0
    assert value(found, "model_calls_total", purpose="turn") == 2
    assert value(found, "model_calls_total", purpose="suggestion") == 1
    assert value(found, "tokens_total", direction="in") == 1000
    assert value(found, "cost_total") == pytest.approx(0.3)
    assert value(found, "findings_total", check="stuck", action="offer") == 1
    assert value(found, "check_seconds_count", check="stuck", direction="inbound") == 1
    assert talk.id not in text
    assert "boots" not in text


async def test_queue_waits_promises_and_deliveries_are_told_as_they_stand(site):
    clock, log = site.handrail.clock, site.handrail.log
    cid = await waiting(site, name="Sam Ode")
    promise = e.PromiseMade(promise_id="p", text="a refund", owner="bot", due=clock.now() + timedelta(minutes=5))
    await log.append(cid, "bot", promise)
    async with site.handrail.database.connection() as connection:
        await connection.execute(
            "INSERT INTO outbox (conversation_id, seq, target, state, due_at, made_at) VALUES"
            " (%s, 1, 'mail', 'failed', now(), now()), (%s, 2, 'webhook:gone', 'due', now(), now())",
            [cid, cid],
        )
    clock.advance(timedelta(minutes=10))
    found, text = await read(site)
    assert value(found, "queue", department="general", state="waiting", mode="live") == 1
    assert value(found, "queue_longest_seconds", department="general", mode="live") == 600
    assert value(found, "promises_overdue") == 1
    assert value(found, "deliveries", target="mail", state="failed") == 1
    # An endpoint that is not in the settings any more has no label of its own.
    assert value(found, "deliveries", target="other", state="due") == 1
    assert value(found, "handoffs_total", reason="upset", department="general", mode="live") == 1
    kim = await site.person("kim")
    await kim.http.post(f"/v1/desk/conversations/{cid}/claim", json={})
    found, text = await read(site)
    assert value(found, "wait_seconds", department="general", quantile="0.5") == 600
    assert value(found, "queue", department="general", state="claimed", mode="live") == 1
    assert "Sam" not in text


async def test_departments_that_the_settings_do_not_have_share_a_label(site):
    talk = await site.begin()
    await site.handrail.log.append(talk.id, "customer", e.CustomerSaid(text="x"))
    hostile = e.HandoffRequested(handoff_id="h", reason="stuck", department='a"} 1\nb')
    await site.handrail.log.append(talk.id, "bot", hostile, holder="queue")
    found, text = await read(site)
    assert value(found, "handoffs_total", reason="stuck", department="other", mode="live") == 1
    assert value(found, "queue", department="other", state="waiting", mode="live") == 1
    assert "\nb" not in re.sub(r"\n# ", "\n", text)


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
async def test_whom_a_proxy_asks_for_is_not_this_machine(site, name):
    assert (await site.http.get("/metrics", headers={name: "127.0.0.1"})).status_code == 403


async def test_with_a_token_nobody_reads_them_without_it(handrail, serve):
    changed = {**handrail.settings.model_dump(), "figures": {"metrics_token": "a-long-token"}}
    handrail.settings = Settings.model_validate(changed)
    async with serve(handrail) as site:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic a-long-token"}):
            assert (await site.http.get("/metrics", headers=headers)).status_code == 401
        await read(site, Authorization="Bearer a-long-token", **{"X-Forwarded-For": "203.0.113.9"})
