"""One process of `handrail serve`, forked from one that has imported everything: that takes six seconds of processor
time, and a killed process has to be there again soon."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

PRELOAD = (
    "bench.faults.serving", "bench.faults.preload",
    "handrail.agent.bootstrap", "handrail.channels.api.server", "handrail.channels.cli.serving",
    "handrail.conversation.embedded", "onnxruntime", "openai", "holidays.countries", "aiosmtplib",
    "uvicorn.lifespan.on",
)  # fmt: skip
"""What is imported before the first process is forked."""


def serve(workspace: str, environment: Mapping[str, str], log: str, broken: str) -> None:
    """Be a server, until killed. What it prints goes to the file `log`."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.environ.update(environment)
    from handrail.channels.cli.serving import serve as run
    from handrail.conversation.settings import load

    if broken:
        from bench.faults.breaking import break_

        break_(broken)
    asyncio.run(run(load(Path(workspace)), None, None))
