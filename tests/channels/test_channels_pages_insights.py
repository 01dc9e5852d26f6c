"""The page of figures: charts with their tables, choices in the address, and nothing for whom it is not."""

import pytest
from channels_pages import HOSTILE, NEEDS_CHROMIUM, PHONE, assert_accessible, assert_fits, assert_unhit
from playwright.async_api import expect
from test_channels_pages import waiting

from handrail.conversation import events as e

pytestmark = NEEDS_CHROMIUM


async def contact(site, *, text="How long?", intent="find_orders", policy="returns", outcome="answered", score=None):
    log = site.handrail.log
    talk = await site.begin()
    said, *_ = await log.append(talk.id, "customer", e.CustomerSaid(text=text))
    cited = (e.Citation(policy=policy, version="2", title="x"),) if policy else ()
    data = [e.BotSaid(turn_id="t", reply_id="t", part=1, text="Hm.", citations=cited, engine="offline")]
    if intent:
        data.insert(0, e.ToolRan(turn_id="t", call_id="k", tool=intent, ok=True))
    ended = e.TurnEnded(turn_id="t", reply_id="t", upto=said.seq, outcome=outcome, engine="offline", tokens_in=900)
    await log.append(talk.id, "bot", *data, ended)
    if score:
        await log.append(talk.id, "customer", e.Rated(score=score))
    await log.append(talk.id, "system", e.Closed(reason="idle"))


async def opened(windows, path="", login="kim", **more):
    page = await windows.desk(login)
    await page.set_viewport_size(more.pop("viewport", {"width": 1280, "height": 900}))
    await page.goto(f"{windows.url}/desk/insights{path}")
    return page


@pytest.fixture
async def lead(site):
    return await site.person("kim", role="supervisor")


async def test_figures_are_drawn_with_their_tables_and_what_was_chosen_stands_in_the_address(windows, site, lead):
    for score in (5, 4, None):
        await contact(site, score=score)
    await contact(site, intent="cancel_order", score=1)
    await waiting(site, name="Sam Ode")
    desk = await windows.desk()
    await desk.get_by_role("link", name="Figures").click()
    page = desk
    await expect(page.locator(".tile").nth(1)).to_contain_text("50 %")
    await expect(page.locator(".tile").nth(1)).to_contain_text("of 4")
    await expect(page.get_by_role("img", name="How contacts ended")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_label("Split by").select_option("intent")
    await page.wait_for_url("**by=intent**")
    await page.get_by_text("How contacts ended: the numbers").click()
    row = page.get_by_role("region", name="How contacts ended, table").get_by_role("row", name="find orders")
    await expect(row).to_contain_text("67 % (21 to 94 %) of 3")
    await page.locator("select[name=intent]").select_option(label="cancel order")
    await expect(page.locator("#said")).to_contain_text("1 contact.")
    await page.reload()
    await expect(page.locator("#said")).to_contain_text("1 contact.")
    assert await page.locator("select[name=intent]").input_value() == "tool/cancel_order"
    href = await page.get_by_role("link", name="Save as CSV").get_attribute("href")
    table = await lead.http.get(href)
    assert table.text.splitlines()[1].startswith("tool/cancel_order,1,")
    await page.go_back()
    await expect(page.locator("#said")).to_contain_text("5 contacts")


async def test_days_without_contacts_say_so_and_shares_of_nothing_are_no_zeros(windows, site, lead):
    page = await opened(windows)
    await expect(page.get_by_text("There were no contacts in these days.")).to_be_visible()
    await assert_accessible(page)
    await waiting(site, name="Sam Ode")
    await page.reload()
    await expect(page.locator(".tile").nth(1)).to_contain_text("no data")
    await page.get_by_label("From").fill("2026-06-16")
    await expect(page.locator("#wrong")).to_contain_text("the last day is before the first")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_hostile_names_are_text_and_nothing_is_wider_than_a_phone(windows, site, lead, scheme):
    for text in HOSTILE:
        await contact(site, text=text, intent=text, policy=text, outcome="offered")
        await contact(site, text=text, intent="", policy="", outcome="offered")
    page = await opened(windows, "?by=intent")
    await page.emulate_media(color_scheme=scheme)
    await expect(page.locator(".chart").first).to_contain_text("<script>")
    await page.get_by_role("button", name="Show the questions").click()
    await expect(page.locator(".gaps")).to_contain_text("<script>window.hit=1</script>")
    for summary in await page.locator("summary").all():
        await summary.click()
    await assert_unhit(page)
    await assert_accessible(page)
    await page.locator("select[name=policy]").select_option(label=f"{HOSTILE[0]}@2")
    await expect(page.locator("#said")).to_contain_text("1 contact.")
    await page.set_viewport_size(PHONE)
    await page.reload()
    await expect(page.locator(".chart").first).to_be_visible()
    await assert_fits(page)
    await assert_accessible(page)


async def test_it_goes_by_keyboard_and_prints_with_its_tables(windows, site, lead):
    await contact(site)
    page = await opened(windows)
    await expect(page.locator(".chart").first).to_be_visible()
    await page.get_by_label("Split by").focus()
    await page.keyboard.press("ArrowDown")
    await page.wait_for_url("**by=channel**")
    summary = page.get_by_text("How contacts ended: the numbers")
    await summary.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="How contacts ended, table")).to_be_visible()
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert await page.locator("details:not([open])").count() == 0


async def test_an_agent_is_told_that_it_is_not_for_them_and_a_stranger_where_to_log_in(windows, site):
    await site.person("lou")
    page = await windows.desk("lou")
    await expect(page.get_by_role("link", name="Figures")).to_be_hidden()
    await page.goto(f"{windows.url}/desk/insights")
    await expect(page.get_by_role("alert")).to_contain_text("for supervisors, engineers and admins")
    stranger = await windows.open("/desk/insights")
    await expect(stranger.get_by_role("alert")).to_contain_text("Please log in")
    await assert_accessible(stranger)
