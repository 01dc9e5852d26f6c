"""Two browsers: each sees that the other types, for as long as they do."""

from channels_pages import HOSTILE, NEEDS_CHROMIUM, assert_accessible, assert_unhit, conversation_id, write
from playwright.async_api import expect

from handrail.conversation.events import HandoffRequested

pytestmark = NEEDS_CHROMIUM


async def test_customer_and_person_see_that_the_other_types(windows, site):
    await site.person("kim", name=HOSTILE[1])
    desk, chat = await windows.desk(), await windows.open()
    await write(chat, "How long?")
    await expect(chat.locator(".line.bot")).to_have_count(1)
    cid, log = await conversation_id(chat), site.handrail.log
    await log.append(cid, "bot", HandoffRequested(handoff_id="h1", reason="asked_for_person"), holder="queue")
    await desk.locator(".entry").click()
    await desk.keyboard.press("c")
    await expect(desk.locator("#text")).to_be_focused()
    await expect(chat.locator("#notice")).to_contain_text("You are talking with")
    await chat.locator("#text").press_sequentially("And")
    await expect(desk.locator("#typist")).to_have_text("The customer is typing…")
    await expect(desk.locator(".entry.types")).to_have_count(1)
    await assert_accessible(desk)
    await chat.locator("#text").press("Enter")
    await expect(desk.locator("#lines .line.customer")).to_have_count(2)
    await expect(desk.locator("#typist")).to_be_hidden()
    await desk.locator("#text").press_sequentially("One")
    await expect(chat.locator("#typist")).to_have_text(f"{HOSTILE[1]} is typing")
    await assert_unhit(chat)
    await assert_accessible(chat)
    await desk.keyboard.press("Enter")
    await expect(chat.locator(".line.person")).to_have_count(1)
    await expect(chat.locator("#typing")).to_be_hidden()


async def test_whoever_stops_typing_is_not_shown_any_more(windows, site):
    await site.person("kim")
    chat = await windows.open()
    await write(chat, "How long?")
    await expect(chat.locator(".line.bot")).to_have_count(1)
    cid, log = await conversation_id(chat), site.handrail.log
    await log.append(cid, "bot", HandoffRequested(handoff_id="h1", reason="asked_for_person"), holder="queue")
    desk = await windows.desk()
    await desk.locator(".entry").click()
    await desk.keyboard.press("c")
    await expect(desk.locator("#text")).to_be_focused()
    await chat.clock.install()
    await desk.locator("#text").press_sequentially("One")
    await expect(chat.locator("#typist")).to_have_text("Kim is typing")
    await chat.clock.fast_forward(7000)
    await expect(chat.locator("#typing")).to_be_hidden()
