"""A whole handover between two browsers, over a server that was started as its user starts it: to a person and back."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from channels_pages import NEEDS_CHROMIUM, PASSWORD, Windows, assert_accessible, conversation_id, write
from playwright.async_api import Page, expect

pytestmark = NEEDS_CHROMIUM

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Product:
    """A running server, and what it prints."""

    url: str
    printed: Path

    def find(self, pattern: str) -> str:
        """The newest thing printed that looks so; waits for it."""
        until = time.monotonic() + 120
        while not (found := re.findall(pattern, self.printed.read_text())):
            assert time.monotonic() < until, self.printed.read_text()
            time.sleep(0.1)
        return str(found[-1])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """`handrail new`, a desk that is open around the clock, `handrail serve` on the built-in engine."""
    folder = tmp_path_factory.mktemp("shop") / "mine"
    ours = ("HANDRAIL_", "OPENAI_", "DATABASE_", "CHROMA_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    command = [sys.executable, "-m", "handrail.channels.cli.main"]
    subprocess.run([*command, "new", folder], env=environment, check=True, capture_output=True)
    file = folder / "handrail.toml"
    always = "".join(f'{day} = {{ opens = "00:00", closes = "24:00" }}\n' for day in DAYS)
    text = re.sub(r"(?m)^(?:mon|tue|wed|thu|fri|sat|sun) = .*\n", "", file.read_text())
    file.write_text(re.sub(r"(\[desk\.departments\.\w+\.hours\]\n)", lambda found: found[1] + always, text))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    printed = folder / "printed.txt"
    with printed.open("w") as out:
        serve = [*command, "serve", "--workspace", str(folder), "--port", str(port)]
        # A holiday would close the desk on the day on which this runs.
        environment |= {"HANDRAIL_DESK__COUNTRY": "", "HANDRAIL_DESK__SUBDIVISION": "", "COLUMNS": "200"}
        with subprocess.Popen(serve, env=environment, stdout=out, stderr=out) as process:
            product = Product(f"http://127.0.0.1:{port}", printed)
            product.find(r"#password=(\S+)")
            _wait_for(port)
            yield product
            process.send_signal(signal.SIGTERM)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert time.monotonic() < until
        time.sleep(0.1)


async def first_admin(windows: Windows, site: Product) -> Page:
    """The desk as it opens for whoever follows the link that the server printed."""
    desk = await windows.open("/desk#password=" + site.find(r"#password=(\S+)"))
    await desk.get_by_label("New password").fill(PASSWORD)
    await desk.get_by_label("Once more").fill(PASSWORD)
    await desk.keyboard.press("Enter")
    await expect(desk.get_by_text("Live")).to_be_visible()
    return desk


async def events(desk: Page, conversation: str) -> list[dict[str, Any]]:
    """The log of a conversation, as the desk reads it."""
    url = f"/v1/desk/conversations/{conversation}?after=0"
    answer = await desk.evaluate("url => fetch(url).then((answer) => answer.json())", url)
    return list(answer["events"])


async def test_over_to_a_person_and_back_and_over_again(windows: Windows, site: Product) -> None:
    chat, desk = await windows.open("/"), await first_admin(windows, site)
    await the_bot_hands_over(chat, site)
    await the_desk_has_everything_in_hand(chat, desk)
    await the_two_are_in_one_thread(chat, desk)
    await the_bot_goes_on_where_it_is_given_back(chat, desk)
    await it_is_wrapped_up_by_keyboard_the_second_time(chat, desk)
    told = await events(desk, await conversation_id(chat))
    kinds = [event["kind"] for event in told]
    assert "bot_said" in kinds[kinds.index("given_back") :]
    assert [event["data"]["tags"] for event in told if event["kind"] == "wrapped_up"] == [["needed_judgement"]]
    # Nobody's line came from a hand that did not hold the conversation.
    moved = {"handoff_requested": "queue", "handoff_claimed": "person", "given_back": "bot", "wrapped_up": "bot"}
    holder = "bot"
    for event in told:
        holder = moved.get(event["kind"], holder)
        assert event["kind"] != "person_said" or holder == "person"
        assert event["kind"] != "bot_said" or holder != "person"


async def the_bot_hands_over(chat: Page, site: Product) -> None:
    await write(chat, "Where is my order W10002?")
    await expect(chat.locator("#lines")).to_contain_text("6-digit code")
    await write(chat, site.find(r"Your code is (\d{6})"))
    await expect(chat.locator("#lines")).to_contain_text("Parcelway")
    await write(chat, "That is a week too late. I would like to speak to a person, please.")
    await expect(chat.locator("#lines")).to_contain_text("passing you to a colleague")


async def the_desk_has_everything_in_hand(chat: Page, desk: Page) -> None:
    await expect(desk.locator("#entries")).to_contain_text("Priya Raman")
    await desk.keyboard.press("x")
    for told in ("proven by a code", "W10002", "speak to a person"):
        await expect(desk.locator("#packet")).to_contain_text(told)
    await expect(desk.locator("#text")).to_be_focused()
    await expect(chat.locator("#lines")).to_contain_text("is here now")
    await assert_accessible(chat)
    await assert_accessible(desk)


async def the_two_are_in_one_thread(chat: Page, desk: Page) -> None:
    await desk.keyboard.type("Hello Priya, I have asked the carrier. It comes tomorrow before noon.")
    await desk.keyboard.press("Enter")
    await expect(chat.locator("#lines")).to_contain_text("It comes tomorrow before noon.")
    await write(chat, "Good. How long do I have to return it, if it is too small?")
    await expect(desk.locator("#lines")).to_contain_text("if it is too small?")


async def the_bot_goes_on_where_it_is_given_back(chat: Page, desk: Page) -> None:
    await desk.keyboard.press("Escape")
    await desk.keyboard.press("g")
    await desk.get_by_label("What should the bot do or know?").fill("Tell how returns work.")
    await desk.locator("dialog[open] button[type=submit]").click()
    await expect(desk.locator("dialog[open]")).to_have_count(0)
    await write(chat, "How long do I have to return a rucksack?")
    await expect(chat.locator("#lines").get_by_role("button", name="Returns").first).to_be_visible()


async def it_is_wrapped_up_by_keyboard_the_second_time(chat: Page, desk: Page) -> None:
    await write(chat, "Can I talk to a human again?")
    await expect(desk.locator("#entries")).to_contain_text("Priya Raman")
    await desk.keyboard.press("x")
    # The packet tells of the person who was there.
    await expect(desk.locator("#packet")).to_contain_text("before noon")
    await expect(desk.locator("#text")).to_be_focused()
    await desk.keyboard.type("Send it back within the time that our policy says, and it is free.")
    await desk.keyboard.press("Enter")
    await expect(chat.locator("#lines")).to_contain_text("and it is free.")
    await desk.keyboard.press("Escape")
    await desk.keyboard.press("w")
    await expect(desk.get_by_role("radio", name="Resolved", exact=True)).to_be_checked()
    await desk.get_by_label("needed judgement").check()
    await desk.locator("dialog[open] button[type=submit]").press("Enter")
    await expect(desk.locator("dialog[open]")).to_have_count(0)
