"""Whoever leads the desk, at the page: the team as it stands, listening in, whispering, moving a conversation."""

import pytest
from channels_pages import HOSTILE, NEEDS_CHROMIUM, assert_accessible, assert_fits, assert_unhit
from playwright.async_api import expect
from test_channels_pages import waiting

pytestmark = NEEDS_CHROMIUM

NARROW = {"width": 390, "height": 800}


async def working(windows, site, name="Sam Ode", own="Kim"):
    """Kim has a conversation in hand; Lee leads."""
    await site.person("kim", name=own)
    await site.person("lee", "supervisor", "Lee")
    await waiting(site, name=name)
    kim = await windows.desk()
    await kim.keyboard.press("x")
    await expect(kim.locator("#text")).to_be_focused()
    return kim


async def test_the_team_is_shown_live_and_a_conversation_is_listened_to_from_there(windows, site):
    kim = await working(windows, site)
    lee = await windows.desk("lee")
    await lee.get_by_role("button", name="Team").click()
    board = lee.get_by_role("dialog", name="The team")
    await expect(board.locator(".member", has_text="Kim")).to_contain_text("1 of 3 in hand")
    await expect(board.get_by_role("row", name="Support")).to_contain_text("100 % of 1")
    await waiting(site, name="Lou Ash")
    await expect(board.get_by_role("row", name="Support").get_by_role("cell").nth(1)).to_have_text("1")
    await board.get_by_role("button", name="Listen to Sam Ode").click()
    await expect(lee.locator("#lead")).to_contain_text("Kim is answering.")
    await expect(kim.locator("#listener")).to_have_text("Lee listens")
    await assert_accessible(kim)


async def test_a_whisper_is_shown_to_the_holder_at_once_until_they_have_answered(windows, site):
    kim = await working(windows, site)
    lee = await windows.desk("lee")
    await lee.locator("#f-state").select_option("all")
    await lee.locator(".entry").click()
    await expect(lee.get_by_role("button", name="Whisper")).to_be_visible()
    await lee.keyboard.press("u")
    await lee.get_by_role("dialog").get_by_label("Only your colleague").fill("Offer them the voucher")
    await lee.get_by_role("dialog").get_by_role("button", name="Whisper").click()
    await expect(kim.locator("#whisper")).to_contain_text("Lee: Offer them the voucher")
    await assert_accessible(kim)
    await expect(kim.locator("#text")).to_be_focused()
    await kim.keyboard.type("Would a voucher do?")
    await kim.keyboard.press("Enter")
    await expect(kim.locator("#whisper")).to_be_hidden()
    await expect(kim.locator(".line.whisper")).to_contain_text("Offer them the voucher")
    await expect(kim.get_by_role("button", name="Whisper")).to_be_hidden()


async def test_a_whisper_to_a_conversation_in_the_background_marks_it(windows, site):
    kim = await working(windows, site)
    await waiting(site, name="Lou Ash")
    await kim.keyboard.press("Escape")
    await kim.keyboard.press("x")
    await expect(kim.locator("#head-name")).to_have_text("Lou Ash")
    lee = await windows.desk("lee")
    await lee.locator("#f-state").select_option("all")
    await lee.locator(".entry", has_text="Sam Ode").click()
    await expect(lee.get_by_role("button", name="Whisper")).to_be_visible()
    await lee.keyboard.press("u")
    await lee.get_by_role("dialog").get_by_label("Only your colleague").fill("Look at her last line")
    await lee.get_by_role("dialog").get_by_role("button", name="Whisper").click()
    entry = kim.locator(".entry", has_text="Sam Ode")
    await expect(entry.locator(".tags")).to_contain_text("whisper")
    await entry.click()
    await expect(kim.locator("#whisper")).to_contain_text("Look at her last line")
    await expect(entry.locator(".tags")).not_to_contain_text("whisper")
    await kim.get_by_role("button", name="Put away").click()
    await expect(kim.locator("#whisper")).to_be_hidden()


async def test_a_conversation_is_moved_from_one_hand_to_another(windows, site):
    kim = await working(windows, site)
    await site.person("ann", name="Ann")
    ann, lee = await windows.desk("ann"), await windows.desk("lee")
    await lee.locator("#f-state").select_option("all")
    await lee.locator(".entry").click()
    await expect(lee.get_by_role("button", name="Reassign")).to_be_visible()
    await lee.keyboard.press("m")
    await lee.get_by_role("dialog").get_by_label("To").select_option(label="Ann, 0 of 3 in hand")
    await lee.get_by_role("dialog").get_by_role("button", name="Reassign").click()
    await expect(kim.locator("#lines")).to_contain_text("Reassigned from Kim to Ann")
    await expect(kim.locator("#text")).to_be_disabled()
    await ann.keyboard.press("x")
    await expect(ann.locator("#head-name")).to_have_text("Sam Ode")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_hostile_names_and_whispers_stay_text_and_it_fits_a_phone(windows, site, scheme):
    kim = await working(windows, site, name=HOSTILE[0], own=HOSTILE[1])
    lee = await windows.desk("lee", color_scheme=scheme)
    await lee.get_by_role("button", name="Team").click()
    board = lee.get_by_role("dialog", name="The team")
    await expect(board.locator(".holds .name")).to_have_text(HOSTILE[0])
    await assert_unhit(lee)
    await assert_accessible(lee)
    await lee.set_viewport_size(NARROW)
    await assert_fits(lee)
    await assert_accessible(lee)
    await board.locator(".holds button").click()
    await expect(lee.get_by_role("button", name="Whisper")).to_be_visible()
    await assert_accessible(lee)
    await assert_fits(lee)
    await lee.get_by_role("button", name="Whisper").click()
    await lee.get_by_role("dialog").get_by_label("Only your colleague").fill("\n".join(HOSTILE))
    await lee.get_by_role("dialog").get_by_role("button", name="Whisper").click()
    await kim.emulate_media(color_scheme=scheme)
    await expect(kim.locator("#whisper")).to_contain_text(HOSTILE[-1])
    await kim.set_viewport_size(NARROW)
    await assert_unhit(kim)
    await assert_accessible(kim)
    await assert_fits(kim)


async def test_an_agent_sees_who_is_there_and_no_more(windows, site):
    kim = await working(windows, site)
    await kim.locator("#text").press("Escape")
    await kim.get_by_role("button", name="Team").click()
    await expect(kim.get_by_role("row", name="Kim")).to_contain_text("1 of 3")
    await expect(kim.get_by_role("dialog", name="The team")).to_be_hidden()
