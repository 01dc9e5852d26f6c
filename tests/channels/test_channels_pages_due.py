"""What is owed, at the page: calls, promises and what is parked; settled by keyboard, and called to mind."""

from datetime import timedelta

import pytest
from channels_pages import HOSTILE, NEEDS_CHROMIUM, assert_accessible, assert_fits, assert_unhit
from playwright.async_api import expect
from test_channels_pages import waiting

from handrail.conversation.events import PromiseDue, PromiseMade
from handrail.conversation.settings import Settings

pytestmark = NEEDS_CHROMIUM

NARROW = {"width": 390, "height": 800}
PHONE = "+44 20 7946 0018"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    desk = {"departments": {"general": {"callback_minutes": 30}}}
    return Settings.model_validate({**settings.model_dump(), "desk": desk})


async def promised(site, text, minutes, owner="general", name="Sam Ode"):
    """A promise that is due in so many minutes."""
    cid = await waiting(site, name=name)
    due = site.handrail.clock.now() + timedelta(minutes=minutes)
    made = PromiseMade(promise_id=f"p{minutes}", text=text, owner=owner, due=due)
    await site.handrail.log.append(cid, "system", made)
    return cid, due


async def called(site, name="Sam Ode"):
    """A conversation in which a call is booked."""
    cid, calls = await waiting(site, name=name), site.handrail.desk.callbacks
    slot = (await calls.slots(cid))[0]
    await calls.book(cid, slot, PHONE)
    return cid, slot


async def settled(site, cid):
    return [e.data for e in await site.handrail.log.read(cid) if e.kind == "promise_settled"]


async def test_a_call_is_made_by_keyboard_and_its_end_is_written_down(windows, site, clock):
    await site.person("kim")
    cid, slot = await called(site)
    clock.advance(slot - clock.now())
    desk = await windows.desk()
    await expect(desk.locator("#due-count")).to_have_text("1")
    await desk.keyboard.press("o")
    card = desk.locator("#due-calls .wait")
    await expect(card).to_contain_text(PHONE)
    await expect(card.get_by_role("button", name="Start")).to_be_focused()
    await desk.keyboard.press("Enter")
    form = desk.get_by_role("dialog", name="Call")
    await expect(form).to_contain_text(PHONE)
    await expect(form.get_by_label("We spoke")).to_be_focused()
    await assert_accessible(desk)
    await desk.keyboard.press("ArrowDown")
    await expect(form.get_by_role("radio", name="Nobody answered")).to_be_checked()
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#lines")).to_contain_text("Called, and nobody answered")
    await expect(desk.locator("#lines")).to_contain_text("Kim has just tried to call you")
    await expect(desk.get_by_role("button", name="Call", exact=True)).to_be_hidden()
    assert [each.kept for each in await settled(site, cid)] == [True]


async def test_a_call_is_moved_to_another_time(windows, site):
    await site.person("kim")
    cid, _ = await called(site)
    desk = await windows.desk()
    await desk.locator(".entry").click()
    await desk.keyboard.press("c")
    await expect(desk.locator("#text")).to_be_focused()
    await desk.keyboard.press("Escape")
    await desk.keyboard.press("b")
    form = desk.get_by_role("dialog", name="Call")
    await expect(form.get_by_label("To when?")).to_be_hidden()
    await form.get_by_label("Moved to another time").check()
    await form.get_by_label("To when?").select_option(index=2)
    await form.get_by_role("button", name="Save").click()
    await expect(desk.locator("#lines")).to_contain_text("Call moved to another time")
    assert (await site.handrail.log.head(cid)).holder == "queue"


async def test_the_customers_own_zone_stands_beside_the_business_s(windows, site):
    await site.person("kim")
    cid = await waiting(site, name="Sam Ode", begun={"timezone": "America/New_York"})
    calls = site.handrail.desk.callbacks
    await calls.book(cid, (await calls.slots(cid))[0], PHONE)
    desk = await windows.desk()
    await desk.locator("#due-open").click()
    await expect(desk.locator("#due-calls")).to_contain_text("for the customer (America/New York)")


