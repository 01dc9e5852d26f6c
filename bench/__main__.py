"""`python -m bench [PART …]`: measure, print a table, and keep it as JSON in `bench/results`.

Parts: `turns` (the default), `fuzz`, `checks`, `retrieval`, `pictures`. The last four are modules of their own, with
options: `python -m bench.fuzz --help`.
"""

import asyncio
import logging
import runpy
import sys

from bench.figures import Surroundings, save, show
from bench.turns import measure

MODULES = ("fuzz", "checks", "retrieval", "pictures")


def main(parts: list[str]) -> int:
    """Run the parts; 1 where a figure does not hold."""
    unknown = [part for part in parts if part not in ("turns", *MODULES)]
    if unknown:
        print(f"there is no part {unknown[0]}; there are turns, {', '.join(MODULES)}", file=sys.stderr)
        return 2
    holds = True
    for part in parts or ["turns"]:
        if part in MODULES:
            sys.argv = [f"bench.{part}"]
            runpy.run_module(f"bench.{part}", run_name="__main__", alter_sys=True)
            continue
        logging.basicConfig(level=logging.ERROR)
        surroundings = Surroundings()
        figures = asyncio.run(measure())
        surroundings.end()
        show(figures, surroundings)
        print(f"kept in {save(part, figures, surroundings)}")
        holds = holds and all(figure.holds is not False for figure in figures)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
