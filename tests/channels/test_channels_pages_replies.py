"""What a person has at hand to answer with: suggestions, ready replies, drafts, and word of news."""

import pytest
from channels_pages import HOSTILE, NEEDS_CHROMIUM, assert_accessible, assert_unhit
from playwright.async_api import expect
from test_channels_pages import waiting

from handrail.conversation.events import CustomerSaid

pytestmark = NEEDS_CHROMIUM


@pytest.fixture
def settings(settings):
    ready = {"Say hello": "Hello {customer}, this is {name}.", HOSTILE[0]: HOSTILE[1]}
    return settings.model_copy(update={"desk": settings.desk.model_copy(update={"replies": ready})})


async def at_work(windows, site, text="Where is my order?"):
    """Somebody who has claimed a conversation of Sam's."""
    await site.person("kim")
    cid = await waiting(site, text, name="Sam Ode")
    desk = await windows.desk()
    await desk.locator(".entry").click()
    await desk.get_by_role("button", name="Claim").click()
    await expect(desk.locator("#text")).to_be_focused()
    return desk, cid


async def test_a_drafted_reply_shows_its_source_and_is_edited_before_it_is_sent(windows, site):
    desk, cid = await at_work(windows, site)
    await desk.keyboard.press("Escape")
    await desk.keyboard.press("t")
    dialog = desk.get_by_role("dialog")
    draft = dialog.locator("#drafted > .reply")
    await expect(draft).to_contain_text("You have 30 days.")
    await expect(draft).to_contain_text("1 sentence left out: no source bears it.")
    await expect(draft.get_by_role("button", name="Returns and exchanges")).to_be_visible()
    await expect(dialog.get_by_role("list", name="Passages")).to_contain_text("Keep the label on.")
    await assert_accessible(desk)
    await draft.get_by_role("button", name="Use it").click()
    await expect(dialog).to_be_hidden()
    await expect(desk.locator("#text")).to_have_value("You have 30 days.")
    await expect(desk.locator("#text")).to_be_focused()
    assert "person_said" not in {event.kind for event in await site.handrail.log.read(cid)}


async def test_a_ready_reply_is_found_by_its_words_and_carries_the_names(windows, site):
    desk, _ = await at_work(windows, site)
    await desk.get_by_role("button", name="Suggest").click()
    find = desk.get_by_label("Find a ready reply")
    await expect(find).to_be_focused()
    await find.fill("nothing like it")
    await expect(desk.get_by_role("list", name="Ready replies")).to_have_text("None of them says that.")
    await find.fill("hello")
    await desk.get_by_role("button", name="Use “Say hello”").click()
    await expect(desk.locator("#text")).to_have_value("Hello Sam, this is Kim.")


async def test_to_whoever_has_not_claimed_it_suggestions_are_only_shown(windows, site):
    await site.person("kim")
    await waiting(site)
    desk = await windows.desk()
    await desk.locator(".entry").click()
    await desk.get_by_role("button", name="Suggest").click()
    await expect(desk.locator("#drafted")).to_contain_text("You have 30 days.")
    await expect(desk.get_by_role("dialog").get_by_role("button", name="Use it")).to_have_count(0)


async def test_hostile_drafts_passages_and_ready_replies_stay_text(windows, site):
    site.handrail.suggestions.text, site.handrail.suggestions.quote = HOSTILE[3], HOSTILE[4]
    desk, _ = await at_work(windows, site)
    await desk.get_by_role("button", name="Suggest").click()
    await expect(desk.locator("#drafted")).to_contain_text(HOSTILE[3])
    await expect(desk.get_by_role("list", name="Ready replies")).to_contain_text(HOSTILE[1])
    await assert_unhit(desk)


