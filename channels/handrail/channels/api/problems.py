"""Errors as HTTP tells them: problem details (RFC 9457, `application/problem+json`) for every one."""

import logging
import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handrail.conversation.errors import (
    Conflict,
    Denied,
    HandrailError,
    Invalid,
    NotFound,
    TooMany,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"
logger = logging.getLogger(__name__)


class Fault(BaseModel):
    """One thing that is wrong with a request, and where it stands."""

    where: str = Field(examples=["body.text"])
    message: str = Field(examples=["String should have at least 1 character"])


class Problem(BaseModel):
    """Problem details (RFC 9457). `code` is stable; `detail` is for a person."""

    type: str = Field(examples=["urn:handrail:problem:not_found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    code: str = Field(examples=["not_found"])
    detail: str = Field(examples=["There is nothing here that you may see."])
    faults: list[Fault] | None = None
    retry_after: int | None = Field(default=None, description="seconds to wait before the next try")


class ProblemResponse(JSONResponse):
    """A problem as a response."""

    media_type = MEDIA_TYPE


DETAILS: Mapping[int, str] = {
    400: "The request can't be read.",
    401: "Please log in, or send the token of this conversation.",
    403: "You may not do this.",
    404: "There is nothing here that you may see.",
    405: "This address does not take that method.",
    408: "The request took too long to arrive.",
    409: "The state has moved on since you looked. Nothing was changed.",
    413: "The request is too large.",
    415: "The body must be JSON (application/json).",
    422: "Something in the request is not as it must be. Nothing was changed.",
    429: "Too many requests at once; please wait a little.",
    500: "Something went wrong on our side. It has been logged.",
    503: "A part we need does not answer at the moment. Please try again.",
}
CODES: Mapping[int, str] = {
    400: "malformed",
    401: "unauthenticated",
    403: "denied",
    404: "not_found",
    405: "method",
    408: "timeout",
    409: "conflict",
    413: "too_large",
    415: "media_type",
    422: "invalid",
    429: "too_many",
    503: "unavailable",
}

# What the message of an error may say to the caller: errors of these kinds are raised about the request itself.
TELLING = (Invalid, Denied, Conflict, TooMany)


def problem(
    status: int,
    *,
    code: str | None = None,
    detail: str | None = None,
    faults: Sequence[Fault] = (),
    retry_after: float | None = None,
) -> Problem:
    """A problem with the usual words for its status, where none are given."""
    code = code or CODES.get(status, "error")
    return Problem(
        type=f"urn:handrail:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail or DETAILS.get(status, HTTPStatus(status).phrase),
        faults=list(faults) or None,
        retry_after=None if retry_after is None else max(1, math.ceil(retry_after)),
    )


def respond(found: Problem, headers: Mapping[str, str] | None = None) -> ProblemResponse:
    """The response that tells `found`."""
    headers = dict(headers or {})
    if found.retry_after is not None:
        headers["Retry-After"] = str(found.retry_after)
    if found.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return ProblemResponse(found.model_dump(exclude_none=True), status_code=found.status, headers=headers)


def of_error(error: HandrailError) -> Problem:
    """What an error of ours looks like to a caller."""
    status = _status(error)
    told = str(error) if isinstance(error, TELLING) else None
    wait = (
        error.retry_after if isinstance(error, TooMany) else 5.0 if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    )
    return problem(
        status, code=error.code if status != HTTPStatus.INTERNAL_SERVER_ERROR else None, detail=told, retry_after=wait
    )


STATUS: Mapping[type[HandrailError], int] = {
    NotFound: 404,
    Invalid: 422,
    Denied: 403,
    Conflict: 409,
    TooMany: 429,
    Unavailable: 503,
}


def _status(error: HandrailError) -> int:
    if isinstance(error, Denied) and error.code in ("token", "unauthenticated", "login"):
        return 401
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


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


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these problems, for the OpenAPI document."""
    return {
        status: {
            "description": DETAILS[status],
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": problem(status).model_dump(exclude_none=True),
                }
            },
        }
        for status in sorted({400, 429, 503, *statuses})
    }
