"""Whatever goes wrong in a request becomes a problem, the unforeseen too."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handrail.channels.api.problems import Fault, ProblemResponse, of_error, problem, respond
from handrail.conversation.errors import HandrailError

logger = logging.getLogger(__name__)


class Failures:
    """Makes what nobody foresaw a problem that tells nothing of itself, inside of the other middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noticing(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noticing)
        except Exception:
            if started:
                raise
            logger.exception("a request failed unforeseen")
            await respond(problem(500))(scope, receive, send)


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem."""

    @app.exception_handler(HandrailError)
    async def ours(_: Request, error: HandrailError) -> ProblemResponse:
        found = of_error(error)
        if found.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.error("a request failed: %s", error, exc_info=error)
        return respond(found)

    @app.exception_handler(RequestValidationError)
    async def validation(_: Request, error: RequestValidationError) -> ProblemResponse:
        faults = [_fault(each) for each in error.errors()[:20]]
        if any(each["type"] == "json_invalid" for each in error.errors()):
            return respond(problem(400, detail="The body is not valid JSON.", faults=faults))
        return respond(problem(422, faults=faults))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> ProblemResponse:
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            # The router names the methods of one route; an address may have several.
            headers["Allow"] = ", ".join(_methods(app, request.url.path)) or headers.get("Allow", "GET")
        return respond(problem(error.status_code), headers)


def _methods(app: FastAPI, path: str) -> list[str]:
    """The methods that an address takes, as the OpenAPI document has them."""
    for template, operations in app.openapi()["paths"].items():
        pattern, *_ = compile_path(template)
        if pattern.match(path):
            return sorted(method.upper() for method in operations)
    return []


def _fault(error: Mapping[str, Any]) -> Fault:
    # The input itself is not echoed: it may hold what cannot be encoded, or what should not be logged.
    where = ".".join(str(part) for part in error["loc"])
    return Fault(where=_printable(where)[:200], message=_printable(str(error["msg"]))[:300])


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "?")
