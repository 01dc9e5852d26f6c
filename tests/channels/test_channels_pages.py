"""Both pages in a real browser: what people see and do, with hostile text, without a mouse, on a phone."""

from typing import Any

import pytest
from channels_pages import (
    HOSTILE,
    NEEDS_CHROMIUM,
    PASSWORD,
    PHONE,
    assert_accessible,
    assert_fits,
    assert_unhit,
    conversation_id,
    write,
)
from playwright.async_api import expect

from handrail.channels.tokens import conversation_links
from handrail.conversation.events import (
    Announced,
    BotSaid,
    Checked,
    Citation,
    Closed,
    CustomerSaid,
    Finding,
    HandoffClaimed,
    HandoffRequested,
    IdentityProven,
    Packet,
    PacketHeader,
    PacketLine,
    PacketStep,
    PacketWritten,
    PersonSaid,
    ReadyTool,
    ToolRan,
    TurnEnded,
)

pytestmark = NEEDS_CHROMIUM


async def waiting(site: Any, text: str = "Where is my order W10021?", name: str = "", **more: Any) -> str:
    """A conversation in the queue, with a summary."""
    log = site.handrail.log
    talk = await site.begin(**more.get("begun", {}))
    said, *_ = await log.append(talk.id, "customer", CustomerSaid(text=text))
    finding = Finding(check="sentiment", name="frustration", score=0.8, action="handover", reason=text)
    events: list[Any] = [Checked(turn_id="t", direction="inbound", subject=said.seq, findings=(finding,))]
    if name:
        events.append(IdentityProven(level="verified", customer_id="17", name=name, customer_ref="r", method="code"))
    events.append(ToolRan(turn_id="t", call_id="c", tool="order_status", ok=True, result={"state": more.get("state")}))
    events.append(BotSaid(turn_id="t", reply_id="t", part=1, text="One moment.", engine="offline"))
    lines = (
        PacketLine(topic="wants", text=more.get("wants", text), evidence=(f"seq:{said.seq}",)),
        PacketLine(topic="policy", text="The returns policy", evidence=("passage:returns@2#1",)),
    )
    told, ref = more.get("wants", text), (f"seq:{said.seq}",)
    packet = Packet(
        header=PacketHeader(
            customer=PacketLine(topic="who", text=told, evidence=ref),
            deadline=PacketLine(topic="deadline", text=told, evidence=ref),
        ),
        lines=lines,
        first_line=more.get("first_line", "Hello, I have read everything."),
        steps=(PacketStep(text=told, evidence=ref, policies=(Citation(policy="returns", version="2", title=told),)),),
        tools=(ReadyTool(tool="order_status", title=told, effect="read", missing=(told,), evidence=ref),),
    )
    urgency = more.get("urgency", "normal")
    events.append(HandoffRequested(handoff_id=f"h{talk.id}", reason="upset", urgency=urgency))
    events.append(PacketWritten(handoff_id=f"h{talk.id}", packet=packet))
    events.append(TurnEnded(turn_id="t", reply_id="t", upto=said.seq, outcome="handed_over", engine="offline"))
    await log.append(talk.id, "bot", *events, holder="queue")
    return str(talk.id)


# The customer's page


async def test_a_customer_asks_reads_the_source_and_finds_everything_again_after_a_reload(windows):
    page = await windows.open()
    await expect(page.get_by_role("heading", name="Welcome to Our shop")).to_be_visible()
    await write(page, "How long can I return boots?")
    await expect(page.locator(".line.bot")).to_contain_text("You have 30 days. Keep the label on.")
    await expect(page.locator(".welcome")).to_be_hidden()
    await expect(page.locator("#live")).to_contain_text("You have 30 days.")
    chip = page.get_by_role("button", name="Returns and exchanges")
    await chip.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Version 2, in force from 1 January 2026")
    await expect(dialog.locator("li")).to_have_count(2)
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(chip).to_be_focused()
    await page.reload()
    await expect(page.locator(".line")).to_have_count(2)
    await expect(page.locator("#live")).to_be_empty()


async def test_a_suggestion_is_asked_with_a_click(windows):
    page = await windows.open()
    await page.get_by_role("button", name="Returns and exchanges").click()
    await expect(page.locator(".line.customer")).to_have_text("What is your policy on returns and exchanges?")
    await expect(page.locator(".line.bot")).to_be_visible()


