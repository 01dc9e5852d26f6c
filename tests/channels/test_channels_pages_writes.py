"""A person does something for the customer: sees it to the letter, asks, or points at the line that agreed."""

from datetime import timedelta

import pytest
from channels_pages import HOSTILE, NEEDS_CHROMIUM, PHONE, assert_accessible, assert_unhit
from playwright.async_api import expect
from test_channels_pages import waiting
from test_channels_pages_replies import at_work

from handrail.conversation.errors import Conflict
from handrail.conversation.events import (
    ActionFailed,
    ActionProposed,
    ApprovalAsked,
    Packet,
    PacketWritten,
    ReadyTool,
)

pytestmark = NEEDS_CHROMIUM


async def opens(desk):
    """The dialog, by its key, with what the tool would do."""
    await desk.locator("#text").press("Escape")
    await desk.keyboard.press("d")
    dialog = desk.get_by_role("dialog")
    await expect(dialog.get_by_label("order id")).to_have_value("W10021")
    await dialog.get_by_role("button", name="See what it does").click()
    await expect(dialog.get_by_role("heading", name="cancel order W10021 and refund £20.00")).to_be_visible()
    return dialog


async def kinds(site, cid):
    return [event.kind for event in await site.handrail.log.read(cid)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_customer_is_asked_for_exactly_what_was_shown(windows, site, scheme):
    desk, cid = await at_work(windows, site)
    await desk.emulate_media(color_scheme=scheme)
    dialog = await opens(desk)
    await expect(dialog).to_contain_text("£20.00")
    await expect(dialog.get_by_role("button", name="Returns and exchanges")).to_be_visible()
    await expect(dialog).to_contain_text("Shall I go ahead?")
    await assert_accessible(desk)
    await dialog.get_by_role("button", name="Ask the customer").click()
    await expect(dialog).to_be_hidden()
    await expect(desk.locator("#live")).to_contain_text("The customer is asked.")
    await expect(desk.locator("#lines")).to_contain_text("cancel order W10021 and refund £20.00. Shall I go ahead?")
    await expect(desk.locator("#packet")).to_contain_text("Kim asked, and waits for their yes")
    await assert_accessible(desk)
    await desk.get_by_role("button", name="Withdraw: cancel order W10021").click()
    await expect(desk.locator("#packet")).not_to_contain_text("Asked of the customer")
    assert "action_dropped" in await kinds(site, cid)


async def test_it_is_done_on_the_line_that_the_person_points_at(windows, site):
    desk, cid = await at_work(windows, site, text=f"Please cancel it {HOSTILE[1]}")
    dialog = await opens(desk)
    await dialog.get_by_role("radio").first.check()
    await expect(dialog.get_by_text(HOSTILE[1])).to_be_visible()
    await assert_accessible(desk)
    await dialog.get_by_role("button", name="Do it now").click()
    await expect(dialog.get_by_role("status")).to_contain_text("Done.")
    await expect(desk.locator("#lines")).to_contain_text("for the customer's yes to exactly this")
    await assert_unhit(desk)
    assert (await kinds(site, cid)).count("action_succeeded") == 1


async def test_what_the_business_refuses_is_told_and_the_form_stays(windows, site):
    desk, cid = await at_work(windows, site)
    site.handrail.writes.refusal = Conflict(f"The parcel has left the house. {HOSTILE[0]}", code="refused")
    await desk.get_by_role("button", name="Do", exact=True).click()
    dialog = desk.get_by_role("dialog")
    await dialog.get_by_label("order id").fill("W1")
    await dialog.get_by_role("button", name="See what it does").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("The parcel has left the house.")
    await expect(dialog.get_by_label("order id")).to_have_value("W1")
    await assert_unhit(desk)
    site.handrail.writes.refusal = None
    site.handrail.writes.end = ActionFailed(action_id="a1", code="gone", message=HOSTILE[1])
    await dialog.get_by_role("button", name="See what it does").click()
    await dialog.get_by_role("radio").first.check()
    await dialog.get_by_role("button", name="Do it now").click()
    await expect(dialog.get_by_role("status")).to_contain_text("It was not done")
    await expect(dialog).to_contain_text(HOSTILE[1])
    await assert_unhit(desk)
    assert "action_succeeded" not in await kinds(site, cid)


async def test_what_was_typed_after_the_look_has_to_be_looked_at_again(windows, site):
    desk, _ = await at_work(windows, site)
    dialog = await opens(desk)
    await dialog.get_by_label("order id").fill("W10099")
    await expect(dialog.get_by_role("button", name="Ask the customer")).to_be_hidden()
    await dialog.get_by_role("button", name="See what it does").click()
    await expect(dialog.get_by_role("button", name="Ask the customer")).to_be_visible()
    assert site.handrail.writes.calls[-1]["order_id"] == "W10099"


@pytest.mark.parametrize("viewport", [None, PHONE])
async def test_a_ready_tool_opens_with_what_is_known_and_a_read_runs_at_once(windows, site, viewport):
    desk, cid = await at_work(windows, site)
    tools = tuple(
        ReadyTool(tool=name, title=f"{title} {HOSTILE[0]}", effect=effect, arguments=arguments, evidence=("seq:2",))
        for name, title, effect, arguments in (
            ("order_status", "where the order is", "read", {"order_id": "W10044", "state": "closed"}),
            ("cancel_order", "cancel the order", "write", {"order_id": "W10045"}),
        )
    )
    situation = await site.handrail.situations.get(cid)
    if viewport:
        await desk.set_viewport_size(viewport)
    await site.handrail.log.append(
        cid, "system", PacketWritten(handoff_id=situation.handoff.handoff_id, packet=Packet(tools=tools))
    )
    await desk.get_by_role("button", name="Run it: where the order is").click()
    dialog = desk.get_by_role("dialog")
    await expect(dialog.get_by_role("heading", name="Found")).to_be_visible()
    await expect(dialog.get_by_label("order id")).to_have_value("W10044")
    await expect(dialog.get_by_label("state")).to_have_value('"closed"')
    await dialog.get_by_role("button", name="Close").click()
    await desk.get_by_role("button", name="See what it does: cancel the order").click()
    await expect(dialog.get_by_role("button", name="Ask the customer")).to_be_visible()
    assert site.handrail.writes.calls == [{"order_id": "W10045"}]
    await assert_accessible(desk)
    await assert_unhit(desk)


async def test_nobody_is_offered_to_approve_what_they_asked_for_themselves(windows, site):
    await site.person("kim", role="supervisor")
    cid = await waiting(site, "Please refund it", name="Sam Ode")
    desk = await windows.desk()
    await desk.locator(".entry").click()
    await desk.get_by_role("button", name="Claim").click()
    await expect(desk.locator("#text")).to_be_focused()
    now = site.handrail.clock.now()
    for action, staff in (("mine", (await me(desk))), ("theirs", "u_other")):
        proposed = ActionProposed(
            turn_id="", action_id=action, tool="refund", question=f"refund {action}", fingerprint="f", name="Somebody",
            expires_at=now + timedelta(hours=1), preview={"approval": "more than £200"},
        )  # fmt: skip
        asked = ApprovalAsked(action_id=action, fingerprint="f", expires_at=now + timedelta(hours=1))
        await site.handrail.log.append(cid, f"person:{staff}", proposed, asked)
    await desk.get_by_role("button", name="Approvals").click()
    mine, theirs = (desk.get_by_role("listitem", name=f"refund {which}") for which in ("mine", "theirs"))
    await expect(theirs.get_by_role("button", name="Approve")).to_be_visible()
    await expect(mine).to_contain_text("a second person decides")
    await expect(mine.get_by_role("button", name="Approve")).to_have_count(0)
    await assert_accessible(desk)


async def me(desk):
    return await desk.evaluate("fetch('/v1/me').then((answer) => answer.json()).then((found) => found.id)")
