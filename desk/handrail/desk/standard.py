"""The signature of Standard Webhooks (https://www.standardwebhooks.com), version 1: HMAC-SHA256."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping

from handrail.conversation.errors import Denied

TOLERANCE = 300
"""Seconds by which a timestamp may be off; what is older may have been recorded and sent again."""


def sign(keys: Iterable[bytes], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that go with a body. `message_id` holds no full stop; `timestamp` is in seconds."""
    signatures = [f"v1,{_signature(key, message_id, str(timestamp), body)}" for key in keys]
    return {
        "webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": " ".join(signatures),
    }  # fmt: skip


def verify(keys: Iterable[bytes], headers: Mapping[str, str], body: bytes, now: float) -> str:
    """The id of a message that was signed with one of `keys` lately. Raises `Denied`."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        raise Denied("the message has no timestamp", code="signature")
    if abs(now - int(timestamp)) > TOLERANCE:
        raise Denied("the message is too old, or from the future", code="signature")
    given = [part.removeprefix("v1,") for part in headers.get("webhook-signature", "").split() if part[:3] == "v1,"]
    for key in keys:
        wanted = _signature(key, message_id, timestamp, body)
        if any(hmac.compare_digest(wanted.encode(), one.encode()) for one in given):
            return message_id
    raise Denied("the signature is not right", code="signature")


def _signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
