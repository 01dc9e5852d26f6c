"""A browser for the tests of the pages: it opens them, and tells of everything that they complain of."""

import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NEEDS_CHROMIUM = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: the tests of the pages are skipped")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-pings",
]
PASSWORD = "correct horse battery"
HOSTILE = (
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "[link](javascript:window.hit=1)",
    "<svg/onload=window.hit=1>",
    "\"><iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "javascript:window.hit=1",
)
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 320, "height": 640}


@dataclass
class Tab:
    """A page, and everything it complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)


@dataclass
class Windows:
    """Opens pages of the site in the browser, each with cookies and storage of its own."""

    browser: Browser
    url: str
    tabs: list[Tab] = field(default_factory=list)

    async def open(self, path: str = "/", **more: Any) -> Page:
        context = await self.browser.new_context(viewport=more.pop("viewport", WIDE), locale="en-GB", **more)
        context.set_default_timeout(15_000)
        tab = Tab(await context.new_page())
        tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.page.on("console", lambda message: tab.complaints.append(message.text) if message.type == "error" else None)
        self.tabs.append(tab)
        await tab.page.goto(self.url + path)
        return tab.page

    async def desk(self, login: str = "kim", **more: Any) -> Page:
        page = await self.open("/desk", **more)
        await page.get_by_label("Login").fill(login)
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Live")).to_be_visible()
        return page


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One browser for all tests here; its address for the protocol of developer tools."""
    assert CHROMIUM is not None
    profile = tmp_path_factory.mktemp("chromium")
    command = [
        CHROMIUM,
        *FLAGS,
        "--headless=new",
        "--remote-debugging-port=0",
        f"--user-data-dir={profile}",
        "about:blank",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        yield next(line.split()[-1] for line in process.stderr if line.startswith("DevTools listening on"))
        process.terminate()


@pytest.fixture
async def windows(site: Any, chromium: str) -> AsyncIterator[Windows]:
    expect.set_options(timeout=15_000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium)
        found = Windows(browser, site.url)
        yield found
        for tab in found.tabs:
            await tab.page.context.close()
        complaints = [complaint for tab in found.tabs for complaint in tab.complaints]
        # The browser reports every refused request; scripts that fail and policies that are broken are what counts.
        assert [c for c in complaints if "Failed to load resource" not in c] == []


async def write(page: Page, text: str) -> None:
    await page.locator("#text").fill(text)
    await page.locator("#text").press("Enter")


async def conversation_id(page: Page) -> str:
    kept = await page.evaluate("JSON.parse(localStorage.getItem('handrail.conversation'))")
    return str(kept["id"])


async def assert_unhit(page: Page) -> None:
    assert await page.evaluate("window.hit") is None
    assert await page.locator("main script, main iframe, main svg[onload], dialog script, dialog iframe").count() == 0
    assert await page.locator("img[onerror], a[href^=javascript]").count() == 0


async def assert_accessible(page: Page) -> None:
    results = await Axe().run(page, options={"resultTypes": ["violations"]})
    assert results.violations_count == 0, results.generate_report()


async def assert_fits(page: Page) -> None:
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(wide) <= 0