async def test_what_was_begun_is_kept_for_each_conversation_until_it_is_sent(windows, site):
    desk, cid = await at_work(windows, site, "The first one")
    await desk.locator("#text").fill("Half an answer")
    await expect(desk.locator(".entry .chip", has_text="draft")).to_have_count(1)
    await waiting(site, "The second one", name="Lou Ash")
    other = desk.locator(".entry", has_text="Lou Ash")
    await other.click()
    await expect(desk.locator("#head-name")).to_have_text("Lou Ash")
    await expect(desk.locator("#text")).to_have_value("")
    await desk.reload()
    await desk.locator(".entry", has_text="Sam Ode").click()
    await expect(desk.locator("#text")).to_have_value("Half an answer")
    await expect(desk.locator("#text")).to_be_enabled()
    await desk.locator("#text").press("Enter")
    await expect(desk.locator("#lines .line.person")).to_contain_text("Half an answer")
    await expect(desk.locator(".entry .chip", has_text="draft")).to_have_count(0)
    assert [e.data.text for e in await site.handrail.log.read(cid) if e.kind == "person_said"] == ["Half an answer"]


async def test_whoever_looks_elsewhere_is_told_of_news(windows, site):
    await site.person("kim")
    desk = await windows.open("/desk")
    # A headless browser shows no notifications: this one keeps them.
    await desk.add_init_script(
        "window.told = [];"
        "window.Notification = class { constructor(title) { told.push(title); } static permission = 'granted';"
        " static requestPermission() { return Promise.resolve('granted'); } };"
        "Object.defineProperty(document, 'hidden', { get: () => window.elsewhere });"
    )
    await desk.reload()
    await desk.get_by_label("Login").fill("kim")
    await desk.get_by_label("Password", exact=True).fill("correct horse battery")
    await desk.keyboard.press("Enter")
    await expect(desk.get_by_text("Live")).to_be_visible()
    await desk.get_by_role("button", name="Notify me").click()
    await expect(desk.get_by_role("button", name="Notify me")).to_have_attribute("aria-pressed", "true")
    await waiting(site, name="Lou Ash")
    await expect(desk).to_have_title("(1) Our shop desk")
    assert await desk.evaluate("told") == []
    await desk.evaluate("window.elsewhere = true")
    cid = await waiting(site, name="Sam Ode")
    await expect(desk).to_have_title("(2) Our shop desk")
    assert await desk.evaluate("told") == ["Sam Ode is waiting"]
    await desk.locator(".entry", has_text="Sam Ode").click()
    await desk.get_by_role("button", name="Claim").click()
    await desk.locator("#text").fill("Here I am.")
    await desk.locator("#text").press("Enter")
    await expect(desk).to_have_title("(1) Our shop desk")
    await site.handrail.log.append(cid, "customer", CustomerSaid(text="Are you there?"))
    await expect(desk).to_have_title("(2) Our shop desk")
    assert await desk.evaluate("told") == ["Sam Ode is waiting", "Sam Ode has written"]


async def test_something_is_looked_up_with_what_is_known_filled_in(windows, site):
    desk, cid = await at_work(windows, site)
    site.handrail.lookups.found = [
        {"order_id": "W10021", "note": HOSTILE[1], "items": [{"name": "Boots"}], "gone": None}
    ]
    await desk.locator("#text").press("Escape")
    await desk.keyboard.press("l")
    dialog = desk.get_by_role("dialog")
    await expect(dialog.get_by_label("order id")).to_have_value("W10021")
    await dialog.get_by_label("year").fill("2026")
    await dialog.get_by_label("state").select_option("open")
    await dialog.get_by_role("button", name="Look up").click()
    await expect(dialog.get_by_role("heading", name="Found")).to_be_visible()
    await expect(dialog.locator(".found").first).to_contain_text(HOSTILE[1])
    await expect(dialog).to_contain_text("Boots")
    await assert_unhit(desk)
    await assert_accessible(desk)
    ran = [event.data for event in await site.handrail.log.read(cid) if event.kind == "tool_ran"][-1]
    assert ran.arguments == {"order_id": "W10021", "year": 2026, "state": "open"}


async def test_what_needs_proof_says_so_before_anything_is_asked(windows, site):
    desk, _ = await at_work(windows, site)
    site.handrail.lookups.needs = "verified"
    await desk.get_by_role("button", name="Look up").click()
    dialog = desk.get_by_role("dialog")
    await expect(dialog).to_contain_text("The customer must be verified for this.")
    await expect(dialog.get_by_role("button", name="Look up")).to_be_disabled()
