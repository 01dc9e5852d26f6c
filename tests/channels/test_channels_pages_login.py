"""Logging in at the page through the company's own login, and what it says where that fails."""

from typing import Any

import pytest
from bench.openid_provider import Provider
from channels_pages import HOSTILE, NEEDS_CHROMIUM, PHONE, Windows, assert_accessible, assert_fits, assert_unhit
from playwright.async_api import expect
from test_channels_openid import KIM, invited, openid, passwords, provider, settings

__all__ = ["openid", "passwords", "provider", "settings"]
pytestmark = NEEDS_CHROMIUM


@pytest.mark.parametrize("openid", [{"name": HOSTILE[1][:60]}])
async def test_by_one_button_to_the_provider_and_back_to_what_was_asked_for(
    windows: Windows, site: Any, provider: Provider
) -> None:
    await invited(site)
    desk = await windows.open("/desk?conversation=0123456789abcdefghjkmnpqrs", viewport=PHONE)
    button = desk.get_by_role("button", name=f"Log in with {HOSTILE[1][:60]}")
    await expect(button).to_be_visible()
    await expect(desk.get_by_label("Password", exact=True)).to_be_visible()
    await assert_accessible(desk)
    await assert_fits(desk)
    await assert_unhit(desk)
    await button.click()
    await expect(desk.get_by_text("Live")).to_be_visible()
    assert desk.url == f"{site.url}/desk?conversation=0123456789abcdefghjkmnpqrs"
    await expect(desk.locator("#refused")).to_have_text("This conversation does not exist.")
    assert provider.asked[0]["redirect_uri"] == f"{site.url}/v1/openid/callback"


async def test_logging_out_ends_the_login_at_the_provider_too(windows: Windows, site: Any, provider: Provider) -> None:
    await invited(site)
    desk = await windows.open("/desk")
    await desk.get_by_role("button", name="Log in with single sign-on").click()
    await expect(desk.get_by_text("Live")).to_be_visible()
    await desk.get_by_role("button", name="Log out").click()
    await expect(desk.get_by_role("heading", name="Log in to the desk")).to_be_visible()
    assert "id_token_hint" in provider.asked[-1]


async def test_whoever_is_not_let_in_is_told_what_to_do(windows: Windows, site: Any, provider: Provider) -> None:
    desk = await windows.open("/desk")
    await desk.get_by_role("button", name="Log in with single sign-on").click()
    alert = desk.locator("#login .wrong")
    await expect(alert).to_have_text("You have no account here yet. Ask an administrator of this desk to add you.")
    await assert_accessible(desk)
    provider.person = {**KIM, "email_verified": False}
    await desk.get_by_role("button", name="Log in with single sign-on").click()
    await expect(alert).to_contain_text("not confirmed")
    for code in (HOSTILE[0], HOSTILE[1], "constructor", "__proto__"):
        await desk.goto("about:blank")
        await desk.goto(f"{site.url}/desk#refused={code}")
        await expect(alert).to_have_text("The login did not work. Please try again.")
    await assert_unhit(desk)


@pytest.mark.parametrize("passwords", [False])
async def test_without_passwords_an_invitation_and_a_way_back_lead_in(windows: Windows, site: Any) -> None:
    users = site.app.state.kit.users
    user = await invited(site, "lee", "admin")
    desk = await windows.open(f"/desk#password={await users.link(user.id)}")
    await expect(desk.get_by_role("heading", name="Welcome to the desk")).to_be_visible()
    await expect(desk.get_by_label("New password")).to_be_hidden()
    await assert_accessible(desk)
    await desk.get_by_role("button", name="Log in with single sign-on").click()
    await expect(desk.get_by_text("Live")).to_be_visible()
    assert "#" not in desk.url
    back = await windows.open(f"/desk#enter={await users.link(user.id, 'enter')}")
    await expect(back.get_by_text("This link logs you in once.")).to_be_visible()
    await assert_accessible(back)
    await back.keyboard.press("Enter")
    await expect(back.get_by_text("Live")).to_be_visible()
    assert "#" not in back.url
