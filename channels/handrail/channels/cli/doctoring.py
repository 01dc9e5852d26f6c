"""`handrail doctor`: what is configured, what works, and how to mend what does not."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from handrail.conversation.errors import HandrailError, Unavailable
from handrail.conversation.settings import FILE, Settings


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the report; `mend` says what to do where it is not `ok`."""

    part: str
    ok: bool
    what: str
    mend: str = ""


async def doctor(settings: Settings) -> int:
    """Try every part and tell what came of it. Returns 1 where something fails."""
    console = Console(highlight=False)
    failed = 0
    async for told in _look(settings):
        mark = Text("✓ ", style="green") if told.ok else Text("✗ ", style="red")
        console.print(mark + Text(f"{told.part:<12}", style="bold") + Text(told.what))
        if not told.ok:
            failed += 1
            console.print(Text(f"              → {told.mend}", style="yellow"))
    return 1 if failed else 0


async def _look(settings: Settings) -> AsyncIterator[Told]:
    yield Told("python", sys.version_info >= (3, 11), sys.version.split()[0], "Python 3.11 or newer is needed")
    file = settings.workspace / FILE
    yield Told("workspace", file.is_file(), str(settings.workspace), "`handrail new DIR` makes one")
    for part, look, mend in PARTS:
        try:
            yield Told(part, True, await look(settings))
        except (HandrailError, OSError) as error:
            yield Told(part, False, str(error), mend)


async def _data(settings: Settings) -> str:
    folder = settings.data_folder
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / ".writable"
    probe.write_text("")
    probe.unlink()
    return str(folder)


async def _database(settings: Settings) -> str:
    from handrail.agent.parts import open_database

    async with open_database(settings) as database, database.connection() as connection:
        row = await (await connection.execute("SELECT current_setting('server_version') AS version")).fetchone()
    kind = "your own" if settings.database.url else f"embedded in {settings.data_folder / 'postgres'}"
    return f"Postgres {row['version'] if row else '?'}, {kind}"


async def _tools(settings: Settings) -> str:
    from handrail.agent.workspace import load_workspace

    workspace = load_workspace(settings)
    writes = sum(tool.effect == "write" for tool in workspace.tools)
    return f"{len(workspace.tools)} ({writes} of them write): {', '.join(workspace.by_name) or 'none'}"


async def _sources(settings: Settings) -> str:
    from handrail.agent.sources.sources import open_sources
    from handrail.conversation.clock import SystemClock

    async with open_sources(settings, SystemClock()) as sources:
        if sources.faults:
            raise Unavailable("; ".join(f"{name}: {fault}" for name, fault in sources.faults.items()))
        taken = [f"{name} {sum(t.source == name for t in sources.tools)}" for name in settings.tools.sources]
    return f"tools of {', '.join(taken)}" if taken else "none (tools.sources names none)"


async def _policies(settings: Settings) -> str:
    from handrail.knowledge.policies import read_policies

    policies = read_policies(settings.policies_folder)
    return f"{len({p.id for p in policies})} policies in {len(policies)} versions in {settings.policies_folder}"


async def _index(settings: Settings) -> str:
    from handrail.agent.bootstrap import open_knowledge

    async with open_knowledge(settings) as knowledge:
        report = await knowledge.refresh()
    where = settings.index.chroma_url or "embedded Chroma"
    return f"{report.passages} passages, embedder {settings.index.embedder}, {where}"


async def _engine(settings: Settings) -> str:
    if settings.engine.chosen == "offline":
        return "the built-in engine (no OPENAI_API_KEY or OPENAI_BASE_URL is set); no language model is asked"
    from handrail.agent.models.openai import OpenAIModel

    model = OpenAIModel(settings.engine)
    try:
        await model.ping()
    finally:
        await model.aclose()
    return f"{model.name} at {settings.engine.base_url or 'OpenAI'} answers"


async def _mail(settings: Settings) -> str:
    from handrail.desk.mail import SmtpMailer

    if settings.mail.host is None:
        return f"codes and letters go to the console and {settings.data_folder / 'mail.log'} (no mail.host is set)"
    await SmtpMailer(settings.mail).check()
    return f"{settings.mail.host}:{settings.mail.port} answers"


