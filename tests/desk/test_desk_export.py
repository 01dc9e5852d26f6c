"""What is kept of a customer: told to them whole, and gone for good once it is forgotten."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from desk_people import BEN
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handrail.conversation import events as e
from handrail.conversation.forgetting import forget, forget_customer, forget_resting
from handrail.desk.export import Exports


@pytest.fixture
def exports(log, situations) -> Exports:
    return Exports(log, situations, "Northwind Outdoors", "Europe/Berlin")


async def proven(shop, conversation: str, customer: str, level: str = "verified") -> None:
    ref = shop.log.vault.ref(customer)
    method = "code" if level == "verified" else "claim"
    identity = {"level": level, "customer_id": customer, "name": "Sara", "customer_ref": ref, "method": method}
    await shop.log.append(conversation, "system", e.IdentityProven.model_validate(identity))


async def test_a_customer_gets_all_of_theirs_and_nothing_of_others(shop, desk, presence, exports, night):
    first = await shop.talk("My tent arrived torn")
    await proven(shop, first, "c1")
    await shop.hand_over(first)
    await desk.claim(first, BEN)
    await desk.say(first, BEN, "We send you a new one.")
    await desk.note(first, BEN, "third this week")
    night.advance(60)
    second = await shop.talk("And my stove is late")
    await proven(shop, second, "c1")
    other = await shop.talk("I am somebody else entirely")
    await proven(shop, other, "c2")
    found = await exports.of_customer("c1")
    assert [one.id for one in found.conversations] == [first, second]
    told = found.model_dump_json()
    for words in ("arrived torn", "We send you a new one", "third this week", "stove is late"):
        assert words in told
    assert "somebody else" not in told
    whole = [event.seq for event in found.conversations[0].events]
    assert whole == list(range(1, len(whole) + 1))


async def test_who_only_claimed_to_be_the_customer_is_left_out_and_named(shop, exports):
    mine, claimed = await shop.talk("mine"), await shop.talk("of whoever said it")
    await proven(shop, mine, "c1")
    await proven(shop, claimed, "c1", "known")
    found = await exports.of_customer("c1")
    assert [one.id for one in found.conversations] == [mine]
    assert found.claimed == [claimed]
    assert "whoever" not in found.model_dump_json()


async def test_what_keeps_codes_safe_is_no_data_of_the_customer(shop, exports, clock):
    conversation = await shop.talk("hello")
    sent = e.CodeSent(challenge_id="x", customer_id="c1", to="s…@example.org", digest="d1gest", expires_at=clock.now())
    await shop.log.append(conversation, "system", sent)
    told = (await exports.of_conversation(conversation)).model_dump_json()
    assert "s…@example.org" in told
    assert "d1gest" not in told


async def test_the_file_reads_without_any_program(shop, exports):
    conversation = await shop.talk("My tent arrived torn", "Hello?")
    for part, text in enumerate(("I am sorry to read that. ", "Let me look."), 1):
        said = e.BotSaid(turn_id="t", reply_id="r", part=part, text=text, engine="offline")
        await shop.log.append(conversation, "bot", said)
    with zipfile.ZipFile(io.BytesIO(exports.zipped(await exports.of_conversation(conversation)))) as file:
        names = file.namelist()
        assert names == ["export.json", f"conversations/2026-06-15-{conversation}.txt"]
        text = file.read(names[1]).decode()
        whole = json.loads(file.read("export.json"))
    assert "12:00 customer: My tent arrived torn\n" in text
    assert "assistant: I am sorry to read that. Let me look.\n" in text
    assert whole["format"] == "handrail-export/1"


WORDS = st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=6, max_size=60), max_size=4)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=WORDS, note=st.text("abcdefghij", min_size=8, max_size=40))
async def test_nothing_that_was_forgotten_can_be_read_in_an_export(shop, desk, exports, lines, note):
    marked = [f"said-{line}" for line in lines]
    conversation = await shop.talk(*marked, "said-last")
    await proven(shop, conversation, f"c-{conversation}")
    await desk.note(conversation, BEN, f"noted-{note}")
    customer = f"c-{conversation}"
    before = await exports.of_customer(customer)
    assert [one.forgotten for one in before.conversations] == [False]
    assert f"noted-{note}" in before.model_dump_json()
    await forget_customer(shop.log, shop.log.vault.ref(customer))
    after = await exports.of_customer(customer)
    (left,) = after.conversations
    assert left.forgotten
    assert (left.transcript, left.events) == ([], [])
    told = after.model_dump_json()
    assert "said-" not in told
    assert "noted-" not in told
    # What can be counted is still there.
    kinds = [event.kind for event in await shop.log.read(conversation)]
    assert kinds.count("customer_said") == len(lines) + 1


async def test_what_rests_for_long_is_forgotten_and_nothing_else(shop, log, clock):
    resting, open_ = await shop.talk("an old matter"), await shop.talk("a slow matter")
    await log.append(resting, "system", e.Closed(reason="idle"))
    clock.advance(timedelta(days=10))
    recent = await shop.talk("a new matter")
    await log.append(recent, "system", e.Closed(reason="idle"))
    assert await forget_resting(log, clock.now() - timedelta(days=11)) == 0
    assert await forget_resting(log, clock.now() - timedelta(days=9)) == 1
    assert await forget_resting(log, clock.now() - timedelta(days=9)) == 0
    heads = [(await log.head(id_)).forgotten for id_ in (resting, open_, recent)]
    assert heads == [True, False, False]


async def test_a_closed_matter_that_waits_for_a_person_is_kept(shop, log, clock, presence):
    await presence.seen(BEN)
    conversation = await shop.talk("a matter")
    await shop.hand_over(conversation)
    await log.append(conversation, "customer", e.Closed(reason="customer"))
    clock.advance(timedelta(days=400))
    assert await forget_resting(log, clock.now()) == 0


async def test_one_that_is_forgotten_already_is_exported_as_that(shop, log, exports):
    conversation = await shop.talk("gone")
    await forget(log, conversation)
    (left,) = (await exports.of_conversation(conversation)).conversations
    assert left.forgotten
    with zipfile.ZipFile(io.BytesIO(exports.zipped(await exports.of_conversation(conversation)))) as file:
        assert "nothing of what was said is left" in file.read(file.namelist()[1]).decode()
