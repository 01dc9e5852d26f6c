"""What people decide, in a real browser: approvals, who a customer is, whether something happened."""

import pytest
from channels_pages import (
    HOSTILE,
    NEEDS_CHROMIUM,
    PHONE,
    WIDE,
    assert_accessible,
    assert_fits,
    assert_unhit,
    conversation_id,
    write,
)
from playwright.async_api import Page, expect
from test_channels_decisions import WHAT, unknown, waits

from handrail.conversation.events import (
    ActionConsented,
    ActionDropped,
    ActionProposed,
    ActionSucceeded,
    ApprovalAsked,
    ApprovalRefused,
    HandoffClaimed,
    IdentityProven,
)

pytestmark = NEEDS_CHROMIUM


async def approvals(page: Page) -> None:
    await expect(page.get_by_role("button", name="Approvals")).to_contain_text("1")
    await page.keyboard.press("a")
    await expect(page.get_by_role("heading", name="Waiting for approval")).to_be_visible()


async def test_an_approval_by_keyboard(windows, site):
    await site.person("boss", "supervisor", "Dana")
    desk = await windows.desk("boss")
    await expect(desk.get_by_role("button", name="Approvals")).to_contain_text("0")
    talk = await waits(site)
    await expect(desk.locator("#live")).to_contain_text("1 waits for approval")
    await approvals(desk)
    card = desk.locator(".wait")
    await expect(card.get_by_role("heading")).to_have_text(WHAT)
    await expect(card).to_contain_text("£219.00")
    await expect(card).to_contain_text("Refunds of more than £200 need a word.")
    await card.get_by_role("button", name="Returns and exchanges").click()
    await expect(desk.get_by_role("dialog").last).to_contain_text("Version 2, in force from 1 January 2026")
    await desk.keyboard.press("Escape")
    await card.get_by_label("Reason").focus()
    await desk.keyboard.type("A good customer")
    await desk.keyboard.press("Tab")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#waits-none")).to_be_visible()
    await expect(desk.get_by_role("button", name="Approvals")).to_contain_text("0")
    action = (await site.handrail.situations.get(talk.id)).actions[0]
    assert (action.stage, action.decided_by, action.word) == ("approved", "Dana", "A good customer")
    assert site.handrail.turns.woken == [talk.id]
    await desk.keyboard.press("Escape")
    await desk.keyboard.press("j")


async def test_a_refusal_asks_for_a_reason_and_what_was_typed_stays(windows, site):
    await site.person("boss", "supervisor", "Dana")
    talk = await waits(site)
    desk = await windows.desk("boss")
    await approvals(desk)
    await desk.get_by_role("button", name="Refuse").click()
    await expect(desk.get_by_role("alert")).to_contain_text("Say why")
    await expect(desk.get_by_label("Reason")).to_be_focused()
    await desk.keyboard.type("It was delivered")
    await waits(site, "a2")
    await expect(desk.locator(".wait")).to_have_count(2)
    await expect(desk.get_by_label("Reason").first).to_have_value("It was delivered")
    await desk.get_by_role("button", name="Refuse").first.click()
    await expect(desk.locator(".wait")).to_have_count(1)
    assert (await site.handrail.situations.get(talk.id)).actions[0].word == "It was delivered"


async def test_somebody_else_was_quicker(windows, site):
    await site.person("boss", "supervisor", "Dana")
    kim = await site.person("kim", "admin", "Kim")
    talk = await waits(site)
    desk = await windows.desk("boss")
    await approvals(desk)
    path = f"/v1/desk/conversations/{talk.id}/approvals/a1"
    await kim.http.post(path, json={"decision": "refuse", "reason": "No."})
    # The list moves with the stream: what was decided is gone from it.
    await expect(desk.locator(".wait")).to_have_count(0)
    await expect(desk.locator("#waits-none")).to_be_visible()


async def test_an_agent_looks_on_and_the_open_conversation_shows_it(windows, site):
    await site.person("kim")
    talk = await waits(site)
    desk = await windows.desk()
    await approvals(desk)
    await expect(desk.locator(".wait textarea")).to_have_count(0)
    await desk.get_by_role("button", name="Open the conversation").click()
    await expect(desk.locator("#packet")).to_contain_text("Waits for a colleague's word")
    await expect(desk.locator("#packet").get_by_role("button", name="Look")).to_be_visible()
    refused = ApprovalRefused(action_id="a1", fingerprint="f", by="d", name="Dana", reason="No proof")
    await site.handrail.log.append(talk.id, "person:d", refused)
    await expect(desk.locator("#packet")).to_contain_text("Not approved by Dana: No proof")
    await site.handrail.log.append(talk.id, "bot", ActionDropped(action_id="a1", why="refused"))
    await expect(desk.locator("#packet")).not_to_contain_text("No proof")
    await expect(desk.locator("#lines")).to_contain_text("Dana did not approve it: No proof")


async def test_a_person_vouches(windows, site):
    await site.person("kim")
    talk = await waits(site)
    desk = await windows.desk()
    await desk.goto(f"{site.url}/desk?conversation={talk.id}")
    await desk.get_by_role("button", name="Claim").click()
    await expect(desk.locator("#text")).to_be_focused()
    await desk.keyboard.press("Escape")
    await desk.keyboard.press("v")
    dialog = desk.get_by_role("dialog")
    await dialog.get_by_label("Which").fill("who@example.org")
    await dialog.get_by_label("How did you find out?").fill("Called back on the number on file")
    await dialog.get_by_role("button", name="Vouch").click()
    await expect(dialog.get_by_role("alert")).to_have_text("no customer is found by this")
    await dialog.get_by_label("Which").fill("sam@example.org")
    await assert_accessible(desk)
    await dialog.get_by_role("button", name="Vouch").click()
    await expect(desk.locator("#head-facts")).to_contain_text("verified by Kim: Called back on the number on file")
    await expect(desk.locator("#vouch")).to_be_hidden()


