"""At the page: where people are logged in, and ending that."""

from channels_pages import HOSTILE, NEEDS_CHROMIUM, PHONE, assert_accessible, assert_fits, assert_unhit
from playwright.async_api import expect

from handrail.channels.sessions import Origin

pytestmark = NEEDS_CHROMIUM
PASSWORD = "correct horse battery"


async def test_somebody_ends_one_of_their_sessions_then_all_others(windows, site):
    kim = await site.person("kim")
    kit = site.app.state.kit
    user = await kit.users.get(kim.id)
    await kit.sessions.begin(user, "bearer", Origin(device=HOSTILE[1], address=HOSTILE[0]))
    desk = await windows.desk(viewport=PHONE)
    await desk.get_by_role("button", name="Kim", exact=True).click()
    dialog = desk.get_by_role("dialog", name="Where you are logged in")
    await expect(dialog.get_by_role("listitem")).to_have_count(3)
    here = dialog.get_by_role("listitem").filter(has_text="this one")
    await expect(here).to_contain_text("Chrome")
    await expect(here.get_by_role("button")).to_have_count(0)
    await assert_accessible(desk)
    await assert_fits(desk)
    await assert_unhit(desk)
    await dialog.get_by_role("button", name=f"End {HOSTILE[1]}").click()
    await expect(dialog.get_by_role("listitem")).to_have_count(2)
    await dialog.get_by_role("button", name="Log out everywhere else").click()
    await expect(dialog.get_by_role("listitem")).to_have_count(1)
    await expect(dialog.get_by_role("button", name="Log out everywhere else")).to_have_count(0)
    assert (await kim.http.get("/v1/me")).status_code == 401


async def test_an_admin_logs_somebody_out_and_their_desk_shows_the_door(windows, site):
    await site.person("root", "admin", "Root")
    kim = await site.person("kim")
    await kim.http.post("/v1/logout")
    theirs = await windows.desk("kim")
    desk = await windows.desk("root")
    await desk.get_by_role("button", name="People").click()
    row = desk.get_by_role("row", name="kim")
    await row.get_by_role("button", name="Sessions").click()
    dialog = desk.get_by_role("dialog", name="Where Kim is logged in")
    await expect(dialog.get_by_role("listitem")).to_have_count(1)
    await assert_accessible(desk)
    await dialog.get_by_role("button", name="Log out everywhere").click()
    await expect(dialog).to_contain_text("Nowhere.")
    await expect(theirs.get_by_role("heading", name="Log in to the desk")).to_be_visible()
    await dialog.get_by_role("button", name="Back").click()
    await expect(desk.get_by_role("dialog", name="People")).to_be_visible()