async def _identity(settings: Settings) -> str:
    from handrail.agent.site_token import SiteTokens
    from handrail.agent.workspace import load_workspace
    from handrail.conversation.clock import SystemClock

    identity = settings.identity
    tokens = await SiteTokens(identity, SystemClock()).check()
    if load_workspace(settings).find_customer is None:
        return f"no one-time codes (no file of business.tools defines find_customer); {tokens}"
    return f"one-time codes of {identity.code_minutes:g} minutes, {identity.code_tries} tries; {tokens}"


async def _login(settings: Settings) -> str:
    openid = settings.login.openid
    ways = ["passwords"] if settings.login.passwords else []
    if openid is None:
        return "people log in with passwords"
    from handrail.channels.openid.provider import Provider
    from handrail.conversation.clock import SystemClock

    keys = await (await Provider(openid.issuer, SystemClock()).keys()).fetch()
    if not keys:
        raise Unavailable(f"{openid.issuer} publishes no key that can be taken")
    return f"people log in with {' or '.join([*ways, openid.name])} ({openid.issuer}, {len(keys)} keys)"


async def _assistants(settings: Settings) -> str:
    table = settings.mcp
    if not table.is_open:
        return "/mcp is shut to other assistants (mcp.keys names none)"
    named = ", ".join(table.keys) or "nobody with a key"
    return f"/mcp is open to {named}{' and to anybody without one' if table.public else ''}"


async def _webhooks(settings: Settings) -> str:
    from handrail.desk.announcements import target_of

    if not settings.webhooks:
        return "no other system is told what happens ([webhooks.NAME] names none)"
    await _expect_well(settings, {name: target_of(name) for name in settings.webhooks})
    return f"{', '.join(settings.webhooks)} take what they are sent"


async def _desks(settings: Settings) -> str:
    from handrail.desk.outside.threads import target_of

    if not settings.outside:
        return "people work at /desk ([outside.NAME] names no other desk)"
    await _expect_well(settings, {name: target_of(name) for name in settings.outside})
    return f"{', '.join(settings.outside)} take what they are sent"


async def _expect_well(settings: Settings, targets: Mapping[str, str]) -> None:
    """Raise `Unavailable` where a target of the outbox fails, is paused, or something for it was given up."""
    from handrail.agent.parts import open_database
    from handrail.conversation.clock import SystemClock
    from handrail.desk.lanes import Lanes

    async with open_database(settings) as database:
        lanes = await Lanes(database, SystemClock()).states()
    known = {name: lanes.get(target) for name, target in targets.items()}
    bad = [f"{name} {lane.state}" for name, lane in known.items() if lane and lane.failing_since]
    bad += [f"{lane.failed} for {name} were given up" for name, lane in known.items() if lane and lane.failed]
    if bad:
        raise Unavailable("; ".join(bad))


PARTS: tuple[tuple[str, Callable[[Settings], Awaitable[str]], str], ...] = (
    ("data", _data, "give the user that runs Handrail the right to write there, or set `data` in handrail.toml"),
    ("database", _database, "check DATABASE_URL, or unset it for the embedded Postgres"),
    ("tools", _tools, "mend the file that is named, or the list business.tools"),
    ("sources", _sources, "start it, or mend its table in tools.sources; `handrail tools` lists what was taken"),
    ("policies", _policies, "mend the file that is named; policies are Markdown with front matter"),
    ("index", _index, "check CHROMA_URL, or unset it; an embedded index is made anew where its folder is deleted"),
    (
        "engine",
        _engine,
        "check OPENAI_BASE_URL, OPENAI_API_KEY and engine.model; meanwhile the built-in engine answers",
    ),
    ("mail", _mail, "check mail.host, mail.port, mail.user and mail.password"),
    ("identity", _identity, "check the table identity: jwt_secret, jwt_public_key or jwks_url"),
    ("login", _login, "check login.openid.issuer: it must be written as the provider itself writes it"),
    ("assistants", _assistants, "check the table mcp"),
    ("webhooks", _webhooks, "`handrail webhooks test NAME` tries one; `handrail webhooks retry NAME` begins anew"),
    ("desks", _desks, "check the table that is named; `handrail webhooks retry NAME` begins anew"),
)
