"""The door for other desks: what they tell by webhook."""

from typing import Annotated

from fastapi import APIRouter, Path, Request

from handrail.channels.api.callers import address
from handrail.channels.api.kit import WithKit
from handrail.conversation.errors import Denied, NotFound

router = APIRouter(prefix="/v1/outside", include_in_schema=False)


@router.post("/{name}", status_code=204)
async def hear(kit: WithKit, request: Request, name: Annotated[str, Path(max_length=40)]) -> None:
    """Take a webhook that its desk has signed. Those that are not signed right count against their address."""
    inbox = kit.handrail.outside.get(name)
    try:
        if inbox is None:
            raise NotFound("there is no such desk")
        await inbox.take(request.headers, await request.body(), kit.handrail.turns)
    except (Denied, NotFound):
        kit.limits.requests.take(address(request))
        raise