async def test_a_reply_grows_by_the_sentence_while_it_is_written(windows, site):
    page = await windows.open()
    site.handrail.turns.gate.clear()
    await write(page, "Tell me")
    await expect(page.locator("#typing")).to_be_visible()
    await expect(page.locator(".line.customer:not(.waits)")).to_be_visible()
    cid = await conversation_id(page)
    said = BotSaid(turn_id="t", reply_id="turn2", part=1, text="First.", engine="offline")
    await site.handrail.log.append(cid, "bot", said)
    await expect(page.locator(".line.bot")).to_contain_text("First.")
    await expect(page.locator("#typing")).to_be_visible()
    ended = TurnEnded(turn_id="t", reply_id="turn2", upto=2, outcome="answered", engine="offline")
    await site.handrail.log.append(cid, "bot", ended)
    await expect(page.locator("#typing")).to_be_hidden()


async def test_a_message_that_fails_keeps_its_text_and_is_sent_once_in_the_end(windows, site):
    page = await windows.open()
    await write(page, "One")
    await expect(page.locator(".line.bot")).to_have_count(1)
    await page.route("**/messages", lambda route: route.abort())
    await write(page, "Two\nlines")
    failed = page.locator(".line.failed")
    await expect(failed).to_contain_text("Two\nlines")
    await expect(failed).to_contain_text("There is no connection.")
    await page.unroute("**/messages")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.locator(".line.bot")).to_have_count(2)
    await expect(page.locator(".line.failed, .line.waits")).to_have_count(0)
    said = [e for e in await site.handrail.log.read(await conversation_id(page)) if isinstance(e.data, CustomerSaid)]
    assert [event.data.text for event in said] == ["One", "Two\nlines"]


async def test_a_stream_that_breaks_is_taken_up_again_without_gap_or_repeat(windows, site):
    page = await windows.open()
    await write(page, "One")
    await expect(page.locator(".line.bot")).to_have_count(1)
    closing = site.app.state.kit.closing
    closing.set()
    cid = await conversation_id(page)
    await site.handrail.log.append(cid, "system", Announced(code="x", text="While you were away"))
    closing.clear()
    await expect(page.locator(".line.system")).to_have_text("While you were away")
    await expect(page.locator(".line")).to_have_count(3)


async def test_handed_over_joined_by_a_person_wrapped_up_and_rated(windows, site):
    def handed(turn, upto):
        return (
            BotSaid(turn_id=turn, reply_id=turn, part=1, text="I'll bring somebody in.", engine="offline"),
            HandoffRequested(handoff_id="h1", reason="asked_for_person"),
            TurnEnded(turn_id=turn, reply_id=turn, upto=upto, outcome="handed_over", engine="offline"),
        )

    site.handrail.turns.last = handed
    page = await windows.open()
    await write(page, "representative!!")
    notice = page.locator("#notice")
    await expect(notice).to_contain_text("Waiting for a person to join.")
    cid, log, kim = await conversation_id(page), site.handrail.log, "person:u1"
    await log.append(cid, kim, HandoffClaimed(by="u1", name="Kim"), holder=kim)
    await expect(notice).to_have_text("You are talking with Kim.")
    await expect(page.locator("#engine")).to_contain_text("with Kim")
    await expect(page.locator("#automated")).to_be_hidden()
    await log.append(cid, kim, PersonSaid(by="u1", name="Kim", text="Hello, this is Kim."))
    await expect(page.locator(".line.person")).to_contain_text("Hello, this is Kim.")
    await write(page, "Thanks, bye")
    await expect(page.locator(".line.customer:not(.waits)")).to_have_count(2)
    await expect(page.locator("#typing")).to_be_hidden()
    await log.append(cid, kim, Closed(reason="wrapped_up"), holder="bot")
    await expect(notice).to_contain_text("This conversation has ended.")
    await page.get_by_label("5 of 5, very good").check(force=True)
    await page.get_by_label("Comment").fill("quick")
    await page.locator("#rating").get_by_role("button", name="Send").click()
    await expect(page.locator(".line.system")).to_have_text("Thank you for telling us.")
    assert (await site.handrail.situations.get(cid)).rating == 5
    await page.get_by_role("button", name="New chat").click()
    await expect(page.locator(".welcome")).to_be_visible()


