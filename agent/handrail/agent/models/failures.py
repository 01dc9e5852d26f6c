"""What a failure of a model's server means: a code, and whether and when another try may help."""

import time
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from handrail.conversation.errors import Unavailable

AGAIN = frozenset({"connection", "rate_limited", "server_error", "broken_stream", "nonsense"})
"""What a second try may mend. Time-outs are none of these: the customer has waited long enough."""

STATUSES = {401: "unauthorized", 403: "unauthorized", 404: "not_found", 408: "server_error", 409: "server_error"}
TOO_LONG = ("context_length_exceeded", "maximum context length", "context length", "context window", "context size")
FILTERED = ("content_filter", "content management policy", "content_policy_violation")


def unavailable(error: Exception, openai: Any) -> Unavailable:
    """A failure of the client (the library `openai`) or of the connection. ValueErrors come from a stream that is no
    JSON."""
    code = "nonsense"
    if isinstance(error, openai.APIStatusError):
        code = _status(error)
    elif isinstance(error, openai.APITimeoutError):
        code = "timeout"
    elif isinstance(error, openai.APIConnectionError):
        code = "connection"
    elif isinstance(error, openai.APIError):
        code = "server_error"
    elif isinstance(error, httpx.HTTPError):
        code = "broken_stream"
    return Unavailable(f"the model's server failed ({code}): {error}", code=code)


def _status(error: Any) -> str:
    if error.status_code == 429:
        return "rate_limited"
    if error.status_code >= 500:
        return "server_error"
    told = told_by(error).casefold()
    if error.status_code in (400, 413, 422):
        if any(sign in told for sign in TOO_LONG):
            return "too_long"
        if any(sign in told for sign in FILTERED):
            return "filtered"
    return STATUSES.get(error.status_code, "refused")


def told_by(error: BaseException | None) -> str:
    """What the server wrote of its refusal of a request; empty where the failure is another."""
    return f"{error} {getattr(error, 'body', '')}" if hasattr(error, "status_code") else ""


def asked_pause(error: Unavailable) -> float:
    """Seconds that the server asked us to wait before the next try; endless where none can help (a used-up quota)."""
    cause: Any = error.__cause__
    if not hasattr(cause, "status_code"):
        return 0.0
    if cause.code == "insufficient_quota":
        return float("inf")
    told = cause.response.headers.get("retry-after", "0")
    try:
        return float(told)
    except ValueError:
        return _until(told)


def _until(date: str) -> float:
    try:
        return max(parsedate_to_datetime(date).timestamp() - time.time(), 0.0)
    except ValueError:
        return 0.0
