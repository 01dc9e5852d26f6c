"""`handrail chat`: a conversation in the terminal."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from rich.console import Console
from rich.text import Text

from handrail.conversation.events import (
    ActionProposed,
    Announced,
    BotSaid,
    Checked,
    Consulted,
    Data,
    Event,
    GivenBack,
    HandoffClaimed,
    HandoffRequested,
    Opened,
    PersonSaid,
    ToolRan,
    TurnEnded,
)
from handrail.conversation.settings import Settings

PROMPT = "you › "


async def chat(settings: Settings, explain: bool, conversation: str | None) -> None:
    """Read lines, print what is said as it is committed. Ends at end of input or `/quit`."""
    from handrail.agent.bootstrap import build

    console = Console(highlight=False)
    async with build(settings) as handrail:
        if conversation is None:
            conversation = (await handrail.log.open(Opened(channel="terminal"))).conversation_id
        console.print(f"{settings.business.name} · engine {handrail.engine} · conversation {conversation}", style="dim")
        console.print("Type your message; /quit ends. Codes and e-mails are printed here.\n", style="dim")
        printer = Printer(console, explain)
        after = (await handrail.log.head(conversation)).last_seq
        following = asyncio.create_task(_follow(handrail.log.follow(conversation, after), printer))
        try:
            while (line := await asyncio.to_thread(_read)) is not None:
                if line.strip() in ("/quit", "/exit"):
                    break
                if line.strip():
                    event = await handrail.turns.hear(conversation, line.strip())
                    held = (await handrail.log.head(conversation)).holder != "bot"
                    await (printer.seen(event.seq) if held else printer.answered(event.seq))
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following


def _read() -> str | None:
    try:
        line = input(PROMPT if sys.stdin.isatty() else "")
    except (EOFError, KeyboardInterrupt):
        return None
    if not sys.stdin.isatty():
        print(f"{PROMPT}{line}")
    return line


async def _follow(events, printer: "Printer") -> None:  # type: ignore[no-untyped-def]
    async for event in events:
        await printer.show(event)


class Printer:
    """Prints events as they come and lets the prompt wait for an answer."""

    def __init__(self, console: Console, explain: bool) -> None:
        self._console, self._explain = console, explain
        self._upto = self._seq = 0
        self._moved = asyncio.Condition()

    async def answered(self, seq: int) -> None:
        """Wait until a turn has ended that answers the line `seq`."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._upto >= seq)

    async def seen(self, seq: int) -> None:
        """Wait until the event `seq` has been shown."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._seq >= seq)

    async def show(self, event: Event) -> None:
        """Print one event."""
        self._say(event)
        if self._explain:
            self._tell(event)
        async with self._moved:
            self._seq = event.seq
            if isinstance(event.data, TurnEnded):
                self._upto = max(self._upto, event.data.upto)
            self._moved.notify_all()

    def _say(self, event: Event) -> None:
        data = event.data
        if isinstance(data, BotSaid):
            who = Text("bot › " if data.part == 1 else "", style="bold cyan")
            self._console.print(who + Text(data.text.strip("\n") if data.part == 1 else data.text.lstrip(" ")))
            for citation in data.citations:
                self._console.print(
                    Text(f"      ⤷ {citation.title} ({citation.policy}, version {citation.version})", style="dim")
                )
        elif isinstance(data, PersonSaid):
            self._console.print(Text(f"{data.name} › ", style="bold green") + Text(data.text))
        elif isinstance(data, Announced):
            self._console.print(Text(data.text, style="italic"))
        elif isinstance(data, HandoffClaimed):
            self._console.print(Text(f"{data.name} has joined", style="italic green"))
        elif isinstance(data, GivenBack):
            self._console.print(Text("the bot goes on", style="italic"))
        elif isinstance(data, TurnEnded):
            self._console.print()

    def _tell(self, event: Event) -> None:
        for line in explained(event):
            self._console.print(Text(f"      · {line}", style="yellow dim"))


def explained(event: Event) -> list[str]:
    """What `--explain` tells of an event."""
    told = EXPLAINED.get(type(event.data))
    return [told(event.data)] if told else []


def _checked(data: Checked) -> str:
    findings = (
        f"{f.check}/{f.name} {f.score:.2f} → {f.action}{f' ({f.reason})' if f.reason else ''}" for f in data.findings
    )
    spent = data.milliseconds.get("all", 0.0)
    return f"{data.direction} checks, {spent:.1f} ms: {'; '.join(findings) or 'nothing found'}"


def _consulted(data: Consulted) -> str:
    best = ", ".join(f"{p.policy}@{p.version} {p.score:.2f}" for p in data.passages[:3])
    return f"policies as of {data.as_of}, relevance {data.relevance:.2f}: {best or 'none'}"


def _ended(data: TurnEnded) -> str:
    doubt = data.confidence
    sure = f", needs a person {doubt.needs_person:.2f} ({'; '.join(doubt.reasons) or 'no doubt'})" if doubt else ""
    return f"{data.outcome} by {data.engine} in {data.milliseconds:.0f} ms{sure}"


EXPLAINED: Mapping[type[Data], Callable[[Any], str]] = {
    Checked: _checked,
    Consulted: _consulted,
    ToolRan: lambda data: f"tool {data.tool}: {'ok' if data.ok else data.error}, {data.milliseconds:.0f} ms",
    ActionProposed: lambda data: f"proposed {data.tool}, consent binds to {data.fingerprint[:12]}",
    HandoffRequested: lambda data: f"handed over: {data.reason}, {data.urgency}, {data.department}, {data.mode}",
    TurnEnded: _ended,
}