async def test_a_ticket_asks_where_to_answer(windows, site):
    page = await windows.open()
    await write(page, "Anybody there?")
    await expect(page.locator(".line.bot")).to_have_count(1)
    cid = await conversation_id(page)
    handrail = site.handrail
    plan = await handrail.desk._handover.plan(
        await handrail.situations.get(cid), reason="not_covered", now=handrail.clock.now()
    )
    await handrail.log.append(cid, "bot", *plan.events, holder="queue")
    await expect(page.locator("#notice")).to_contain_text("A person answers by Monday")
    await page.get_by_label("E-mail address").fill("sam@example.org")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("#contact")).to_be_hidden()
    assert (await handrail.situations.get(cid)).contact == "sam@example.org"


async def test_identity_is_proven_by_a_code(windows, site):
    page = await windows.open()
    await page.get_by_role("button", name="Verify me").click()
    await page.get_by_label("E-mail address").fill("sam@example.org")
    await page.keyboard.press("Enter")
    code = page.get_by_label("Code", exact=True)
    await expect(code).to_be_focused()
    await code.fill("000000")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("that is not the code")
    await code.fill("482913")
    await page.keyboard.press("Enter")
    await expect(page.locator("#engine")).to_contain_text("Sam")
    await expect(page.get_by_role("button", name="Verify me")).to_be_hidden()


async def test_a_conversation_that_is_gone_makes_room_for_a_new_one(windows, clock):
    page = await windows.open()
    await write(page, "One")
    await expect(page.locator(".line.bot")).to_have_count(1)
    clock.advance(40 * 86400)
    await page.reload()
    await expect(page.locator("#notice")).to_contain_text("no longer available")
    await write(page, "Two")
    await expect(page.locator(".line.bot")).to_have_count(1)


async def test_a_link_in_a_letter_brings_the_conversation_back_in_another_browser(windows, site, clock):
    talk = await site.begin()
    await talk.say("How long?")
    link = conversation_links(site.handrail.settings, clock)(talk.id)
    page = await windows.open("/" + link.partition("/#")[1][1:] + link.partition("/#")[2])
    await expect(page.locator(".line")).to_have_count(2)
    assert "token" not in page.url
    await page.reload()
    await expect(page.locator(".line")).to_have_count(2)


async def test_hostile_text_from_everywhere_stays_text_on_the_customers_page(windows, site):
    log = site.handrail.log
    site.handrail.turns.citations = (Citation(policy="hostile", version="1", title=HOSTILE[1]),)
    page = await windows.open()
    for text in HOSTILE:
        site.handrail.turns.script = {text: (text, f"\n- {text}\n- **{text}**")}
        before = await page.locator(".line.bot").count()
        await write(page, text)
        await expect(page.locator(".line.customer").last).to_have_text(text)
        await expect(page.locator(".line.bot")).to_have_count(before + 1)
        await expect(page.locator(".line.bot strong").last).to_have_text(text)
    cid, actor = await conversation_id(page), "person:u1"
    requested = HandoffRequested(handoff_id="h1", reason="upset")
    await log.append(cid, actor, requested, HandoffClaimed(by="u1", name=HOSTILE[1]), holder=actor)
    for text in HOSTILE:
        await log.append(cid, actor, PersonSaid(by="u1", name=text, text=text), Announced(code="x", text=text))
        await expect(page.locator(".line.person").last).to_contain_text(text)
        await expect(page.locator(".line.system").last).to_have_text(text)
    await expect(page.locator("#notice")).to_contain_text(HOSTILE[1])
    await page.locator(".sources .chip").last.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("link")).to_have_attribute("href", "https://example.org/")
    await expect(dialog.get_by_role("heading")).to_have_text(HOSTILE[1])
    await expect(dialog).to_contain_text("<script>window.hit=1</script>")
    await assert_unhit(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_customers_page_is_accessible_and_fits_a_phone(windows, scheme):
    page = await windows.open(color_scheme=scheme, reduced_motion="reduce")
    await expect(page.locator(".ideas .chip").first).to_be_visible()
    await assert_accessible(page)
    await write(page, "How long can I return boots?")
    await expect(page.locator(".sources .chip")).to_be_visible()
    await assert_accessible(page)
    await page.locator(".sources .chip").click()
    await expect(page.locator(".policy li").first).to_be_visible()
    await assert_accessible(page)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Verify me").click()
    await expect(page.locator("#claim")).to_be_visible()
    await assert_accessible(page)
    await page.set_viewport_size(PHONE)
    await assert_fits(page)
    await page.get_by_role("button", name="End chat").click()
    await expect(page.locator("#rating")).to_be_visible()
    await assert_accessible(page)
    await assert_fits(page)


async def test_the_customers_page_works_without_a_mouse(windows):
    page = await windows.open()
    await expect(page.locator(".ideas .chip").first).to_be_visible()
    for _ in range(3):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.classList.contains('chip')"):
            break
    await page.keyboard.press("Enter")
    await expect(page.locator(".line.bot")).to_be_visible()
    await page.locator("#text").focus()
    await page.keyboard.type("first")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("second")
    await page.keyboard.press("Enter")
    await expect(page.locator(".line.customer").last).to_have_text("first\nsecond")


# The desk


async def test_the_first_link_makes_the_admin_who_adds_somebody(windows, site):
    token = await site.app.state.kit.users.first_link()
    page = await windows.open(f"/desk#password={token}")
    await page.get_by_label("New password").fill(PASSWORD)
    await page.get_by_label("Once more").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Live")).to_be_visible()
    assert "#" not in page.url
    await page.get_by_role("button", name="People").click()
    await page.get_by_role("dialog").get_by_label("Login").fill("lee")
    await page.get_by_label("Name that customers see").fill(HOSTILE[1])
    await page.get_by_role("button", name="Add").click()
    link = page.locator(".once")
    await expect(link).to_contain_text("/desk#password=")
    await assert_unhit(page)
    await assert_accessible(page)
    other = await windows.open(((await link.text_content()) or "").removeprefix(site.url))
    await expect(other.get_by_role("heading", name="Choose a password")).to_be_visible()


async def test_a_wrong_password_is_told_and_a_reload_keeps_the_session(windows, site):
    await site.person("kim")
    page = await windows.open("/desk")
    await page.get_by_label("Login").fill("kim")
    await page.get_by_label("Password", exact=True).fill("wrong")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("the name or the password is not right")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("#none")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("Live")).to_be_visible()
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_role("heading", name="Log in to the desk")).to_be_visible()


