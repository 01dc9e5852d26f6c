"""What an answer must be, whatever was asked."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemathesis import Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bench.fuzzing.callers import Caller
from handrail.channels.api.problems import MEDIA_TYPE, Problem

CHECKS: list[Callable[..., Any]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
SLOW = 10.0
"""Seconds after which an answer counts as too late."""

EXCERPT = 400


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer that must not be."""

    operation: str
    what: str
    caller: str
    sent: str
    got: str


@dataclass(frozen=True, slots=True)
class Judge:
    """Knows what must never be told. `hidden` is for staff alone, `secrets` for nobody."""

    hidden: Sequence[str]
    secrets: Sequence[str]

    def faults(self, response: Response, caller: Caller, *, allowed: bool = True) -> list[str]:
        """What is wrong with an answer by itself; with `allowed` false it must be a refusal."""
        found = [*self.leaks(response.content, caller), *_problem(response)]
        if response.status_code >= 500:
            found.append(f"{response.status_code}: a server error")
        if not allowed and response.status_code < 300:
            found.append(f"{response.status_code}: not refused")
        if response.elapsed > SLOW:
            found.append("too late")
        return found

    def leaks(self, content: bytes, caller: Caller) -> list[str]:
        """Whether an answer, or part of a stream, tells what it must not."""
        text = content.decode("utf-8", "replace").casefold()
        found = ["tells a secret" for secret in self.secrets if secret.casefold() in text]
        if not caller.insider:
            found += ["tells what is hidden" for word in self.hidden if word in text]
        return found


def against_schema(case: Any, response: Response) -> list[str]:
    """In what an answer is other than the OpenAPI document says."""
    # Whatever is refused was not accepted, too large a body for one, which schemathesis takes for an acceptance.
    refused = [negative_data_rejection] if 400 <= response.status_code < 500 or _vanishes(case) else []
    try:
        case.validate_response(response, checks=CHECKS, excluded_checks=refused)
    except FailureGroup as group:
        return [_told(failure) for failure in group.exceptions]
    except Failure as failure:
        return [_told(failure)]
    return []


def _vanishes(case: Any) -> bool:
    """Whether an object stands for a word of the query: lists in it that are empty are not sent at all."""
    return any(isinstance(value, Mapping) for value in (case.query or {}).values())


def _told(failure: BaseException) -> str:
    lines = [line.strip() for line in str(failure).splitlines() if line.strip()]
    return " · ".join(lines[:4])[:300]


def _problem(response: Response) -> list[str]:
    """Every error is a problem (RFC 9457), and says the status that it has."""
    if response.status_code < 400 or response.request.method == "HEAD":
        return []
    if response.headers.get("content-type") != [MEDIA_TYPE]:
        return [f"{response.status_code} without {MEDIA_TYPE}"]
    try:
        problem = Problem.model_validate(json.loads(response.content))
    except ValueError:
        return [f"{response.status_code} with a broken problem"]
    return [] if problem.status == response.status_code else ["a problem of another status"]
