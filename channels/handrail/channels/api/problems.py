"""Errors as HTTP tells them: problem details (RFC 9457, `application/problem+json`) for every one."""

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

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
