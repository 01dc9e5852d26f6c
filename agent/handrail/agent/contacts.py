"""The address on file of a customer, for the desk."""

import asyncio
import logging
from typing import Any

from handrail.agent.tools.api import Directory

SECONDS = 5.0
"""How long a handover waits for the directory."""

log = logging.getLogger("handrail.contacts")


class Contacts:
    """The desk's port. `find` is the workspace's directory, `resources` what its `lifespan` yielded."""

    def __init__(self, find: Directory | None, resources: Any) -> None:
        self._find, self._resources = find, resources

    async def email(self, customer_id: str) -> str | None:
        """The address, if the business knows one; None where its directory does not tell.

        A person is called most of all when systems are down, so a handover goes on without it: the customer is asked.
        """
        if self._find is None:
            return None
        try:
            async with asyncio.timeout(SECONDS):
                person = await self._find(self._resources, {"customer_id": customer_id})
        except Exception:
            log.exception("the customer directory does not answer")
            return None
        return person.email if person else None
