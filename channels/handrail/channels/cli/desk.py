"""`handrail desk`: the people's side in the terminal, beside a running server or alone."""

from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.channels.cli import audits, decisions, figures, owed, routing
from handrail.channels.cli.at_desk import As, Id, act, find
from handrail.channels.cli.workspace import Workspace, run

if TYPE_CHECKING:
    from handrail.agent.parts import DeskSide
    from handrail.conversation.settings import Settings
    from handrail.desk.staff import Staff

app = typer.Typer(
    help="Work the queue: list, take, answer, hand on, park, give back, wrap up, approve, vouch, settle; sum up chats.",
    no_args_is_help=True,
)

routing.add(app)
owed.add(app)
figures.add(app)
app.add_typer(audits.app, name="audits")


@app.command("list")
def list_queue(
    workspace: Workspace = None,
    department: Annotated[
        list[str] | None, typer.Option(help="Only this department; may be given more than once.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what was given back or wrapped up.")] = False,
) -> None:
    """List who waits for a person, the most pressing first."""
    run(lambda settings: _list(settings, tuple(department or ()), everything), workspace)


@app.command()
def show(conversation: Id, workspace: Workspace = None) -> None:
    """Show the packet and the transcript of a conversation."""
    run(lambda settings: _show(settings, conversation), workspace)


@app.command()
def claim(conversation: Id, login: As, workspace: Workspace = None, take_over: bool = False) -> None:
    """Take a conversation; supervisors may take it from a colleague with --take-over."""
    act(login, conversation, workspace, lambda h, who, id_: h.desk.claim(id_, who, take_over=take_over), "taken")


@app.command()
def say(conversation: Id, text: Annotated[str, typer.Argument()], login: As, workspace: Workspace = None) -> None:
    """Write to the customer."""
    act(login, conversation, workspace, lambda h, who, id_: h.desk.say(id_, who, text), "sent")


@app.command()
def note(conversation: Id, text: Annotated[str, typer.Argument()], login: As, workspace: Workspace = None) -> None:
    """Leave a note that only the desk sees."""
    act(login, conversation, workspace, lambda h, who, id_: h.desk.note(id_, who, text), "noted")


@app.command("give-back")
def give_back(
    conversation: Id,
    login: As,
    instruction: Annotated[str, typer.Option(help="What the bot should do or know.")] = "",
    workspace: Workspace = None,
) -> None:
    """Let the bot go on."""
    act(
        login,
        conversation,
        workspace,
        lambda h, who, id_: h.desk.give_back(id_, who, instruction),
        "given back; the bot goes on as soon as a server runs",
    )


@app.command("wrap-up")
def wrap_up(
    conversation: Id,
    disposition: Annotated[str, typer.Argument(help="resolved, unresolved, follow_up, spam or customer_left.")],
    login: As,
    tag: Annotated[list[str] | None, typer.Option(help="Why it came to a person; may be given more than once.")] = None,
    text: Annotated[str, typer.Option("--note", help="Free words.")] = "",
    right_answer: Annotated[str, typer.Option(help="What the bot should have said.")] = "",
    workspace: Workspace = None,
) -> None:
    """Settle a conversation, and say how it went and why it came to a person."""

    def do(handrail: "DeskSide", staff: "Staff", conversation_id: str) -> Awaitable[object]:
        return handrail.desk.wrap_up(
            conversation_id, staff, disposition, tags=tuple(tag or ()), note=text, right_answer=right_answer
        )

    act(login, conversation, workspace, do, "wrapped up")


@app.command()
def packet(
    file: Annotated[Path, typer.Argument(metavar="IN", exists=True, dir_okay=False, help="JSON lines to read.")],
    out: Annotated[Path, typer.Option("--out", "-o", dir_okay=False, help="JSON lines to write, in the same order.")],
    model: Annotated[bool, typer.Option("--model", help="Have the model of the settings write them.")] = False,
    workspace: Workspace = None,
) -> None:
    """Sum up transcripts of any desk for who takes them over, each line with the turns it rests on.

    Reads {"id", "turns": [{"role": "customer" | "agent", "text"}]} and writes {"id", "summary", "lines": [{"text",
    "evidence": [turn numbers, from 1]}], "dropped": [{"text", "evidence", "why"}]}. No server and no model is needed;
    whoever writes it, a line that its turns do not bear is dropped.
    """
    from handrail.channels.cli import packets

    run(lambda settings: packets.write_packets(settings, file, out, model=model), workspace)


@app.command()
def approvals(workspace: Workspace = None) -> None:
    """List what waits for a colleague's approval, the oldest first."""
    run(decisions.waiting, workspace)


@app.command()
def approve(
    conversation: Id,
    login: As,
    action: Annotated[str | None, typer.Option(help="Which action, where several wait.")] = None,
    reason: Annotated[str, typer.Option(help="Why; only the desk sees it.")] = "",
    workspace: Workspace = None,
) -> None:
    """Approve what waits in a conversation."""

    def do(handrail: "DeskSide", staff: "Staff", conversation_id: str) -> Awaitable[object]:
        return decisions.decide(handrail, staff, conversation_id, action, "approve", reason)

    act(login, conversation, workspace, do, "approved; it is done as soon as a server runs")


