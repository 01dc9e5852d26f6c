"""Who takes what, at the page: the next one, handing on, parking, being away, and who is there."""

from channels_pages import HOSTILE, NEEDS_CHROMIUM, PHONE, assert_accessible, assert_fits, assert_unhit
from playwright.async_api import expect
from test_channels_pages import waiting

pytestmark = NEEDS_CHROMIUM


async def test_the_next_one_is_taken_by_one_key_and_can_be_written_to(windows, site):
    await site.person("kim")
    desk = await windows.desk()
    await desk.keyboard.press("x")
    await expect(desk.locator("#nothing")).to_be_visible()
    await waiting(site, "The quiet one", name="Lou Ash")
    await waiting(site, "The loud one", name="Sam Ode", urgency="urgent")
    await expect(desk.locator(".entry")).to_have_count(2)
    await desk.keyboard.press("x")
    await expect(desk.locator("#head-name")).to_have_text("Sam Ode")
    await expect(desk.locator("#text")).to_be_focused()
    await expect(desk.locator("#lead")).to_have_text("You are writing as Kim")


async def about_to_hand_on(windows, site):
    """Kim has a conversation, and the dialog that hands it on to Lee, who looks on."""
    await site.person("kim")
    await site.person("lee", name="Lee")
    await waiting(site, name="Sam Ode")
    kim, lee = await windows.desk(), await windows.desk("lee")
    await kim.keyboard.press("x")
    await expect(kim.locator("#text")).to_be_focused()
    await kim.locator("#text").press("Escape")
    await kim.keyboard.press("h")
    dialog = kim.get_by_role("dialog")
    await dialog.get_by_label("To").select_option(label="Lee, 0 of 3 in hand")
    return kim, lee, dialog


async def test_handed_on_to_a_colleague_it_comes_to_them_first_with_the_note(windows, site):
    kim, lee, dialog = await about_to_hand_on(windows, site)
    await dialog.get_by_label("Note").fill("Knows about tents")
    await assert_accessible(kim)
    await dialog.get_by_role("button", name="Hand on").click()
    await expect(kim.locator("#lines")).to_contain_text("Kim handed it on to Lee: Knows about tents")
    await expect(kim.locator("#text")).to_be_disabled()
    await expect(kim.locator("#head-facts")).to_contain_text("handed to a colleague")
    await expect(lee.locator(".entry .tags")).to_contain_text("handed to you")
    await lee.keyboard.press("x")
    await expect(lee.locator("#head-name")).to_have_text("Sam Ode")
    await expect(lee.locator("#lines")).to_contain_text("Knows about tents")
    await expect(lee.locator("#text")).to_be_enabled()
    await expect(lee.locator("#head-facts")).not_to_contain_text("handed to")


async def test_handing_on_asks_to_whom_before_anything_moves(windows, site):
    await site.person("kim")
    cid = await waiting(site, name="Sam Ode")
    desk = await windows.desk()
    await desk.keyboard.press("x")
    await expect(desk.locator("#text")).to_be_focused()
    await desk.locator("#text").press("Escape")
    await desk.keyboard.press("h")
    dialog = desk.get_by_role("dialog")
    await dialog.get_by_role("button", name="Hand on").click()
    await expect(dialog).to_be_visible()
    assert "handoff_returned" not in [event.kind for event in await site.handrail.log.read(cid)]


async def test_the_keys_are_listed_by_what_they_are_for(windows, site):
    await site.person("kim")
    desk = await windows.desk()
    await desk.keyboard.press("?")
    dialog = desk.get_by_role("dialog")
    await expect(dialog.get_by_role("heading", level=3)).to_have_text(
        ["Queue", "Answer", "Pass on and end", "The desk"]
    )
    await assert_accessible(desk)
    await desk.set_viewport_size(PHONE)
    await assert_fits(desk)