async def test_a_person_works_a_conversation_by_keyboard_while_the_customer_looks_on(windows, site):
    await site.person("kim")
    desk, chat = await windows.desk(), await windows.open()
    await write(chat, "How long?")
    await expect(chat.locator(".line.bot")).to_have_count(1)
    cid, log = await conversation_id(chat), site.handrail.log
    await log.append(cid, "bot", HandoffRequested(handoff_id="h1", reason="asked_for_person"), holder="queue")
    await expect(desk.locator(".entry")).to_have_count(1)
    await expect(desk).to_have_title("(1) Our shop desk")
    await desk.keyboard.press("j")
    await expect(desk.locator("#lines .line.customer")).to_contain_text("How long?")
    await desk.keyboard.press("c")
    await expect(desk.locator("#text")).to_be_focused()
    await expect(chat.locator("#notice")).to_have_text("You are talking with Kim.")
    await desk.keyboard.type("Hello from the desk")
    await desk.keyboard.press("Enter")
    await expect(chat.locator(".line.person")).to_contain_text("Hello from the desk")
    await write(chat, "And I have another question")
    await expect(desk.locator("#lines .line.customer").last).to_contain_text("And I have another question")
    await desk.keyboard.press("Escape")
    await desk.keyboard.press("n")
    await desk.keyboard.type("Only for us")
    await desk.get_by_role("button", name="Save note").click()
    await expect(desk.locator("#lines .line.note")).to_contain_text("Only for us")
    await desk.keyboard.press("g")
    await desk.keyboard.type("Tell them about the label")
    await desk.get_by_role("dialog").get_by_role("button", name="Give back").click()
    await expect(desk.locator("#lines")).to_contain_text("Given back: Tell them about the label")
    await expect(chat.locator("#notice")).to_be_hidden()
    await expect(chat.locator("body")).not_to_contain_text("Only for us")
    assert [event.data.by for event in await log.read(cid) if event.kind == "given_back"]


async def test_wrapping_up_takes_the_disposition_the_tags_and_the_right_answer(windows, site):
    await site.person("kim")
    cid = await waiting(site)
    desk = await windows.desk()
    await desk.locator(".entry").click()
    await desk.get_by_role("button", name="Claim").click()
    await expect(desk.locator("#text")).to_be_enabled()
    await desk.locator("#text").press("Escape")
    await desk.keyboard.press("w")
    await desk.get_by_label("Not resolved").check()
    await desk.get_by_label("policy missing").check()
    await desk.get_by_label("What should the bot have said or done?").fill("Say that dogs may come.")
    await desk.get_by_role("dialog").get_by_role("button", name="Wrap up").click()
    await expect(desk.locator("#none")).to_be_visible()
    await expect(desk.locator("#lines")).to_contain_text("Wrapped up: unresolved (policy missing)")
    wrapped = next(e.data for e in await site.handrail.log.read(cid) if e.kind == "wrapped_up")
    assert (wrapped.tags, wrapped.right_answer) == (("policy_missing",), "Say that dogs may come.")


