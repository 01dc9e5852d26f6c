"""Other desks: what goes there, what comes back, and who holds a conversation meanwhile."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from desk_people import BEN
from outside_desks import ChatwootServer, Desk, ZendeskServer, sign_chatwoot, sign_zendesk
from pydantic import SecretStr

from handrail.conversation import events as e
from handrail.conversation.errors import Denied, Invalid
from handrail.conversation.forgetting import forget
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.desk.outbox import Outbox
from handrail.desk.outside.desks import put_together
from handrail.desk.outside.inbox import Inbox
from handrail.desk.outside.staff import StaffEverywhere
from handrail.desk.outside.threads import Forwarding
from handrail.desk.projections import DESK_PROJECTIONS
from handrail.desk.wire import Wire


@dataclass
class Heard:
    """Turns that only hear."""

    log: Log
    woken: list[str] = field(default_factory=list)

    async def hear(self, conversation_id: str, text: str, key: str | None = None) -> e.Event:
        return (await self.log.append(conversation_id, "customer", e.CustomerSaid(text=text), key=key))[0]

    def wake(self, conversation_id: str) -> None:
        self.woken.append(conversation_id)


@dataclass
class There:
    """A desk with both of its ways."""

    server: Any
    inbox: Inbox
    outbox: Outbox
    log: Log
    turns: Heard

    async def sync(self) -> None:
        """Everything that is to go or to come has gone and come."""
        while await self.outbox.deliver() or self.server.webhooks:
            await self.deliver()

    async def deliver(self) -> None:
        """Every webhook comes twice."""
        while self.server.webhooks:
            headers, body = self.server.webhooks.pop(0)
            for _ in range(2):
                await self.inbox.take(headers, body, self.turns)

    async def said(self, conversation: str) -> list[str]:
        """What the customer was told by people."""
        events = await self.log.read(conversation)
        return [event.data.text for event in events if isinstance(event.data, e.PersonSaid)]

    async def notes(self, conversation: str) -> list[str]:
        events = await self.log.read(conversation)
        return [event.data.text for event in events if isinstance(event.data, e.Noted)]

    async def holder(self, conversation: str) -> str:
        return (await self.log.head(conversation)).holder


@pytest.fixture(params=["zendesk", "chatwoot"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def server(kind: str, clock: Any) -> AsyncIterator[Desk]:
    made = ZendeskServer(clock) if kind == "zendesk" else ChatwootServer(clock)
    async with made as server:
        yield server


@pytest.fixture
def settings(settings: Settings, server: Any, kind: str) -> Settings:
    own = {**settings.model_dump(), "outside": {kind: server.settings(timeout_seconds=5)}}
    return Settings.model_validate(own)


@pytest.fixture
def log(database: Any, vault: Any, clock: Any, bell: Any, settings: Settings) -> Log:
    return Log(database, vault, clock, (*DESK_PROJECTIONS, Forwarding(settings.outside)), bell)


@pytest.fixture
async def there(settings: Settings, log: Log, situations: Any, kind: str, server: Any) -> AsyncIterator[There]:
    wire = Wire()
    desks = put_together(settings, log, situations, wire)
    outbox = Outbox(log.database, log.clock, dict(desks.couriers))
    yield There(server, desks.inboxes[kind], outbox, log, Heard(log))
    await wire.close()


on_zendesk = pytest.mark.parametrize("kind", ["zendesk"], indirect=True)
on_chatwoot = pytest.mark.parametrize("kind", ["chatwoot"], indirect=True)


async def at_chatwoot(shop: Any, there: There, *lines: str) -> str:
    """A conversation that its customer began there and the bot has handed over."""
    for line in lines or ("My tent arrived torn",):
        there.server.customer(12, line)
    await there.sync()
    conversation = (await there.log.ids())[-1]
    await shop.hand_over(conversation)
    await there.sync()
    return conversation


# Zendesk: customers write to us, people answer there.


@on_zendesk
async def test_a_handoff_becomes_a_ticket_with_the_packet_as_a_note(shop, there):
    conversation = await shop.talk("My tent arrived torn, I want my money back")
    await there.sync()
    assert there.server.tickets == {}
    await shop.hand_over(conversation, "upset")
    await there.sync()
    ticket = there.server.ticket
    assert ticket["external_id"] == conversation
    assert ticket["tags"] == ["handrail"]
    assert "tent" in ticket["subject"]
    (note,) = [c for c in ticket["comments"] if "Handed over" in c["body"]]
    assert not note["public"]
    assert "upset" in note["body"]
    assert "Customer: My tent arrived torn" in note["body"]
    assert await there.holder(conversation) == "queue"


@on_zendesk
async def test_lines_go_both_ways_and_each_comes_once(shop, there):
    conversation = await shop.talk()
    await shop.hand_over(conversation)
    await there.sync()
    there.server.reply("Hello, this is Kim. We send you a new tent.")
    await there.sync()
    assert await there.said(conversation) == ["Hello, this is Kim. We send you a new tent."]
    assert await there.holder(conversation) == "person:zendesk.7"
    await shop.write(conversation, "Thank you! When?")
    await there.sync()
    last = there.server.ticket["comments"][-1]
    assert (last["body"], last["public"]) == ("Customer: Thank you! When?", False)
    assert there.server.ticket["status"] == "open"
    there.server.reply("By Friday.", agent=8)
    there.server.reply("do not tell them of the recall", public=False)
    await there.sync()
    assert await there.said(conversation) == ["Hello, this is Kim. We send you a new tent.", "By Friday."]
    assert await there.holder(conversation) == "person:zendesk.8"
    told = [c["body"] for c in there.server.ticket["comments"]]
    assert len(told) == len(set(told))


@on_zendesk
async def test_a_solved_ticket_settles_the_conversation_and_a_new_handoff_opens_it_again(shop, there):
    conversation = await shop.talk()
    await shop.hand_over(conversation)
    await there.sync()
    there.server.reply("It is on its way.")
    there.server.solve()
    await there.sync()
    kinds = await shop.kinds(conversation)
    assert kinds.count("wrapped_up") == 1
    assert await there.holder(conversation) == "bot"
    before = len(there.server.ticket["comments"])
    await shop.write(conversation, "Thanks, one more thing")
    await there.sync()
    assert len(there.server.ticket["comments"]) == before
    await shop.hand_over(conversation)
    await there.sync()
    assert there.server.ticket["status"] == "open"
    assert "Handed over" in there.server.ticket["comments"][before]["body"]


@on_zendesk
async def test_a_ticket_solved_without_a_word_settles_it_too(shop, there):
    conversation = await shop.talk()
    await shop.hand_over(conversation)
    await there.sync()
    there.server.solve()
    await there.sync()
    wrapped = [x.data for x in await there.log.read(conversation) if isinstance(x.data, e.WrappedUp)]
    assert [one.disposition for one in wrapped] == ["resolved"]
    assert await there.holder(conversation) == "bot"


@on_zendesk
async def test_a_reply_that_comes_again_after_all_was_settled_changes_nothing(shop, there):
    conversation = await shop.talk()
    await shop.hand_over(conversation)
    await there.sync()
    there.server.reply("It is on its way.")
    late = there.server.webhooks[-1]
    there.server.solve()
    await there.sync()
    before = await shop.kinds(conversation)
    await there.inbox.take(*late, there.turns)
    assert await shop.kinds(conversation) == before
    assert await there.holder(conversation) == "bot"


@on_zendesk
async def test_what_was_lost_on_the_way_back_is_not_written_twice(shop, there, clock):
    conversation = await shop.talk()
    await shop.hand_over(conversation)
    await shop.write(conversation, "Are you there?")
    there.server.loses = 1
    await there.sync()
    clock.advance(60)
    there.server.loses = 1
    await there.sync()
    clock.advance(600)
    await there.sync()
    assert len(there.server.tickets) == 1
    told = [c["body"] for c in there.server.ticket["comments"]]
    assert len([body for body in told if "Handed over" in body]) == 1
    assert len([body for body in told if body.endswith("Customer: Are you there?")]) == 1


@on_zendesk
async def test_a_closed_ticket_is_followed_by_a_new_one(shop, there):
    conversation = await shop.talk()
    await shop.hand_over(conversation)
    await there.sync()
    there.server.ticket["status"] = "closed"
    await shop.write(conversation, "Still nothing")
    await there.sync()
    old, new = there.server.tickets.values()
    assert old["status"] == "closed"
    assert [c["body"] for c in new["comments"]][-1] == "Customer: Still nothing"


@on_zendesk
async def test_who_answers_here_is_seen_there_and_who_holds_it_here_is_not_overrun(shop, there, desk):
    conversation = await shop.talk()
    await shop.hand_over(conversation)
    await there.sync()
    await desk.claim(conversation, BEN)
    await desk.say(conversation, BEN, "I have it.")
    await there.sync()
    assert there.server.ticket["comments"][-1]["body"] == "Ben: I have it."
    there.server.reply("No, I have it.")
    await there.sync()
    assert await there.said(conversation) == ["I have it."]
    assert any("was not sent" in note and "No, I have it." in note for note in await there.notes(conversation))
    await desk.wrap_up(conversation, BEN, "resolved")
    await there.sync()
    assert there.server.ticket["status"] == "solved"
    assert (await shop.kinds(conversation)).count("wrapped_up") == 1


@on_zendesk
async def test_a_forgotten_conversation_is_told_of_and_nothing_else(shop, there):
    conversation = await shop.talk()
    await shop.hand_over(conversation)
    await there.sync()
    await shop.write(conversation, "my secret")
    await forget(there.log, conversation)
    await there.sync()
    told = [c["body"] for c in there.server.ticket["comments"]]
    assert "forgotten" in told[-1]
    assert not any("my secret" in body for body in told)
    there.server.reply("Hello?")
    await there.sync()
    assert await there.said(conversation) == []


@on_zendesk
async def test_departments_that_are_served_elsewhere_stay_here(shop, settings, database, vault, clock, bell):
    only = settings.outside["zendesk"].model_copy(update={"departments": ("care",)})
    log = Log(database, vault, clock, (*DESK_PROJECTIONS, Forwarding({"zendesk": only})), bell)
    shop.log = shop.handover._log = log
    general, care = await shop.talk(), await shop.talk()
    await shop.hand_over(general)
    await shop.hand_over(care, "upset")
    async with database.connection() as connection:
        rows = await (await connection.execute("SELECT conversation_id FROM threads")).fetchall()
    assert [row["conversation_id"] for row in rows] == [care]


@on_zendesk
async def test_what_is_handed_on_to_a_department_over_there_goes_there(
    shop, desk, settings, database, vault, clock, bell, there, presence
):
    only = settings.outside["zendesk"].model_copy(update={"departments": ("care",)})
    log = Log(database, vault, clock, (*DESK_PROJECTIONS, Forwarding({"zendesk": only})), bell)
    shop.log = shop.handover._log = desk._log = desk.returns._log = log
    await presence.seen(BEN)
    conversation = await shop.talk()
    await shop.hand_over(conversation)
    await desk.claim(conversation, BEN)
    await there.sync()
    assert there.server.tickets == {}
    await desk.returns.hand_on(conversation, BEN, department="care")
    await there.sync()
    assert there.server.ticket["external_id"] == conversation
    there.server.reply("Care here.")
    await there.sync()
    assert await there.said(conversation) == ["Care here."]


# Chatwoot: customers write there, the bot answers there until people are called.


@on_chatwoot
async def test_a_customer_writes_there_and_the_bot_answers_there(shop, there):
    there.server.customer(12, "How long do I have to return a tent?")
    await there.sync()
    (conversation,) = await there.log.ids()
    for part, text in enumerate(("You have 30 days. ", "Keep the label on."), 1):
        said = e.BotSaid(turn_id="t", reply_id="r", part=part, text=text, engine="offline")
        await there.log.append(conversation, "bot", said)
        await there.sync()
    # It is not known yet whether more comes of it.
    assert there.server.seen(12) == ["How long do I have to return a tent?"]
    ended = e.TurnEnded(turn_id="t", reply_id="r", upto=2, outcome="answered", engine="offline")
    await there.log.append(conversation, "bot", ended)
    await there.sync()
    assert there.server.seen(12)[1:] == ["You have 30 days. Keep the label on."]
    there.server.customer(13, "Hello")
    there.server.customer(12, "Thanks")
    await there.sync()
    assert len(await there.log.ids()) == 2
    assert (await shop.kinds(conversation)).count("customer_said") == 2


@on_chatwoot
async def test_a_reply_that_was_cut_short_goes_as_it_is(shop, there, clock):
    there.server.customer(12, "How long do I have to return a tent?")
    await there.sync()
    (conversation,) = await there.log.ids()
    said = e.BotSaid(turn_id="t", reply_id="r", part=1, text="You have 30 days.", engine="offline")
    await there.log.append(conversation, "bot", said)
    await there.sync()
    clock.advance(31)
    await there.sync()
    assert there.server.seen(12)[1:] == ["You have 30 days."]


@on_chatwoot
async def test_a_handoff_opens_it_with_the_packet_as_a_private_note(shop, there):
    await at_chatwoot(shop, there)
    assert there.server.conversations[12]["status"] == "open"
    (note,) = there.server.notes(12)
    assert "Handed over" in note
    assert not any("Handed over" in text for text in there.server.seen(12))


@on_chatwoot
async def test_a_person_takes_it_by_answering_and_gives_it_back_by_pending(shop, there):
    conversation = await at_chatwoot(shop, there)
    there.server.reply(12, "Hello, this is Kim.")
    there.server.reply(12, "a note among us", private=True)
    there.server.customer(12, "Hi Kim")
    await there.sync()
    assert await there.holder(conversation) == "person:chatwoot.7"
    assert await there.said(conversation) == ["Hello, this is Kim."]
    seen = there.server.seen(12)
    assert seen.count("Hello, this is Kim.") == seen.count("Hi Kim") == 1
    there.server.set_status(12, "pending")
    await there.sync()
    assert await there.holder(conversation) == "bot"
    assert there.turns.woken == [conversation] * 2
    assert (await shop.kinds(conversation)).count("given_back") == 1


@on_chatwoot
async def test_resolved_settles_it_and_the_next_line_goes_to_the_bot(shop, there):
    conversation = await at_chatwoot(shop, there)
    there.server.reply(12, "Done.")
    there.server.set_status(12, "resolved")
    await there.sync()
    assert (await shop.kinds(conversation)).count("wrapped_up") == 1
    there.server.set_status(12, "pending", None)
    there.server.customer(12, "Thanks, one more question")
    await there.sync()
    assert await there.holder(conversation) == "bot"
    assert (await shop.kinds(conversation)).count("given_back") == 0


@on_chatwoot
async def test_a_line_in_a_resolved_conversation_is_the_bots_to_answer(shop, there):
    conversation = await at_chatwoot(shop, there)
    there.server.reply(12, "Done.")
    there.server.set_status(12, "resolved")
    # It may be told before its conversation is open again.
    there.server.customer(12, "Thanks, one more question")
    await there.sync()
    assert await there.holder(conversation) == "bot"
    heard = [x.data.text for x in await there.log.read(conversation) if isinstance(x.data, e.CustomerSaid)]
    assert heard[-1] == "Thanks, one more question"


@on_chatwoot
async def test_somebody_who_opens_it_has_taken_it_from_the_bot(shop, there):
    there.server.customer(12, "Hello")
    await there.sync()
    (conversation,) = await there.log.ids()
    there.server.set_status(12, "open")
    await there.sync()
    assert await there.holder(conversation) == "person:chatwoot.7"
    with pytest.raises(Exception, match="holder"):
        said = e.BotSaid(turn_id="t", reply_id="r", part=1, text="You have 30 days.", engine="offline")
        await there.log.append(conversation, "bot", said)


@on_chatwoot
async def test_a_status_that_comes_late_does_not_undo_a_newer_one(shop, there, clock):
    conversation = await at_chatwoot(shop, there)
    there.server.reply(12, "Hello")
    there.server.set_status(12, "open")
    late = there.server.webhooks[-1]
    clock.advance(5)
    there.server.set_status(12, "pending")
    await there.sync()
    assert await there.holder(conversation) == "bot"
    await there.inbox.take(*late, there.turns)
    assert await there.holder(conversation) == "bot"


@on_chatwoot
async def test_a_webhook_of_the_account_comes_in_by_its_own_secret(there, settings, log, situations, clock):
    table = settings.outside["chatwoot"].model_copy(update={"account_secret": SecretStr("another")})
    inboxes = put_together(
        settings.model_copy(update={"outside": {"chatwoot": table}}), log, situations, there.outbox
    ).inboxes
    stamp, body = str(int(clock.now().timestamp())), b'{"event": "contact_updated"}'
    for secret in ("another", "a secret of the desk"):
        await inboxes["chatwoot"].take(*sign_chatwoot(body, stamp, secret), there.turns)
    with pytest.raises(Denied):
        await there.inbox.take(*sign_chatwoot(body, stamp, "another"), there.turns)


@on_chatwoot
async def test_where_the_word_of_pending_was_lost_the_next_line_brings_it(shop, there):
    conversation = await at_chatwoot(shop, there)
    there.server.reply(12, "Hello")
    await there.sync()
    there.server.set_status(12, "pending")
    there.server.webhooks.clear()
    there.server.customer(12, "And now?")
    await there.sync()
    assert await there.holder(conversation) == "bot"


@on_chatwoot
async def test_our_own_echo_is_no_persons_line_whoever_seems_to_have_sent_it(shop, there, desk):
    there.server.as_user = True
    conversation = await at_chatwoot(shop, there)
    await desk.claim(conversation, BEN)
    await desk.say(conversation, BEN, "I have it.")
    await there.sync()
    assert there.server.seen(12).count("I have it.") == 1
    assert await there.said(conversation) == ["I have it."]
    assert await there.holder(conversation) == BEN.actor


@on_chatwoot
async def test_a_deleted_line_is_told_to_the_desk(shop, there):
    conversation = await at_chatwoot(shop, there)
    there.server.reply(12, "The password is swordfish")
    await there.sync()
    there.server.delete(12)
    await there.sync()
    assert [note for note in await there.notes(conversation) if "taken back" in note] == [
        "A line to the customer was taken back in chatwoot; they may have read it."
    ]


@on_chatwoot
async def test_a_customer_who_was_forgotten_begins_anew(shop, there):
    there.server.customer(12, "my secret")
    await there.sync()
    (first,) = await there.log.ids()
    await forget(there.log, first)
    there.server.customer(12, "Hello again")
    await there.sync()
    assert len(await there.log.ids()) == 2
    second = next(id_ for id_ in await there.log.ids() if id_ != first)
    assert (await shop.kinds(second)) == ["opened", "customer_said"]


@on_chatwoot
async def test_two_first_lines_at_once_begin_one_conversation(shop, there):
    there.server.customer(12, "Hello")
    there.server.customer(12, "anybody?")
    webhooks, there.server.webhooks = there.server.webhooks, []
    await asyncio.gather(*(there.inbox.take(*webhook, there.turns) for webhook in webhooks * 3))
    (conversation,) = await there.log.ids()
    assert sorted(await shop.kinds(conversation)) == ["customer_said", "customer_said", "opened"]


# Both.


async def test_what_is_not_signed_right_is_refused(there, kind, clock):
    stamp = clock.now().isoformat() if kind == "zendesk" else str(int(clock.now().timestamp()))
    old = (clock.now() - timedelta(hours=1)).isoformat() if kind == "zendesk" else "1000"
    sign = sign_zendesk if kind == "zendesk" else sign_chatwoot
    headers, body = sign(b'{"a": 1}', stamp)
    with pytest.raises(Invalid):
        await there.inbox.take(headers, body, there.turns)
    bad = [
        (headers, body + b" "), ({}, body), sign(body, stamp, "another secret"), sign(body, old), sign(body, "soon"),
        sign(body, ""),
    ]  # fmt: skip
    for wrong in bad:
        with pytest.raises(Denied):
            await there.inbox.take(*wrong, there.turns)


async def test_a_desk_that_is_down_gets_everything_later_and_in_order(shop, there, kind, clock):
    there.server.statuses = [503] * 3
    if kind == "chatwoot":
        there.server.customer(12, "one")
        await there.deliver()
        (conversation,) = await there.log.ids()
    else:
        conversation = await shop.talk("one")
    await shop.hand_over(conversation)
    for text in ("two", "three"):
        await there.log.append(conversation, "system", e.Announced(code="x", text=text))
        await shop.write(conversation, text)
    for _ in range(8):
        await there.sync()
        clock.advance(timedelta(minutes=10))
    if kind == "chatwoot":
        assert there.server.seen(12)[-2:] == ["two", "three"]
    else:
        assert [c["body"] for c in there.server.ticket["comments"]][-2:] == ["Customer: two", "Customer: three"]


async def test_whatever_order_words_come_in_no_line_is_lost_or_doubled(shop, there, kind, clock):
    """Random interleavings of a customer, people there and deliveries; every webhook comes twice, some late."""
    dice = random.Random(7)
    for number in range(100, 108):
        clock.advance(1)
        if kind == "chatwoot":
            there.server.customer(number, "My tent arrived torn")
            await there.sync()
            conversation = (await there.log.ids())[-1]
        else:
            there.server.tickets.clear()
            conversation = await shop.talk()
        await shop.hand_over(conversation)
        await there.sync()
        said, written = [], []
        for step in range(10):
            match dice.choice("rrcsd"):
                case "r":
                    said.append(f"reply {step}")
                    args = (number, said[-1]) if kind == "chatwoot" else (said[-1],)
                    there.server.reply(*args, agent=dice.choice((7, 8)))
                case "c":
                    written.append(f"line {step}")
                    if kind == "chatwoot":
                        there.server.customer(number, written[-1])
                    else:
                        await shop.write(conversation, written[-1])
                case "s":
                    await there.outbox.deliver()
                case "d":
                    dice.shuffle(there.server.webhooks)
                    await there.deliver()
        await there.sync()
        assert sorted(await there.said(conversation)) == sorted(said)
        heard = [x.data.text for x in await there.log.read(conversation) if isinstance(x.data, e.CustomerSaid)]
        assert sorted(heard[1:]) == sorted(written)
        if kind == "zendesk":
            told = [c["body"] for c in there.server.ticket["comments"] if c["body"].startswith("Customer: ")]
            assert told == [f"Customer: {text}" for text in written]
        else:
            seen = there.server.seen(number)
            assert all(seen.count(text) == 1 for text in (*said, *written))


async def test_a_live_desk_counts_as_staff(shop, settings, database, clock, kind, there):
    def staff(live: bool) -> StaffEverywhere:
        more = {"live": live, "departments": ("general",), "capacity": 3}
        desks = {kind: settings.outside[kind].model_copy(update=more)}
        return StaffEverywhere(database, clock, settings.model_copy(update={"outside": desks}))

    assert await staff(False).on("general") == ()
    assert await staff(True).on("general") == (f"{kind}.desk",)
    assert await staff(True).on("care") == ()


@on_chatwoot
async def test_who_has_a_conversation_there_is_busy(shop, settings, database, clock, there):
    shop.handover._staff = shop.handover.waits._staff = StaffEverywhere(database, clock, settings)
    await at_chatwoot(shop, there)
    there.server.reply(12, "Hello")
    await there.sync()
    found = await StaffEverywhere(database, clock, settings).colleagues()
    assert [(one.id, one.load, one.capacity) for one in found] == [("chatwoot.7", 1, 1), ("chatwoot.desk", 0, 9)]
    assert any("joins" in text or "minute" in text for text in there.server.seen(12))
