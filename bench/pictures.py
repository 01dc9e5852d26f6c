"""The pictures of the documentation, taken from the running product: `python -m bench.pictures [CHROMIUM]`.

A customer and a person at the desk, in a real browser, on the sample business on a Monday morning; the figures of the
four weeks after it; and the page of an evaluation of it.
"""

import asyncio
import os
import socket
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from playwright.async_api import Browser, Page, async_playwright

from bench.month import Month
from handrail.agent.bootstrap import Handrail, build
from handrail.channels.api.app import create_app
from handrail.channels.users import Users
from handrail.conversation.clock import FixedClock
from handrail.conversation.folder import sample_folder
from handrail.conversation.settings import load
from handrail.desk.staff import Staff
from handrail.evals.files import read_suite
from handrail.evals.page import report_page
from handrail.evals.replay import Sent
from handrail.evals.suite import replay

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
MONDAY = datetime(2026, 6, 15, 10, tzinfo=UTC)
PASSWORD = "a-long-enough-password"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


async def main(chromium: str) -> None:
    """Play a conversation in two browsers and take both pages."""
    os.environ["SHOP_NOW"] = MONDAY.isoformat()
    clock, sent = FixedClock(MONDAY), Sent()
    with tempfile.TemporaryDirectory() as data:
        Path(data).chmod(0o755)
        settings = load(sample_folder(), {"HANDRAIL_ENGINE__KIND": "offline"}).model_copy(update={"data": Path(data)})
        async with build(settings, clock=clock, mailer=sent) as handrail, async_playwright() as playwright:
            port = _free_port()
            server = uvicorn.Server(uvicorn.Config(create_app(handrail), port=port, log_level="error"))
            serving = asyncio.create_task(server.serve())
            browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            users = Users(handrail.database, clock)
            ana = await users.create("ana", "Ana", "supervisor")
            await users.set_password(await users.link(ana.id), PASSWORD)
            await handrail.presence.seen(Staff(id=ana.id, name="Ana"))
            base = f"http://127.0.0.1:{port}"
            await _customer(browser, base, sent)
            page = await _desk(browser, base)
            await _figures(page, base, handrail, clock, Staff(id=ana.id, name="Ana", role="supervisor"))
            await report(browser)
            await browser.close()
            server.should_exit = True
            await serving


async def _customer(browser: Browser, base: str, sent: Sent) -> None:
    page = await browser.new_page(viewport={"width": 900, "height": 1000})
    await page.goto(base)
    await _write(page, "How long do I have to return a jacket?")
    await _write(page, "Where is my order W10005? I'm tom.okafor@example.org")
    await _write(page, sent.code)
    await page.screenshot(path=PICTURES / "chat.png")
    await _write(page, "It should have been here last week. I'd rather talk to a human, please.")


async def _write(page: Page, text: str) -> None:
    before = await page.locator("#text").count()
    assert before
    await page.locator("#text").fill(text)
    await page.locator("#text").press("Enter")
    # Replies come within a second or two; the picture is of people reading, not of a race.
    await page.wait_for_timeout(4000)


async def _desk(browser: Browser, base: str) -> Page:
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    await page.goto(f"{base}/desk")
    await page.get_by_label("Login", exact=True).first.fill("ana")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.get_by_text("Tom Okafor").first.click()
    await page.get_by_role("button", name="Claim").first.click()
    await page.wait_for_timeout(2000)
    await page.screenshot(path=PICTURES / "desk.png")
    return page


async def _figures(page: Page, base: str, handrail: Handrail, clock: FixedClock, ana: Staff) -> None:
    await Month(handrail, clock, [ana]).play()
    await page.set_viewport_size({"width": 1180, "height": 1180})
    # Four weeks later nobody is logged in any more.
    await page.context.request.post(f"{base}/v1/login", data={"login": "ana", "password": PASSWORD})
    first, last = MONDAY.date(), (clock.now() - timedelta(days=1)).date()
    await page.goto(f"{base}/desk/insights?from={first}&to={last}")
    await page.locator(".chart").first.wait_for()
    await page.screenshot(path=PICTURES / "insights.png")


async def report(browser: Browser) -> None:
    """Play the sample's cases and take the page of the run, from its top."""
    settings = load(sample_folder(), {"HANDRAIL_ENGINE__KIND": "offline"})
    told = await replay(read_suite(settings.cases_folder).cases, settings)
    page = await browser.new_page(viewport={"width": 1100, "height": 1500})
    await page.set_content(report_page(told))
    await page.screenshot(path=PICTURES / "report.png")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "/usr/bin/chromium"))
