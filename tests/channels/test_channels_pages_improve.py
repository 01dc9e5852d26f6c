"""The page of what is missing: what it shows to whom, on a phone too, and what customers wrote is text."""

import pytest
import pytest_asyncio
from channels_pages import HOSTILE, NEEDS_CHROMIUM, assert_accessible, assert_fits, assert_unhit
from playwright.async_api import expect

from handrail.conversation import events as e

pytestmark = NEEDS_CHROMIUM
PHONE = {"width": 390, "height": 844}


async def wanted(site, text):
    """A question that had no answer, and a person who said so."""
    log = site.handrail.log
    cid = (await log.open(e.Opened())).conversation_id
    (said,) = await log.append(cid, "customer", e.CustomerSaid(text=text))
    ended = e.TurnEnded(turn_id="t", reply_id="t", upto=said.seq, outcome="handed_over", engine="offline")
    await log.append(cid, "bot", e.HandoffRequested(handoff_id="h", reason="not_covered"), ended)
    claimed = e.HandoffClaimed(by="u_ana", name="Ana")
    wrapped = e.WrappedUp(by="u_ana", disposition="resolved", tags=("policy_missing",))
    await log.append(cid, "person:u_ana", claimed, wrapped, e.Closed(reason="wrapped_up"))


@pytest_asyncio.fixture
async def opened(windows, site):
    async def open_as(role="supervisor", **more):
        await site.person("kim", role)
        page = await windows.desk("kim", **more)
        await page.goto(f"{windows.url}/desk/improve")
        return page

    return open_as


async def test_gaps_stand_with_what_they_cost_and_what_mends_them(opened, site):
    await wanted(site, "Do you sharpen ice axes?")
    page = await opened()
    gap = page.locator(".gap")
    await expect(gap).to_have_count(1)
    for told in ("Do you sharpen ice axes?", "Policy missing", "Open", "1 time", "handrail improve propose"):
        await expect(gap).to_contain_text(told)
    await gap.get_by_text("Who did what").click()
    await expect(gap).to_contain_text("Handrail found it")
    await page.get_by_label("State").select_option("closed")
    await expect(gap).to_have_count(0)
    await expect(page.get_by_text("Nothing is missing here.")).to_be_visible()


async def test_it_is_reached_from_the_figures_and_is_not_for_everybody(opened):
    page = await opened("agent")
    await expect(page.get_by_role("alert")).to_contain_text("those who lead the desk")
    await page.get_by_role("link", name="Figures").click()
    await expect(page.get_by_role("link", name="What is missing")).to_be_visible()


async def test_whoever_is_not_logged_in_is_led_to_the_door(windows):
    page = await windows.open("/desk/improve")
    await expect(page.get_by_role("alert")).to_contain_text("Please log in")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_hostile_questions_stay_text_and_the_page_fits_a_phone(opened, site, scheme):
    for text in HOSTILE:
        await wanted(site, f"Why is {text} not there?")
    page = await opened(viewport=PHONE, color_scheme=scheme)
    await expect(page.locator(".gap").first).to_be_visible()
    for details in await page.locator(".gap summary").all():
        await details.click()
    await assert_unhit(page)
    await assert_accessible(page)
    await assert_fits(page)