async def test_each_line_of_the_summary_lights_its_evidence_and_goes_there(windows, site):
    await site.person("kim")
    await waiting(site, "Where is my order W10021?")
    desk = await windows.desk()
    await expect(desk.locator(".entry")).to_have_count(1)
    await desk.keyboard.press("j")
    fact = desk.locator(".fact", has_text="Where is my order")
    await fact.first.hover()
    row = desk.locator("#lines .line.customer")
    await expect(row).to_have_class("line customer lit")
    await desk.locator("#head").hover()
    await expect(row).to_have_class("line customer")
    await fact.first.focus()
    await desk.keyboard.press("Enter")
    await expect(row).to_be_focused()
    await desk.locator(".fact", has_text="The returns policy").click()
    await expect(desk.get_by_role("dialog")).to_contain_text("30 days")


async def test_two_people_see_who_has_it(windows, site):
    await site.person("kim")
    await site.person("lee", "supervisor", "Lee")
    await waiting(site)
    kim, lee = await windows.desk("kim"), await windows.desk("lee")
    for page in (kim, lee):
        await page.locator(".entry").click()
    await kim.get_by_role("button", name="Claim").click()
    await expect(lee.locator("#lead")).to_contain_text("Kim is answering.")
    await expect(lee.locator("#text")).to_be_disabled()
    await lee.get_by_role("button", name="Take over").click()
    await expect(kim.locator("#lead")).to_contain_text("Lee is answering.")
    await expect(kim.locator("#text")).to_be_disabled()


async def test_an_engineer_reads_along_and_cannot_write(windows, site):
    await site.person("eng", "engineer", "Eng")
    await waiting(site)
    desk = await windows.desk("eng")
    await desk.locator(".entry").click()
    await expect(desk.locator("#lead")).to_have_text("You are reading along.")
    await expect(desk.get_by_role("button", name="Claim")).to_be_hidden()
    await desk.get_by_role("button", name="Show every event").click()
    await expect(desk.locator("#lines")).to_contain_text("turn ended")


async def test_hostile_text_from_everywhere_stays_text_at_the_desk(windows, site):
    await site.person("kim", name=HOSTILE[1])
    for text in HOSTILE:
        await waiting(site, text, name=text, wants=text, first_line=text, state=text)
    desk = await windows.desk()
    await expect(desk.locator(".entry")).to_have_count(len(HOSTILE))
    for number, _ in enumerate(HOSTILE):
        entry = desk.locator(".entry").nth(number)
        shown = await entry.locator(".name").text_content()
        assert shown in HOSTILE
        await entry.click()
        await expect(desk.locator("#lines .line.customer .bubble")).to_have_text(shown)
        await expect(desk.locator(".firstline p")).to_have_text(shown)
        await expect(desk.locator("#packet")).to_contain_text(f"{shown} (without {shown})")
        await expect(desk.locator("#head-name")).to_have_text(shown)
        await desk.locator("summary", has_text="order status").click()
        await assert_unhit(desk)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_desk_is_accessible_and_fits_a_phone(windows, site, scheme):
    await site.person("kim")
    await waiting(site, name="Sam", urgency="urgent")
    page = await windows.open("/desk", color_scheme=scheme)
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    await assert_accessible(page)
    desk = await windows.desk(color_scheme=scheme, reduced_motion="reduce")
    await expect(desk.locator(".entry")).to_have_count(1)
    await assert_accessible(desk)
    await desk.keyboard.press("j")
    await expect(desk.locator(".fact").first).to_be_visible()
    await desk.keyboard.press("c")
    await expect(desk.locator("#text")).to_be_focused()
    await assert_accessible(desk)
    await desk.keyboard.press("Escape")
    await desk.locator(".fact").first.hover()
    await assert_accessible(desk)
    for key in ("?", "w"):
        await desk.keyboard.press(key)
        await expect(desk.get_by_role("dialog")).to_be_visible()
        await assert_accessible(desk)
        await desk.keyboard.press("Escape")
    await desk.set_viewport_size(PHONE)
    await assert_fits(desk)
    await expect(desk.locator(".queue")).to_be_hidden()
    await desk.get_by_role("button", name="Back to the queue").click()
    await expect(desk.locator(".queue")).to_be_visible()
    await assert_fits(desk)
