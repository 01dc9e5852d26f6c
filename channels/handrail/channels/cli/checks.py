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
