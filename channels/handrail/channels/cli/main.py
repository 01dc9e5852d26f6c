"""The command line. This module imports nothing heavy, so that `--help` is quick; each command imports what it runs."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from handrail.channels.cli.checks import app as checks
from handrail.channels.cli.desk import app as desk
from handrail.channels.cli.evals import app as evals
from handrail.channels.cli.improve import app as improve
from handrail.channels.cli.tools import app as tools
from handrail.channels.cli.users import app as users
from handrail.channels.cli.webhooks import app as webhooks
from handrail.channels.cli.workspace import Workspace, run

app = typer.Typer(
    name="handrail",
    help="A customer-support agent that handles the routine and knows when to hand over.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
)
app.add_typer(checks, name="checks")
app.add_typer(desk, name="desk")
app.add_typer(evals, name="evals")
app.add_typer(improve, name="improve")
app.add_typer(tools, name="tools")
app.add_typer(users, name="users")
app.add_typer(webhooks, name="webhooks")


@app.command()
def serve(
    workspace: Workspace = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", envvar="HOST")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", envvar="PORT", min=0, max=65535)] = None,
) -> None:
    """Run the server: the chat API, the customer's page at / and the desk at /desk."""
    from handrail.channels.cli import serving

    run(lambda settings: serving.serve(settings, host, port), workspace)


@app.command()
def mcp(workspace: Workspace = None) -> None:
    """Be an MCP server on standard input and output, for an assistant on this machine that starts it."""
    from handrail.channels.cli import stdio

    run(stdio.stdio, workspace)


@app.command()
def chat(
    workspace: Workspace = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what the checks found and how sure the bot is.")
    ] = False,
    conversation: Annotated[str | None, typer.Option(help="Go on with this conversation.")] = None,
) -> None:
    """Talk to the agent in the terminal. One-time codes and e-mails are printed here."""
    from handrail.channels.cli import chatting

    run(lambda settings: chatting.chat(settings, explain, conversation), workspace)


@app.command()
def index(
    workspace: Workspace = None,
    lint: Annotated[
        bool,
        typer.Option("--lint", help="Tell of overlaps, other numbers on one matter, and what is past; exits with 3."),
    ] = False,
) -> None:
    """Bring the policy index up to date: only what has changed is embedded. A running server takes it in by itself."""
    from handrail.channels.cli import upkeep

    run(lambda settings: upkeep.index(settings, lint=lint), workspace)


@app.command()
def told(
    policy: Annotated[str, typer.Argument(help="The id of a policy.")],
    workspace: Workspace = None,
    version: Annotated[str | None, typer.Option(help="This version; else all but the one in force today.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only replies from that day on.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each conversation.")] = False,
) -> None:
    """Who was told the old answer: the conversations whose replies rest on a policy that was corrected or replaced."""
    from handrail.channels.cli import telling

    run(lambda settings: telling.told(settings, policy, version, since, as_json=as_json), workspace)


@app.command()
def route(
    file: Annotated[Path, typer.Argument(metavar="IN", exists=True, dir_okay=False, help="JSON lines to route.")],
    examples: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="JSON lines to learn from.")],
    out: Annotated[Path, typer.Option("--out", "-o", dir_okay=False, help="JSON lines to write, in the same order.")],
    workspace: Workspace = None,
) -> None:
    """Which intent is each text of, and is it of any?

    Learns from {"text", "intent"}, where an intent such as "oos" or "none" marks what is out of scope; reads {"id",
    "text"} and writes {"id", "intent", "in_scope": 0..1}.
    """
    from handrail.channels.cli import finding

    run(lambda settings: finding.route(settings, file, examples, out), workspace)


@app.command()
def search(
    file: Annotated[Path, typer.Argument(metavar="IN", exists=True, dir_okay=False, help="JSON lines to answer.")],
    kb: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="JSON lines to search.")],
    out: Annotated[Path, typer.Option("--out", "-o", dir_okay=False, help="JSON lines to write, in the same order.")],
    k: Annotated[int, typer.Option(help="How many passages for each.", min=1)] = 10,
    workspace: Workspace = None,
) -> None:
    """Which passages answer the last line of each conversation, and does any?

    Searches {"id", "text"}, whose further fields (an entity, a title) tell what a passage is about. Reads {"id",
    "turns": [{"role": "customer" or "agent", "text"}]} and writes {"id", "passages": [{"id", "score"}],
    "relevant": 0..1}.
    """
    from handrail.channels.cli import finding

    run(lambda settings: finding.search(settings, file, kb, out, k), workspace)


@app.command()
def export(
    out: Annotated[Path, typer.Option("--out", "-o", dir_okay=False, help="A new file, .json or .zip.")],
    customer: Annotated[str | None, typer.Argument(help="The customer's id or e-mail address in your systems.")] = None,
    conversation: Annotated[str | None, typer.Option(help="Only this conversation, whoever its customer is.")] = None,
    workspace: Workspace = None,
) -> None:
    """Write down everything that is kept of a customer's conversations: to read (.zip) and for machines (.json)."""
    from handrail.channels.cli import records

    run(lambda settings: records.export(settings, customer, conversation, out), workspace)


@app.command()
def forget(
    customer: Annotated[str | None, typer.Argument(help="The customer's id or e-mail address in your systems.")] = None,
    conversation: Annotated[str | None, typer.Option(help="Only this conversation, whoever its customer is.")] = None,
    older_than: Annotated[
        float | None, typer.Option("--older-than", min=0, metavar="DAYS", help="All that rest since so many days.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    workspace: Workspace = None,
) -> None:
    """Destroy the keys of conversations, for good: nobody can read any more what was said; the figures stay."""
    from handrail.channels.cli import records

    run(lambda settings: records.forget(settings, customer, conversation, older_than, sure=yes), workspace)


@app.command()
def audit(
    conversation: Annotated[str | None, typer.Option(help="Only looks at this conversation.")] = None,
    person: Annotated[str | None, typer.Option(metavar="LOGIN", help="Only looks of this person.")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    workspace: Workspace = None,
) -> None:
    """Who of the staff looked at which conversation, and when."""
    from handrail.channels.cli import records

    run(lambda settings: records.audit(settings, conversation, person, limit), workspace)


@app.command()
def rebuild(workspace: Workspace = None) -> None:
    """Make the projections (queue, tickets, promises, figures) anew from the log."""
    from handrail.channels.cli import upkeep

    run(upkeep.rebuild, workspace)


@app.command()
def doctor(workspace: Workspace = None) -> None:
    """Say what is configured and try every part: what fails is told with its mend."""
    from handrail.channels.cli import doctoring

    run(doctoring.doctor, workspace)


@app.command()
def new(folder: Annotated[Path, typer.Argument(help="Where the new workspace goes; it must not exist yet.")]) -> None:
    """Copy the sample business as a workspace of your own, which then runs: `cd FOLDER && handrail serve`."""
    from handrail.channels.cli.copying import copy_sample

    copy_sample(folder)


def main() -> None:
    """The entry point `handrail`."""
    app(prog_name="handrail")


if __name__ == "__main__":
    main()
