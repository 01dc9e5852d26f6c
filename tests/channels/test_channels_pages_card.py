"""The customer's card on the page: whole for who holds the conversation, and honest where there is nothing."""

from datetime import UTC, datetime

import pytest
from channels_pages import HOSTILE, NEEDS_CHROMIUM, PHONE, WIDE, assert_accessible, assert_unhit
from playwright.async_api import expect
from test_channels_pages import waiting
from test_channels_pages_replies import at_work

from handrail.agent.card import Earlier, Record

pytestmark = NEEDS_CHROMIUM
ORDERS = [{"order_id": "W10021", "note": HOSTILE[1], "items": [{"name": HOSTILE[0]}]}]


def filled(site, other):
    site.handrail.cards.records = [
        Record("find_orders", f"The customer's orders. {HOSTILE[3]}", "found", ORDERS),
        Record("find_bookings", "", "nothing", []),
        Record("loyalty", "", "failed", message="the business system does not answer"),
    ]
    at = datetime(2026, 5, 3, tzinfo=UTC)
    site.handrail.cards.earlier = [Earlier(other, at, "chat", f"A question {HOSTILE[4]}", True, "upset", 4)]


@pytest.mark.parametrize(("scheme", "viewport"), [("light", WIDE), ("dark", WIDE), ("light", PHONE), ("dark", PHONE)])
async def test_the_card_tells_all_there_is_and_leads_to_what_was_before(windows, site, scheme, viewport):
    desk, cid = await at_work(windows, site)
    other = await waiting(site, "An older question", name="Sam Ode")
    filled(site, other)
    await desk.set_viewport_size(viewport)
    await desk.emulate_media(color_scheme=scheme)
    await desk.locator("#text").press("Escape")
    await desk.keyboard.press("i")
    dialog = desk.get_by_role("dialog", name="The customer")
    await expect(dialog).to_contain_text("sam@example.org")
    await expect(dialog).to_contain_text("Proven by a one-time code")
    await expect(dialog).to_contain_text("gold")
    await expect(dialog.get_by_role("region", name="find orders")).to_contain_text(HOSTILE[1])
    await expect(dialog.get_by_role("region", name="find bookings")).to_contain_text("Nothing.")
    await expect(dialog.get_by_role("region", name="loyalty")).to_contain_text("does not answer")
    assert await desk.evaluate("document.querySelector('dialog[open]').scrollWidth <= innerWidth")
    await assert_accessible(desk)
    await assert_unhit(desk)
    await dialog.get_by_role("button", name="A question").click()
    await expect(desk.locator("#lines")).to_contain_text("An older question")
    looks = await site.app.state.kit.looks.list(None, None)
    seen = {(look.what, look.conversation_id) for look in looks}
    assert {("card", cid), ("case", other)} <= seen


async def test_who_does_not_hold_it_and_who_is_not_proven_is_told_of(windows, site):
    await site.person("kim")
    cid = await waiting(site, "Where is my order?")
    other = await waiting(site, "Mine", name="Sam Ode")
    filled(site, cid)
    desk = await windows.desk()
    await desk.locator(f".entry[data-id='{cid}'], .entry", has_text="Where is my order?").first.click()
    await expect(desk.locator("#lines")).to_contain_text("Where is my order?")
    await desk.get_by_role("button", name="Customer", exact=True).click()
    dialog = desk.get_by_role("dialog", name="The customer")
    await expect(dialog).to_contain_text("Not known")
    await expect(dialog).to_contain_text("once they have proven who they are")
    await expect(dialog).not_to_contain_text("W10021")
    await assert_accessible(desk)
    await dialog.get_by_role("button", name="Close").click()
    await desk.locator(".entry", has_text="Mine").click()
    await expect(desk.locator("#head-name")).to_have_text("Sam Ode")
    await desk.get_by_role("button", name="Customer", exact=True).click()
    await expect(dialog).to_contain_text("Claim the conversation to see all of it.")
    await expect(dialog).not_to_contain_text("W10021")
    assert other
