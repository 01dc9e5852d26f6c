"""`python -m bench` measures everything, `python -m bench turns api` some of it; `--quick` sees that it runs.

Figures are printed as one table and written to `bench/results/` as JSON. Each part runs in a process of its own. Parts:

    turns       what a turn costs beside the model: alone, late in a conversation, with 20 conversations at once
    calls       calls to the model and tokens of its prompt, for each kind of turn
    api         the same turns through the HTTP API
    memory      what the server holds at its start and after load
    start       how long the server and the command line take to start
    retrieval   how well and how fast passages are found
    checks      how well and how fast the checks see what they are for
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from bench.figures import Figure, Surroundings, read, save, show

Measure = Callable[[bool], Awaitable[list[Figure]]]
MEASURED = ("turns", "calls", "api", "memory", "start")
TOLD = ("retrieval", "checks")
"""These print tables of their own."""


def main() -> int:
    """Measure what the command line names. Returns 1 where a figure does not hold."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", help="what to measure; everything by default")
    parser.add_argument("--quick", action="store_true", help="only a few of each, to see that it runs")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - {*MEASURED, *TOLD}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    parts = arguments.parts or [*MEASURED, *TOLD]
    surroundings = Surroundings()
    if len(parts) == 1 and parts[0] in MEASURED:
        measure: Measure = import_module(f"bench.{parts[0]}").measure
        figures = asyncio.run(measure(arguments.quick))
    else:
        figures = _apart(parts, arguments.quick)
    surroundings.end()
    if figures:
        show(figures, surroundings)
        name = "-".join(parts) if arguments.parts else "all"
        print(f"written to {save(name, figures, surroundings, arguments.json)}")
    return int(any(figure.holds is False for figure in figures))


def _apart(parts: list[str], quick: bool) -> list[Figure]:
    """Measure each part in a process of its own: what one leaves in memory is no other's."""
    figures: list[Figure] = []
    for part in parts:
        if part in TOLD:
            if find_spec(f"bench.{part}") is not None:
                subprocess.run([sys.executable, "-m", f"bench.{part}"], check=True)
            continue
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "figures.json"
            command = [sys.executable, "-m", "bench", part, "--json", str(file), *(["--quick"] if quick else [])]
            done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
            if not file.exists():
                raise SystemExit(f"bench {part} failed with code {done.returncode}")
            figures += read(file)
    return figures


if __name__ == "__main__":
    sys.exit(main())
