"""A process that dies between a claim and its result: run by `test_flow_crash`, killed by it.

    python dying.py DATABASE_URL DATA_FOLDER CONVERSATION WHEN [TOOL]

It answers the last line. The tool, `cancel_order` where none is named, prints `calling`, has its effect where
WHEN is `after`, and hangs.
"""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from handrail.agent.bootstrap import build
from handrail.conversation.folder import sample_folder
from handrail.conversation.settings import load


async def main(url: str, data: str, conversation_id: str, when: str, name: str = "cancel_order") -> None:
    """Run the turn, with a tool that never returns."""
    settings = load(sample_folder(), {"HANDRAIL_ENGINE__KIND": "offline"})
    database = settings.database.model_copy(update={"url": SecretStr(url)})
    settings = settings.model_copy(update={"data": Path(data), "database": database})
    async with build(settings, keep_house=False) as handrail:
        tool = handrail.workspace.by_name[name]

        async def hang(*arguments: Any, **named: Any) -> None:
            if when == "after":
                await tool.run(*arguments, **named)
            sys.stdout.write("calling\n")
            sys.stdout.flush()
            await asyncio.Event().wait()

        handrail.workspace.by_name[name] = replace(tool, run=hang)  # type: ignore[index]
        handrail.turns.wake(conversation_id)
        await handrail.turns.settled()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
