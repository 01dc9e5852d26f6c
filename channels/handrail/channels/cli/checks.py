"""`handrail checks`: the checks on files of texts, in batch and without a server."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.channels.cli.workspace import Workspace, run

if TYPE_CHECKING:
    from handrail.conversation.settings import Settings

app = typer.Typer(help="Try the checks on texts of your own, in batch and without a server.", no_args_is_help=True)

In = Annotated[Path, typer.Argument(metavar="IN", exists=True, dir_okay=False, help="JSON lines to read.")]
Out = Annotated[Path, typer.Option("--out", "-o", dir_okay=False, help="JSON lines to write, in the same order.")]


@app.callback()
def checks() -> None:
    """Try the checks on texts of your own, in batch and without a server."""


@app.command("try")
def try_one(
    text: Annotated[str, typer.Argument(help="What a customer might write.")], workspace: Workspace = None
) -> None:
    """Show what every check says of a text: its score, where that stands, and how long the check took."""
    from handrail.channels.cli import checking

    run(lambda settings: checking.explain(settings, text), workspace)


@app.command()
def score(
    file: In,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", dir_okay=False, help="JSON lines to write; else the handovers are told."),
    ] = None,
    workspace: Workspace = None,
) -> None:
    """Where would a person have been called, and why?

    Reads {"id", "turns": [{"role": "customer" | "agent", "text"}]} and writes {"id", "needs_person": 0..1, "turns":
    [{"sentiment": -1..1, "needs_person": 0..1, "findings": […]}]}, one turn for each that was read.
    """
    from handrail.channels.cli import checking

    async def command(settings: "Settings") -> None:
        if out is None:
            await checking.tell_conversations(settings, file)
        else:
            await checking.score_conversations(settings, file, out)

    run(command, workspace)


@app.command()
def text(file: In, out: Out, workspace: Workspace = None) -> None:
    """How does each text sound, and is it an attack?

    Reads {"id", "text"} and writes {"id", "sentiment": -1..1, "frustration": 0..1, "injection": 0..1, "findings": […]}.
    """
    from handrail.channels.cli import checking

    run(lambda settings: checking.score_texts(settings, file, out), workspace)


@app.command()
def ground(file: In, out: Out, workspace: Workspace = None) -> None:
    """Is each answer supported by its evidence?

    Reads {"id", "question"?, "answer", "evidence": ["…"]} and writes {"id", "supported": 0..1, "findings": […]}. A
    finding has its `span` in the answer and, as `near`, what of the evidence comes nearest.
    """
    run(lambda settings: _ground(settings, file, out), workspace)


async def _ground(settings: "Settings", file: Path, out: Path) -> None:
    from handrail.channels.cli.rows import Row, convert, read
    from handrail.guardrails.answers import Answer, Answers
    from handrail.knowledge.embed import open_embedder

    class Given(Row):
        question: str = ""
        answer: str
        evidence: tuple[str, ...]

    answers = Answers(open_embedder(settings), settings.checks)

    async def work(rows: Sequence[Given]) -> list[dict[str, Any]]:
        judged = await answers.judge([Answer(row.answer, row.evidence, row.question) for row in rows])
        return [
            {
                "id": row.id,
                "supported": round(told.supported, 4),
                "findings": [
                    {**f.finding.model_dump(mode="json", exclude={"check"}), "near": f.near} for f in told.findings
                ],
            }
            for row, told in zip(rows, judged, strict=True)
        ]

    await convert(read(file, Given), out, work)