async def test_a_person_settles_what_nobody_saw_end(windows, site):
    await site.person("kim")
    talk = await unknown(site)
    desk = await windows.desk()
    await expect(desk.locator(".entry")).to_have_count(1)
    await desk.keyboard.press("j")
    await expect(desk.locator("#packet")).to_contain_text("key-17")
    await expect(desk.get_by_role("button", name="Settle it")).to_have_count(0)
    await desk.get_by_role("button", name="Claim").click()
    await desk.get_by_role("button", name="Settle it").click()
    dialog = desk.get_by_role("dialog")
    await expect(dialog).to_contain_text("key-17")
    await dialog.get_by_label("It happened").check()
    await dialog.get_by_label("What have you seen, and where?").fill("F10044 in the ledger")
    await assert_accessible(desk)
    await dialog.get_by_role("button", name="Settle", exact=True).click()
    await expect(desk.locator("#lines")).to_contain_text("It happened, as Kim found: F10044 in the ledger")
    await expect(desk.locator("#packet")).not_to_contain_text("Unclear")
    assert (await site.handrail.situations.get(talk.id)).actions[0].stage == "succeeded"


async def test_the_customer_sees_that_it_waits_and_what_came_of_it(windows, site):
    page = await windows.open()
    await write(page, "One")
    await expect(page.locator(".line.bot")).to_have_count(1)
    cid, log, until = await conversation_id(page), site.handrail.log, site.handrail.clock.now()
    await log.append(
        cid,
        "bot",
        ActionProposed(turn_id="t", action_id="a1", tool="refund", question=WHAT, fingerprint="f", expires_at=until),
        ActionConsented(action_id="a1", fingerprint="f", said=2),
        ApprovalAsked(action_id="a1", fingerprint="f", expires_at=until),
    )
    card = page.locator("#cards .card")
    await expect(card).to_contain_text("A colleague has to approve this")
    await expect(card).to_contain_text(WHAT)
    await assert_accessible(page)
    await log.append(cid, "person:k", HandoffClaimed(by="k", name="Kim"), holder="person:k")
    refused = ApprovalRefused(action_id="a1", fingerprint="f", by="d", name=HOSTILE[0], reason=HOSTILE[1])
    await log.append(cid, "person:d", refused, ActionDropped(action_id="a1", why="refused"))
    await expect(card).to_contain_text(HOSTILE[1])
    await expect(page.locator("#live")).to_contain_text("did not approve this")
    await assert_unhit(page)
    await write(page, "All right")
    await expect(card).to_have_count(0)


async def test_hostile_reasons_stay_text_at_the_desk(windows, site):
    await site.person("boss", "supervisor", HOSTILE[3])
    talk = await waits(site)
    await site.handrail.log.append(
        talk.id,
        "person:x",
        IdentityProven(
            level="verified",
            customer_id="17",
            name=HOSTILE[0],
            customer_ref="r",
            method="person",
            by=HOSTILE[1],
            how=HOSTILE[2],
        ),
    )
    proposed = ActionProposed(
        turn_id="t", action_id="a9", tool="refund", question=HOSTILE[1], fingerprint="f",
        expires_at=site.handrail.clock.now(), preview={"facts": {HOSTILE[0]: HOSTILE[4]}, "approval": HOSTILE[3]},
    )  # fmt: skip
    until = site.handrail.clock.now().replace(year=2027)
    asked = ApprovalAsked(action_id="a9", fingerprint="f", expires_at=until)
    await site.handrail.log.append(talk.id, "bot", proposed, asked)
    desk = await windows.desk("boss")
    await desk.goto(f"{site.url}/desk?conversation={talk.id}")
    await expect(desk.locator("#head-facts")).to_contain_text("verified by <img")
    await desk.keyboard.press("a")
    await expect(desk.locator(".wait")).to_have_count(2)
    await desk.get_by_label("Reason").first.fill(HOSTILE[4])
    await desk.get_by_role("button", name="Refuse").first.click()
    await expect(desk.locator(".wait")).to_have_count(1)
    await desk.keyboard.press("Escape")
    await expect(desk.locator("#packet")).to_contain_text(HOSTILE[4])
    await assert_unhit(desk)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_list_is_accessible_and_fits_a_phone(windows, site, scheme):
    await site.person("boss", "supervisor", "Dana")
    talk = await waits(site)
    await waits(site, "a2")
    for viewport in (WIDE, PHONE):
        desk = await windows.desk("boss", viewport=viewport, color_scheme=scheme)
        await desk.keyboard.press("a")
        await expect(desk.locator(".wait")).to_have_count(2)
        await assert_accessible(desk)
        await assert_fits(desk)
        await desk.keyboard.press("Escape")
        await desk.goto(f"{site.url}/desk?conversation={talk.id}")
        await expect(desk.locator("#lines .line").first).to_be_visible()
        if await desk.locator("#fold").get_attribute("aria-expanded") == "false":
            await desk.locator("#fold").click()
        await expect(desk.locator("#packet")).to_contain_text("Approval")
        await assert_accessible(desk)
        await assert_fits(desk)
    done = ActionSucceeded(action_id="a1")
    await site.handrail.log.append(talk.id, "bot", done)
