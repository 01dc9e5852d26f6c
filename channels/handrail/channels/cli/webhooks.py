"""`handrail webhooks`: the endpoints and desks that are told what happens, how they do, and a try."""

import base64
import secrets
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.channels.cli.workspace import Workspace, run
from handrail.conversation.errors import NotFound

if TYPE_CHECKING:
    from handrail.conversation.settings import Settings
    from handrail.conversation.webhooks import Webhook

app = typer.Typer(help="Endpoints of other systems that are told what happens.", no_args_is_help=True)

Endpoint = Annotated[str, typer.Argument(metavar="NAME", help="As it is called in [webhooks.NAME].")]


@app.command("list")
def list_endpoints(workspace: Workspace = None) -> None:
    """List endpoints and other desks: what each is told, how much waits for it, and since when it fails."""
    run(_list, workspace)


@app.command()
def test(name: Endpoint, workspace: Workspace = None) -> None:
    """Send a signed `webhook.ping`, and show the answer. Exits with 1 where it is not taken."""
    run(lambda settings: _test(settings, name), workspace)


@app.command()
def retry(name: Endpoint, workspace: Workspace = None) -> None:
    """Begin anew with an endpoint or desk that is paused, and with what was given up for it; a server sends it."""
    run(lambda settings: _retry(settings, name), workspace)


@app.command()
def secret() -> None:
    """Print a new secret to sign with, for the settings and for the receiver."""
    from handrail.conversation.webhooks import PREFIX

    typer.echo(PREFIX + base64.b64encode(secrets.token_bytes(32)).decode())


async def _list(settings: "Settings") -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from handrail.agent.parts import open_database
    from handrail.conversation.clock import SystemClock
    from handrail.desk.announcements import target_of
    from handrail.desk.lanes import Lane, Lanes
    from handrail.desk.outside.threads import target_of as desk_target

    table = Table("name", "to", "events", "waiting", "given up", "state", box=box.SIMPLE_HEAD)
    async with open_database(settings) as database:
        lanes = await Lanes(database, SystemClock()).states()
    for name, endpoint in settings.webhooks.items():
        lane = lanes.get(target_of(name), Lane(target_of(name)))
        told = ", ".join(endpoint.events) + (", with what was written" if endpoint.content else "")
        table.add_row(name, endpoint.url, told, str(lane.due), str(lane.failed), lane.state)
    for name, desk in settings.outside.items():
        lane = lanes.get(desk_target(name), Lane(desk_target(name)))
        table.add_row(name, desk.url, f"handoffs, as {desk.kind}", str(lane.due), str(lane.failed), lane.state)
    Console().print(
        table if settings.webhooks or settings.outside else "no endpoint is told anything ([webhooks.NAME] names none)"
    )


async def _test(settings: "Settings", name: str) -> int:
    from handrail.agent.parts import open_log
    from handrail.conversation.ids import new_id
    from handrail.desk.webhooks import Webhooks
    from handrail.desk.wire import Wire

    endpoint, wire = _endpoint(settings, name), Wire()
    async with open_log(settings) as log:
        now = log.clock.now()
        body = {"type": "webhook.ping", "timestamp": now.isoformat(), "data": {"endpoint": name}}
        try:
            answer = await Webhooks(endpoint, log, log.clock, wire).post(f"ping_{new_id(now)}", body)
        finally:
            await wire.close()
    typer.echo(f"{endpoint.url} answers {answer.status}")
    if answer.text.strip():
        typer.echo(answer.text[:500])
    return 0 if 200 <= answer.status < 300 else 1


async def _retry(settings: "Settings", name: str) -> None:
    from handrail.agent.parts import open_log
    from handrail.desk.announcements import target_of
    from handrail.desk.lanes import Lanes
    from handrail.desk.outbox import TOPIC
    from handrail.desk.outside.threads import target_of as desk_target

    if name not in settings.outside:
        _endpoint(settings, name)
    targets = [target_of(name)] * (name in settings.webhooks) + [desk_target(name)] * (name in settings.outside)
    async with open_log(settings) as log:
        again = sum([await Lanes(log.database, log.clock).retry(target) for target in targets])
        await log.bell.ring(TOPIC)
    typer.echo(f"{name}: {again} to send, as soon as a server runs")


def _endpoint(settings: "Settings", name: str) -> "Webhook":
    if name not in settings.webhooks:
        raise NotFound(f"there is no endpoint {name!r}; [webhooks] names {', '.join(settings.webhooks) or 'none'}")
    return settings.webhooks[name]
