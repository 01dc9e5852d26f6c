"""`/metrics`, for Prometheus: with the token of the settings, or from this machine alone."""

from ipaddress import ip_address
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse, Response

from handrail.channels.api.callers import Bearer, counted
from handrail.channels.api.kit import WithKit
from handrail.channels.api.problems import documented
from handrail.channels.metrics.exposition import CONTENT_TYPE
from handrail.channels.sessions import same
from handrail.conversation.errors import Denied

router = APIRouter(tags=["health"], dependencies=[Depends(counted)])
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""What says that a proxy asks for somebody else, who need not be on this machine."""


async def reader(request: Request, kit: WithKit, bearer: Bearer) -> None:
    """Whoever may read metrics. Raises `Denied`."""
    token = kit.handrail.settings.figures.metrics_token
    if token is not None:
        given = bearer.credentials if bearer else ""
        if not same(given, token.get_secret_value()):
            raise Denied("send the token of figures.metrics_token as a bearer token", code="unauthenticated")
    elif not _is_here(request):
        raise Denied("without figures.metrics_token metrics are for this machine alone", code="not_here")


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses={200: {"description": "In the text format 0.0.4."}, **documented(401, 403, 503)},
)
async def metrics(kit: WithKit, _: Annotated[None, Depends(reader)]) -> Response:
    """What this process has done since it began, and how queue, deliveries and promises stand across all of them."""
    return Response(await kit.metrics.text(), headers={"Content-Type": CONTENT_TYPE})


def _is_here(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
