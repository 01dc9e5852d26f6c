"""`handrail mcp`: for an assistant that starts Handrail itself."""

import logging
import sys

from handrail.conversation.settings import Settings


async def stdio(settings: Settings) -> None:
    """Put the agent together and serve whoever started it, until they close our input.

    Standard output is theirs alone: what there is to tell, codes and letters too, goes to standard error.
    """
    from handrail.agent.bootstrap import build
    from handrail.channels.api.kit import make_kit
    from handrail.channels.mcp import serve_stdio
    from handrail.channels.tokens import conversation_links
    from handrail.conversation.clock import SystemClock

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr)
    clock = SystemClock()
    async with build(settings, clock=clock, link=conversation_links(settings, clock)) as handrail:
        await serve_stdio(make_kit(handrail))
