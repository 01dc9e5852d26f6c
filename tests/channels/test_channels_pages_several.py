"""Several conversations at once: what is new in which, switching with place and draft kept, few keys to wrap up."""

from datetime import timedelta

from channels_pages import HOSTILE, NEEDS_CHROMIUM, assert_accessible, assert_fits, assert_unhit
from playwright.async_api import expect
from test_channels_pages import waiting

from handrail.conversation.events import CustomerSaid

pytestmark = NEEDS_CHROMIUM

NARROW = {"width": 390, "height": 800}


async def three(windows, site, *names):
    """Kim has these conversations in hand, the last one open."""
    await site.person("kim")
    desk = await windows.desk()
    cids = []
    for name in names:
        site.handrail.clock.advance(timedelta(seconds=1))
        cids.append(await waiting(site, name=name))
        await expect(desk.locator(".entry", has_text=name)).to_be_visible()
        await desk.keyboard.press("x")
        await expect(desk.locator("#head-name")).to_have_text(name)
        await expect(desk.locator("#text")).to_be_focused()
        await desk.keyboard.press("Escape")
    return desk, cids


async def says(site, cid, *lines):
    for line in lines:
        await site.handrail.log.append(cid, "customer", CustomerSaid(text=line))


async def test_what_is_new_is_marked_until_it_was_seen(windows, site):
    desk, (sam, _) = await three(windows, site, "Sam Ode", "Lou Ash")
    entry = desk.locator(".entry", has_text="Sam Ode")
    tab = desk.locator("#mine button", has_text="Sam Ode")
    await expect(entry.get_by_label("not answered")).to_be_visible()
    await expect(desk).to_have_title("Our shop desk")
    await says(site, sam, "Hello?")
    await expect(entry.get_by_label("unread")).to_be_visible()
    await expect(tab.get_by_label("new")).to_be_visible()
    await expect(desk).to_have_title("(1) Our shop desk")
    await assert_accessible(desk)
    await desk.keyboard.press("1")
    await expect(desk.locator("#head-name")).to_have_text("Sam Ode")
    await expect(entry.get_by_label("not answered")).to_be_visible()
    await expect(tab.get_by_label("new")).to_have_count(0)
    await expect(desk).to_have_title("Our shop desk")
    await desk.locator("#text").fill("Here I am")
    await desk.locator("#text").press("Enter")
    await expect(entry.locator(".unread")).to_have_count(0)
    await desk.reload()
    await expect(desk.locator(".entry", has_text="Lou Ash").get_by_label("not answered")).to_be_visible()


async def test_switching_keeps_the_place_and_the_draft_of_each(windows, site):
    desk, (sam, lou) = await three(windows, site, "Sam Ode", "Lou Ash")
    await says(site, sam, *(f"Line {number} of a long story\nthat goes on" for number in range(30)))
    await desk.keyboard.press("1")
    await expect(desk.locator("#lines .line.customer")).to_have_count(31)
    await desk.locator("#text").fill("About the boots")
    await desk.locator("#text").evaluate("field => field.setSelectionRange(6, 6)")
    await desk.locator("#talk").evaluate("talk => { talk.scrollTop = 40; }")
    await desk.keyboard.press("Escape")
    await desk.keyboard.press("2")
    await expect(desk.locator("#head-name")).to_have_text("Lou Ash")
    await expect(desk.locator("#text")).to_have_value("")
    await desk.keyboard.press("1")
    await expect(desk.locator("#lines .line.customer")).to_have_count(31)
    await expect(desk.locator("#text")).to_have_value("About the boots")
    assert await desk.locator("#talk").evaluate("talk => talk.scrollTop") == 40
    assert await desk.locator("#text").evaluate("field => field.selectionStart") == 6
    await desk.keyboard.press("2")
    await says(site, lou, *(f"Line {number}" for number in range(40)))
    await expect(desk.locator("#lines")).to_contain_text("Line 39")
    # Whoever was at the end is at the end again.
    away = "talk => talk.scrollHeight - talk.scrollTop - talk.clientHeight"
    assert await desk.locator("#talk").evaluate(away) < 160


async def test_a_conversation_is_wrapped_up_in_five_keys_from_the_text_field(windows, site):
    desk, (sam, _) = await three(windows, site, "Sam Ode", "Lou Ash")
    await desk.keyboard.press("1")
    await expect(desk.locator("#head-name")).to_have_text("Sam Ode")
    await desk.locator("#text").focus()
    pressed = []

    async def press(key):
        pressed.append(key)
        await desk.keyboard.press(key)

    await press("Escape")
    await press("w")
    await expect(desk.get_by_role("radio", name="Resolved", exact=True)).to_be_focused()
    await assert_accessible(desk)
    await press("3")
    await press("c")
    await press("Enter")
    await expect(desk.locator("#lines")).to_contain_text("Wrapped up: follow up (policy missing)")
    assert len(pressed) == 5
    wrapped = next(e.data for e in await site.handrail.log.read(sam) if e.kind == "wrapped_up")
    assert (wrapped.disposition, wrapped.tags) == ("follow_up", ("policy_missing",))


async def test_a_letter_inside_a_text_is_a_letter_and_ctrl_enter_sends(windows, site):
    desk, (sam,) = await three(windows, site, "Sam Ode")
    await desk.keyboard.press("w")
    await desk.keyboard.press("c")
    await desk.keyboard.press("c")
    await expect(desk.get_by_label("policy missing")).not_to_be_checked()
    await desk.get_by_label("What should the bot have said or done?").focus()
    await desk.keyboard.type("abc 123")
    await desk.keyboard.press("Control+Enter")
    await expect(desk.locator("#lines")).to_contain_text("Wrapped up: resolved")
    wrapped = next(e.data for e in await site.handrail.log.read(sam) if e.kind == "wrapped_up")
    assert (wrapped.disposition, wrapped.tags, wrapped.right_answer) == ("resolved", (), "abc 123")


async def test_hostile_names_stay_text_in_the_row_of_yours_and_it_fits_a_phone(windows, site):
    desk, _ = await three(windows, site, HOSTILE[0], HOSTILE[1], HOSTILE[3])
    await expect(desk.locator("#mine button")).to_have_count(3)
    await assert_unhit(desk)
    await desk.set_viewport_size(NARROW)
    await desk.emulate_media(color_scheme="dark")
    await assert_fits(desk)
    await assert_accessible(desk)
    await desk.keyboard.press("w")
    await assert_fits(desk)
    await assert_accessible(desk)
