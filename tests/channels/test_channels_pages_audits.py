"""The page of audits: a word on each conversation by keyboard, blind, on a phone too, and what is written is text."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from channels_pages import HOSTILE, NEEDS_CHROMIUM, assert_accessible, assert_fits, assert_unhit
from playwright.async_api import expect
from test_channels_audits import answered

from handrail.conversation import events as e
from handrail.desk.audits.drawing import Drawing
from handrail.desk.audits.tagging import Tagging

pytestmark = NEEDS_CHROMIUM
PHONE = {"width": 390, "height": 844}


async def drawn(site):
    site.handrail.clock.advance(timedelta(days=1))
    await Drawing(site.handrail.database, site.handrail.clock, site.handrail.settings).draw()


async def acted(site, text):
    """One in which the bot did something, in other people's words."""
    log = site.handrail.log
    id_ = (await log.open(e.Opened(channel="chat"))).conversation_id
    said, *_ = await log.append(id_, "customer", e.CustomerSaid(text=text))
    expires = site.handrail.clock.now() + timedelta(days=1)
    await log.append(
        id_,
        "bot",
        e.ToolRan(turn_id="t", call_id="k", tool="get_order", ok=False, error="not_found", message=text),
        e.ToolRan(turn_id="t", call_id="l", tool="get_order", ok=True, arguments={"id": text}, result={"name": text}),
        e.ActionProposed(turn_id="t", action_id="a", tool="cancel_order", preview={"summary": f"Cancel {text}"},
            fingerprint="f", expires_at=expires),
        e.ActionSucceeded(action_id="a"),
        e.BotSaid(turn_id="t", reply_id="t", part=1, text=text, engine="offline",
            citations=(e.Citation(policy="p", version="1", title=text),)),
        e.Announced(code="closed_idle", text=text),
        e.TurnEnded(turn_id="t", reply_id="t", upto=said.seq, outcome="answered", engine="offline"),
    )  # fmt: skip
    await log.append(id_, "system", e.Closed(reason="idle"))


async def words(site):
    found = await Tagging(site.handrail.log, site.handrail.settings).list()
    return sorted((w.settled, w.person_needed, w.tags, w.note) for w in found if w.person)


async def kept(page, name):
    """A picture, where somebody wants to look at it."""
    if folder := os.environ.get("HANDRAIL_PICTURES"):
        await page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


async def test_one_after_the_other_is_tagged_by_keyboard_alone(windows, site):
    await site.person("kim", role="supervisor")
    for text in ("How long may I keep it?", "And may I wash it?", "And dye it?"):
        await answered(site, text)
    await drawn(site)
    page = await windows.desk()
    await page.get_by_role("link", name="Audits").click()
    await expect(page.locator("#said")).to_contain_text("3 open for you")
    for secret in ("furious", "0.98", "useless"):
        assert secret not in await page.content()
    await assert_accessible(page)
    await kept(page, "audits-light")
    await page.keyboard.press("y")
    await page.keyboard.press("Enter")
    await expect(page.locator("#said")).to_contain_text("Saved. 2 open for you")
    await page.keyboard.press("n")
    await page.keyboard.press("p")
    await page.keyboard.press("3")
    await page.keyboard.press("w")
    await page.keyboard.type("yes, nobody asked")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    await expect(page.locator("#said")).to_contain_text("Saved. 1 open for you")
    await page.keyboard.press("s")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("There is nothing to tag for you.")).to_be_visible()
    await assert_accessible(page)
    assert await words(site) == [
        ("no", True, ("policy_missing",), "yes, nobody asked"),
        ("skipped", None, (), ""),
        ("yes", None, (), ""),
    ]


async def test_nothing_is_saved_without_an_answer_and_what_was_forgotten_meanwhile_is_passed_over(windows, site):
    await site.person("kim", role="admin")
    id_ = await answered(site)
    await drawn(site)
    page = await windows.desk()
    await page.goto(f"{windows.url}/desk/audits")
    await expect(page.locator("#said")).to_contain_text("1 open for you")
    await page.keyboard.press("Enter")
    assert await words(site) == []
    await page.keyboard.press("c")
    await site.handrail.log.vault.forget(id_)
    # The browser tells of the refusal by itself.
    windows.tabs[-1].complaints.clear()
    await page.keyboard.press("Enter")
    await expect(page.locator("#said")).to_contain_text("It is not there any more.")
    windows.tabs[-1].complaints.clear()
    assert await words(site) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_hostile_words_are_text_and_nothing_is_wider_than_a_phone(windows, site, scheme):
    await site.person("kim", role="engineer")
    await acted(site, " ".join(HOSTILE))
    await drawn(site)
    page = await windows.desk()
    await page.goto(f"{windows.url}/desk/audits")
    await page.emulate_media(color_scheme=scheme)
    await expect(page.locator(".step.bot")).to_contain_text("<script>window.hit=1</script>")
    await expect(page.locator(".step.action")).to_contain_text("Done")
    for summary in await page.locator("summary").all():
        await summary.click()
    await assert_unhit(page)
    await assert_accessible(page)
    await kept(page, f"audits-wide-{scheme}")
    await page.set_viewport_size(PHONE)
    await assert_fits(page)
    await assert_accessible(page)
    await kept(page, f"audits-phone-{scheme}")


async def test_the_page_of_figures_says_how_many_tags_it_takes(windows, site):
    await site.person("kim", role="supervisor")
    await acted(site, "Cancel it, please")
    await acted(site, "Cancel mine too")
    page = await windows.desk()
    await page.goto(f"{windows.url}/desk/insights")
    tile = page.locator(".tile").filter(has_text="as people tag it")
    await expect(tile).to_contain_text("needs about 2 more tags")
    await kept(page, "figures")
    await page.get_by_role("link", name="Audits").click()
    await expect(page.get_by_text("There is nothing to tag for you.")).to_be_visible()


async def test_an_agent_is_told_that_it_is_not_for_them_and_a_stranger_where_to_log_in(windows, site):
    await site.person("lou")
    page = await windows.desk("lou")
    await expect(page.locator("#audits")).to_be_hidden()
    await page.goto(f"{windows.url}/desk/audits")
    await expect(page.get_by_role("alert")).to_contain_text("Audits are not for your role.")
    stranger = await windows.open("/desk/audits")
    await expect(stranger.get_by_role("link", name="Log in")).to_be_visible()
    for tab in windows.tabs:
        tab.complaints.clear()
