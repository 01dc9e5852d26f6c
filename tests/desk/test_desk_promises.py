"""What counts as a promise, and when it is due."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from desk_people import BEN

from handrail.desk.promises import found_in

BERLIN = ZoneInfo("Europe/Berlin")
# Wednesday 17 June 2026, 14:00 in Berlin.
NOW = datetime(2026, 6, 17, 12, tzinfo=UTC)


def due(text: str) -> list[str | None]:
    found = found_in(text, "person:ben", NOW, BERLIN)
    return [promise.due and f"{promise.due.astimezone(BERLIN):%a %d %H:%M}" for promise in found]


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("I'll call you tomorrow at nine.", "Thu 18 09:00"),
        ("We will refund you by Friday.", "Fri 19 23:59"),
        ("I will send it by 5pm.", "Wed 17 17:00"),
        ("I'll get back to you at 10:30.", "Thu 18 10:30"),
        ("We'll ship the replacement on 22 June.", "Mon 22 23:59"),
        ("We'll ship the replacement by June 22nd.", "Mon 22 23:59"),
        ("You'll receive the money within 3 days.", "Sat 20 14:00"),
        ("You will get your refund in 3-5 business days.", "Wed 24 23:59"),
        ("I'm going to check with the workshop and let you know tomorrow morning.", "Thu 18 12:00"),
        ("I'll email you the invoice this afternoon.", "Wed 17 18:00"),
        ("Somebody will answer by Monday at 11:00.", "Mon 22 11:00"),
        ("We'll reply in two hours.", "Wed 17 16:00"),
        ("I’ll ring you on Thursday at 2.", "Thu 18 14:00"),
    ],
)
def test_a_promise_has_its_time(text, when):
    assert due(text) == [when]


def test_to_come_back_is_a_promise_without_a_time():
    assert due("I'll let you know as soon as I hear more.") == [None]


@pytest.mark.parametrize(
    "text",
    [
        "I'll look that up for you.",
        "I might call you tomorrow.",
        "If it does not arrive by Friday, we will refund you.",
        "Shall I call you tomorrow?",
        "Will you be there on Friday?",
        "We can't refund you before Monday.",
        "Your parcel arrives on 19 June.",
        "We open tomorrow at nine.",
        "I called you yesterday.",
        "",
    ],
)
def test_what_is_no_promise(text):
    assert due(text) == []


def test_each_sentence_is_its_own_promise():
    told = "I'm sorry about that. I'll send a new one today. We'll also refund the shipping by Friday."
    assert due(told) == ["Wed 17 23:59", "Fri 19 23:59"]


async def test_what_a_person_promises_is_owed_until_it_is_settled(shop, desk, presence):
    await presence.seen(BEN)
    conversation = await shop.talk()
    await shop.hand_over(conversation)
    await desk.claim(conversation, BEN)
    await desk.say(conversation, BEN, "Sorry! I'll call you tomorrow at nine.")
    (promise,) = (await shop.situations.get(conversation)).promises
    assert (promise.text, promise.owner) == ("I'll call you tomorrow at nine.", "person:ben")
    await desk.settle(conversation, BEN, promise.promise_id, kept=True, key="s")
    await desk.settle(conversation, BEN, promise.promise_id, kept=True, key="s")
    assert [p.kept for p in (await shop.situations.get(conversation)).promises] == [True]


async def test_what_is_owed_is_listed_by_its_time(shop, desk, presence, clock, vault):
    await presence.seen(BEN)
    conversations = []
    for text in ("I'll let you know.", "We'll refund you by Friday.", "I'll call you tomorrow at nine."):
        conversations.append(await shop.talk())
        await shop.hand_over(conversations[-1])
        await desk.claim(conversations[-1], BEN)
        await desk.say(conversations[-1], BEN, text)
    told = [owed.text for owed in await desk.ledger.owed()]
    assert told == ["I'll call you tomorrow at nine.", "We'll refund you by Friday.", "I'll let you know."]
    soon = datetime(2026, 6, 16, 12, tzinfo=UTC)
    assert [owed.text for owed in await desk.ledger.owed(before=soon)] == ["I'll call you tomorrow at nine."]
    assert await desk.ledger.owed(owner="person:eva") == []
    await vault.forget(conversations[1])
    assert len(await desk.ledger.owed(owner="person:ben")) == 2
