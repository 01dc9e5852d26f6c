"""Files at other desks, and lines that are changed or taken back there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_desk_outside import There, at_chatwoot, kind, log, on_chatwoot, on_zendesk, server, settings, there

from handrail.conversation import events as e
from handrail.conversation.errors import Conflict
from handrail.desk.outside.attachments import Attachment, attachment, told, words

__all__ = ["kind", "log", "server", "settings", "there"]
PHOTO = "https://chatwoot.example/rails/active_storage/blobs/redirect/eyJf--1a2b/torn%20seam.jpg"
FILE = {"id": 1, "message_id": 2, "file_type": "image", "extension": None, "data_url": PHOTO, "file_size": 91}


async def heard(there: There, conversation: str) -> list[str]:
    return [x.data.text for x in await there.log.read(conversation) if isinstance(x.data, e.CustomerSaid)]


async def replied(shop, there) -> str:
    """A ticket with one reply that its customer has read."""
    conversation = await shop.talk()
    await shop.hand_over(conversation)
    await there.sync()
    there.server.reply("Here is your label.")
    return conversation


@on_chatwoot
async def test_files_are_told_by_name_and_link_and_nothing_is_fetched(shop, there):
    there.server.customer(12, "My tent arrived torn, see here", [FILE])
    await there.sync()
    (conversation,) = await there.log.ids()
    assert await heard(there, conversation) == [f"My tent arrived torn, see here\n[attached] torn seam.jpg: {PHOTO}"]
    await shop.hand_over(conversation)
    await there.sync()
    there.server.reply(12, "", files=[{**FILE, "data_url": "https://files.example/label.pdf"}])
    await there.sync()
    assert await there.said(conversation) == ["[attached] label.pdf: https://files.example/label.pdf"]
    assert all("active_storage" not in got.path for got in there.server.got)


@on_chatwoot
async def test_what_is_no_file_is_told_too(shop, there):
    place = {"file_type": "location", "coordinates_lat": 51.5, "fallback_title": "Camden Lock", "data_url": None}
    there.server.customer(12, "", [place, {"file_type": "contact", "fallback_title": None}])
    there.server.customer(12, "")
    await there.sync()
    (conversation,) = await there.log.ids()
    assert await heard(there, conversation) == ["[attached] Camden Lock\n[attached] contact", "[attached] a file"]


@on_chatwoot
async def test_a_customer_who_changes_a_line_is_heard_again_once(shop, there):
    there.server.customer(12, "Where is W10012?", [FILE])
    await there.sync()
    (conversation,) = await there.log.ids()
    for status in ("delivered", "read"):
        there.server.update(12, status=status)
    await there.sync()
    assert len(await heard(there, conversation)) == 1
    there.server.update(12, content="Where is W10021?")
    there.server.update(12, status="read")
    await there.sync()
    assert (await heard(there, conversation))[1:] == ["(edited) Where is W10021?"]


@on_chatwoot
async def test_a_line_whose_numbers_were_blacked_out_is_not_taken_for_a_changed_one(shop, there):
    there.server.customer(12, "My card is 4111 1111 1111 1111")
    there.server.webhooks.clear()
    conversation = (await there.log.open(e.Opened(channel="chatwoot"))).conversation_id
    message = there.server.conversations[12]["messages"][-1]
    said = e.CustomerSaid(text="My card is [card number removed]", masked=("card",))
    async with there.log.database.connection() as connection:
        query = "INSERT INTO threads (desk, conversation_id, external_id) VALUES ('chatwoot', %s, '12')"
        await connection.execute(query, [conversation])
    await there.log.append(conversation, "customer", said, key=f"chatwoot:{message['id']}")
    there.server.update(12, status="read")
    await there.sync()
    assert await heard(there, conversation) == ["My card is [card number removed]"]


@on_chatwoot
async def test_the_desk_is_told_of_lines_that_changed_or_went(shop, there):
    conversation = await at_chatwoot(shop, there)
    there.server.delete(12)  # the packet, which is ours
    there.server.customer(12, "I am so angry")
    await there.sync()
    there.server.delete(12)
    there.server.reply(12, "You get 10 back.")
    there.server.update(12, status="delivered")
    there.server.update(12, content="You get 100 back.")
    there.server.reply(12, "for us alone", private=True)
    there.server.delete(12)
    await there.sync()
    assert await there.notes(conversation) == [
        "The customer took a line back in chatwoot.",
        "Kim Park changed a line to the customer in chatwoot: You get 100 back.",
    ]
    assert await there.said(conversation) == ["You get 10 back."]


@on_zendesk
async def test_a_file_goes_after_its_line_once_and_whoever_wrote_that_holds_it_still(shop, there):
    conversation = await replied(shop, there)
    there.server.attach()
    await there.sync()
    link = "https://example.zendesk.com/attachments/token/x/"
    assert await there.said(conversation) == ["Here is your label.", f"[attached] label.pdf: {link}"]
    assert await there.holder(conversation) == "person:zendesk.7"
    there.server.redact_file()
    await there.sync()
    assert await there.notes(conversation) == [
        "A line to the customer was taken back in zendesk; they may have read it."
    ]


@on_zendesk
async def test_a_file_that_is_here_before_its_line_is_asked_for_again(shop, there):
    conversation = await replied(shop, there)
    there.server.attach()
    line, file = there.server.webhooks
    there.server.webhooks.clear()
    with pytest.raises(Conflict):
        await there.inbox.take(*file, there.turns)
    assert await there.said(conversation) == []
    there.server.webhooks += [line, file]
    await there.sync()
    assert len(await there.said(conversation)) == 2


@on_zendesk
async def test_files_of_internal_notes_stay_there(shop, there):
    conversation = await replied(shop, there)
    await there.sync()
    there.server.reply("the recall", public=False)
    await there.sync()
    there.server.attach("recall.pdf")
    with pytest.raises(Conflict):
        await there.sync()
    there.server.webhooks.clear()
    there.server.redact()
    await there.sync()
    assert await there.said(conversation) == ["Here is your label."]
    assert await there.notes(conversation) == []


@on_zendesk
async def test_a_file_after_all_was_settled_is_told_and_takes_nothing_up_again(shop, there):
    conversation = await replied(shop, there)
    there.server.solve()
    await there.sync()
    there.server.attach()
    await there.sync()
    assert await there.holder(conversation) == "bot"
    announced = [x.data.text for x in await there.log.read(conversation) if isinstance(x.data, e.Announced)]
    link = "https://example.zendesk.com/attachments/token/x/"
    assert announced[-1] == f"Kim Park sent a file along.\n[attached] label.pdf: {link}"


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "file:///etc/passwd", "https://kim:pw@evil.test/x", "https://", "https://[", "x" * 9, None,
     "https://example.org/a b", "https://example.org/\u202ea", "https://example.org/" + "x" * 2000],
)  # fmt: skip
def test_links_that_lead_astray_are_left_out(link):
    assert attachment("bill.pdf", link) == Attachment("bill.pdf")


@given(st.text(max_size=300), st.text(max_size=300), st.lists(st.text(max_size=200), max_size=20))
def test_names_stay_on_their_line_and_lines_come_apart_again(text, link, names):
    files = [attachment(name, link) for name in names]
    whole = told(text, files)
    assert all(file.name and file.name.isprintable() for file in files)
    if "\n[attached] " not in text and not text.startswith("[attached] "):
        assert words(whole) == text
    assert len(whole.split("\n")) <= len(text.split("\n")) + 15
