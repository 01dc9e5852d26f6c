"""`python -m bench [PART …]`: measure, print a table, and keep it as JSON in `bench/results`.

Parts: `turns` (the default), `actions`, `outside`, `engine`, `fuzz`, `checks`, `grounding`, `confidence`, `coverage`,
`halves`, `packets`, `personal`, `retrieval`, `routing`, `scale`, `queue`, `flood`, `insights`, `audits`, `library`,
`pictures`, `tau2`, `faults`, `races`. All but the first three are modules with options: `python -m bench.fuzz --help`,
`python -m bench tau2 --help`.
"""

import asyncio
import logging
import runpy
import sys

from bench import actions, outside, turns
from bench.figures import Surroundings, save, show

MEASURED = {"turns": turns.measure, "actions": actions.measure, "outside": outside.measure}
MODULES = (
    "engine",
    "fuzz",
    "checks",
    "grounding",
    "confidence",
    "coverage",
    "halves",
    "packets",
    "personal",
    "retrieval",
    "routing",
    "scale",
    "queue",
    "flood",
    "insights",
    "audits",
    "library",
    "pictures",
    "tau2",
    "faults",
    "races",
)


def main(parts: list[str]) -> int:
    """Run the parts; 1 where a figure does not hold."""
    if parts[:1] and parts[0] in MODULES and parts[1:2] and parts[1] not in (*MEASURED, *MODULES):
        # One module with options of its own.
        return _run(parts[0], parts[1:])
    unknown = [part for part in parts if part not in (*MEASURED, *MODULES)]
    if unknown:
        print(f"there is no part {unknown[0]}; there are {', '.join((*MEASURED, *MODULES))}", file=sys.stderr)
        return 2
    holds = True
    for part in parts or ["turns"]:
        if part in MODULES:
            holds = _run(part, []) == 0 and holds
            continue
        logging.basicConfig(level=logging.ERROR)
        surroundings = Surroundings()
        figures = asyncio.run(MEASURED[part]())
        surroundings.end()
        show(figures, surroundings)
        print(f"kept in {save(part, figures, surroundings)}")
        holds = holds and all(figure.holds is not False for figure in figures)
    return 0 if holds else 1


def _run(module: str, options: list[str]) -> int:
    sys.argv = [f"bench.{module}", *options]
    try:
        runpy.run_module(f"bench.{module}", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