async def test_promises_are_settled_with_words_the_latest_first(windows, site, clock):
    kim = await site.person("kim")
    late, _ = await promised(site, "The refund arrives", 10)
    mine, _ = await promised(site, "I write tomorrow", 600, f"person:{kim.id}", name="Lou Ash")
    clock.advance(timedelta(minutes=20))
    desk = await windows.desk()
    await expect(desk.locator("#due-count")).to_have_text("2")
    await desk.keyboard.press("o")
    cards = desk.locator("#due-promises .wait")
    await expect(cards.first).to_contain_text("The refund arrives")
    await expect(cards.first.locator("[data-due]")).to_have_text("late by 10m 00s")
    await expect(cards.nth(1)).to_contain_text("promised by Kim")
    await cards.first.get_by_label("How did it end?").fill("The bank was closed")
    await cards.first.get_by_role("button", name="Broken").click()
    await expect(cards).to_have_count(1)
    (end,) = await settled(site, late)
    assert (end.kept, end.note) == (False, "The bank was closed")
    await desk.get_by_label("Only mine").check()
    await cards.get_by_role("button", name="Kept").press("Enter")
    await expect(desk.locator("#due-promises-none")).to_be_visible()
    assert [each.kept for each in await settled(site, mine)] == [True]


async def test_whoever_looks_elsewhere_is_reminded(windows, site):
    await site.person("kim")
    cid, due = await promised(site, "The refund arrives", 60)
    desk = await windows.desk()
    await expect(desk.locator("#due-count")).to_have_text("1")
    await desk.evaluate("""() => {
        window.told = [];
        window.Notification = class { constructor(title, more) { window.told.push(`${title}: ${more.body}`); } };
        window.Notification.permission = "granted";
        localStorage.setItem("handrail.desk.notices", "yes");
        Object.defineProperty(document, "hidden", { value: true });
    }""")
    await site.handrail.log.append(cid, "system", PromiseDue(promise_id="p60", owner="general", due=due))
    await expect(desk.locator("#live")).to_contain_text("Soon due: The refund arrives")
    assert "Soon due: The refund arrives Sam Ode" in await desk.evaluate("window.told")


async def test_what_is_parked_is_in_the_list_and_taken_up_from_there(windows, site):
    kim = await site.person("kim")
    cid = await waiting(site, name="Sam Ode")
    one = f"/v1/desk/conversations/{cid}"
    await kim.http.post(f"{one}/claim")
    until = (site.handrail.clock.now() + timedelta(hours=3)).isoformat()
    await kim.http.post(f"{one}/park", json={"until": until, "note": "The carrier calls back"})
    desk = await windows.desk()
    await desk.locator("#due-open").click()
    await expect(desk.locator("#due-parked .wait")).to_contain_text("The carrier calls back")
    await desk.get_by_role("button", name="Take up").click()
    await expect(desk.locator("#text")).to_be_focused()
    await expect(desk.locator("#head-name")).to_have_text("Sam Ode")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_hostile_promises_and_names_stay_text_and_it_fits_a_phone(windows, site, scheme):
    await site.person("kim")
    for number, text in enumerate(HOSTILE):
        await promised(site, text, number + 1, name=text)
    await called(site, name=HOSTILE[0])
    desk = await windows.desk(color_scheme=scheme)
    await desk.locator("#due-open").click()
    await expect(desk.locator("#due-promises .wait")).to_have_count(len(HOSTILE))
    await assert_unhit(desk)
    await assert_accessible(desk)
    await desk.set_viewport_size(NARROW)
    await assert_fits(desk)
    await assert_accessible(desk)
    await desk.keyboard.press("Escape")
    await assert_fits(desk)


async def test_an_engineer_reads_the_list_and_settles_nothing(windows, site):
    await site.person("eng", "engineer", "Eng")
    await promised(site, "The refund arrives", 60)
    await called(site)
    desk = await windows.desk("eng")
    await desk.locator("#due-open").click()
    await expect(desk.locator("#due-calls .wait")).to_contain_text("…018")
    await expect(desk.get_by_role("button", name="Kept")).to_have_count(0)
    await expect(desk.get_by_role("button", name="Start")).to_have_count(0)