async def test_the_bar_of_the_desk_cuts_nothing_off(windows, site):
    await site.person("kim", role="admin")
    desk = await windows.desk()
    await expect(desk.locator("#link")).to_have_text("Live")
    for width in (1280, 1024, 800):
        await desk.set_viewport_size({"width": width, "height": 800})
        for place in ("#business", "#link", "#away", "#leave"):
            cut = "box => box.scrollWidth > box.clientWidth || box.getBoundingClientRect().right > innerWidth"
            assert not await desk.locator(place).evaluate(cut), (width, place)
            assert await desk.locator(place).evaluate("box => box.getClientRects()[0].height < 44"), (width, place)


async def test_parked_with_a_reminder_and_taken_up_again(windows, site):
    await site.person("kim")
    cid = await waiting(site, name="Sam Ode")
    desk = await windows.desk()
    await desk.keyboard.press("x")
    await expect(desk.locator("#text")).to_be_focused()
    await desk.locator("#text").press("Escape")
    await desk.keyboard.press("p")
    dialog = desk.get_by_role("dialog")
    before = await dialog.get_by_label("Until").input_value()
    await dialog.get_by_role("button", name="Tomorrow at nine").click()
    await expect(dialog.get_by_label("Until")).not_to_have_value(before)
    # The server's clock stands still in this test, in a year that is over.
    await dialog.get_by_label("Until").fill(f"{site.handrail.clock.now():%Y-%m-%dT}23:30")
    await dialog.get_by_label("What do you want to be reminded of?").fill("The carrier calls back")
    await assert_accessible(desk)
    await dialog.get_by_role("button", name="Park").click()
    await expect(desk.locator(".entry .tags")).to_contain_text("parked until")
    await desk.get_by_role("button", name="Take up").click()
    await expect(desk.locator(".entry .tags")).to_contain_text("reminder: The carrier calls back")
    await expect(desk.get_by_role("button", name="Park")).to_be_visible()
    kinds = [event.kind for event in await site.handrail.log.read(cid)]
    assert kinds.index("set_aside") < kinds.index("taken_up")


async def test_who_is_away_is_shown_as_away_to_everybody(windows, site):
    await site.person("kim", name=HOSTILE[1])
    await site.person("lee", name="Lee")
    kim, lee = await windows.desk(), await windows.desk("lee")
    await kim.get_by_role("button", name="Available").click()
    await expect(kim.get_by_role("button", name="Away")).to_have_attribute("aria-pressed", "true")
    await lee.get_by_role("button", name="Team").click()
    row = lee.get_by_role("row", name=HOSTILE[1])
    await expect(row).to_contain_text("away")
    await expect(lee.get_by_role("row", name="Lee available")).to_contain_text("0 of 3")
    await assert_unhit(lee)
    await assert_accessible(lee)
    await kim.reload()
    await expect(kim.get_by_role("button", name="Away")).to_be_visible()
    await lee.keyboard.press("Escape")
    await lee.set_viewport_size(PHONE)
    await assert_fits(lee)


async def test_an_engineer_takes_nothing(windows, site):
    await site.person("kim", role="engineer")
    desk = await windows.desk()
    await expect(desk.get_by_role("button", name="Team")).to_be_visible()
    await expect(desk.get_by_role("button", name="Take the next one")).to_be_hidden()
    await expect(desk.get_by_role("button", name="Available")).to_be_hidden()


async def test_what_is_kept_for_a_colleague_is_claimed_only_once_one_says_so(windows, site):
    kim, lee, dialog = await about_to_hand_on(windows, site)
    await dialog.get_by_role("button", name="Hand on").click()
    await expect(kim.locator("#head-facts")).to_contain_text("handed to a colleague")
    await kim.keyboard.press("w")
    await expect(kim.locator("#refused")).to_have_text("Claim it first: c.")
    await kim.keyboard.press("c")
    await expect(dialog.get_by_role("heading")).to_have_text("Claim it all the same?")
    await assert_accessible(kim)
    await kim.keyboard.press("Escape")
    await expect(lee.locator(".entry .tags")).to_contain_text("handed to you")
    await kim.keyboard.press("c")
    await dialog.get_by_role("button", name="Claim").click()
    await expect(kim.locator("#text")).to_be_enabled()