@app.command()
def refuse(
    conversation: Id,
    login: As,
    reason: Annotated[str, typer.Option(help="Why; the customer is told it.")],
    action: Annotated[str | None, typer.Option(help="Which action, where several wait.")] = None,
    workspace: Workspace = None,
) -> None:
    """Refuse what waits in a conversation."""

    def do(handrail: "DeskSide", staff: "Staff", conversation_id: str) -> Awaitable[object]:
        return decisions.decide(handrail, staff, conversation_id, action, "refuse", reason)

    act(login, conversation, workspace, do, "refused; the customer is told as soon as a server runs")


@app.command()
def vouch(
    conversation: Id,
    claim: Annotated[list[str], typer.Argument(help="Who it is, as email=sam@example.org or order_id=W10001.")],
    login: As,
    how: Annotated[str, typer.Option(help="How you found out: “called back on the number on file”.")],
    workspace: Workspace = None,
) -> None:
    """Vouch for who the customer is, in a conversation that you hold."""

    def do(handrail: "DeskSide", staff: "Staff", conversation_id: str) -> Awaitable[object]:
        return decisions.vouch(handrail, staff, conversation_id, claim, how)

    act(login, conversation, workspace, do, "identity proven")


@app.command()
def settle(
    conversation: Id,
    action: Annotated[str, typer.Argument(help="The action, as `show` lists it.")],
    end: Annotated[str, typer.Argument(help="happened or not-happened.")],
    login: As,
    seen: Annotated[str, typer.Option(help="What you have seen, and where.")],
    workspace: Workspace = None,
) -> None:
    """Say whether an action happened whose end was not seen."""

    def do(handrail: "DeskSide", staff: "Staff", conversation_id: str) -> Awaitable[object]:
        return decisions.settle(handrail, staff, conversation_id, action, end, seen)

    act(login, conversation, workspace, do, "settled")


async def _list(settings: "Settings", departments: tuple[str, ...], everything: bool) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Column, Table

    from handrail.agent.parts import open_desk
    from handrail.channels.cli.records import operator
    from handrail.desk.looks import Looks
    from handrail.desk.queue import Filter

    states = ("waiting", "claimed", "given_back", "wrapped_up") if everything else ("waiting", "claimed")
    first = Column("conversation", no_wrap=True)
    table = Table(first, "urgency", "reason", "department", "waiting", "with", "customer", "about", box=box.SIMPLE_HEAD)
    async with open_desk(settings) as handrail:
        await Looks(handrail.log.database, handrail.clock).note(operator(), operator(), "queue")
        entries = await handrail.desk.queue(Filter(states=states, departments=departments))  # type: ignore[arg-type]
    if not entries:
        Console().print("nobody is waiting")
        return
    for entry in entries:
        minutes = int(entry.waiting.total_seconds() // 60)
        waited = f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
        table.add_row(
            entry.conversation_id[-10:], entry.urgency, entry.reason or "", entry.department,
            f"{waited}, {entry.mode}", entry.person_name or entry.state, entry.customer, entry.about,
        )  # fmt: skip
    Console().print(table)


async def _show(settings: "Settings", conversation: str) -> None:
    from rich.console import Console
    from rich.text import Text

    from handrail.agent.parts import open_desk
    from handrail.channels.cli.records import operator
    from handrail.desk.looks import Looks

    console = Console(highlight=False)
    async with open_desk(settings) as handrail:
        conversation_id = await find(handrail, conversation)
        await Looks(handrail.log.database, handrail.clock).note(operator(), operator(), "case", conversation_id)
        shown = await handrail.desk.show(conversation_id)
    if shown.packet is not None:
        for line in shown.packet.told:
            refs = ", ".join(line.evidence)
            console.print(Text(f"{line.topic:<12}", style="bold") + Text(line.text) + Text(f"  [{refs}]", style="dim"))
        for tool in shown.packet.tools:
            missing = f" (without {', '.join(tool.missing)})" if tool.missing else ""
            console.print(Text(f"{'ready':<12}", style="bold") + Text(f"{tool.title}{missing}"))
        console.print(Text("\nfirst line  ", style="bold") + Text(shown.packet.first_line) + Text("\n"))
    for action in shown.situation.actions:
        if action.stage not in ("succeeded", "failed", "dropped"):
            console.print(Text(f"{action.stage:<12}", style="bold") + Text(action.question))
            console.print(Text(f"{'':<12}action {action.action_id}, key {action.idempotency_key or '-'}", style="dim"))
    for said in shown.situation.lines:
        who = said.name or said.speaker
        console.print(Text(f"{said.at:%H:%M} {said.seq:>4} {who} › ", style="dim") + Text(said.text))
    console.print(Text(f"\nheld by {shown.head.holder}", style="dim"))
