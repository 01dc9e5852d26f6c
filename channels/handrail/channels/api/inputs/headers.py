"""Headers and queries that many routes take."""

from typing import Annotated

from fastapi import Header, Query

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="Send the same key when you send again: nothing is done twice, and the answer is the same.",
        examples=["7b0c4f5e-7f5e-4c39-9a5b-0d6c2f1b8e11"],
    ),
]

LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        pattern=r"^[0-9]{1,9}$",
        description="The `id` of the last event you have; the stream goes on after it.",
        examples=["12"],
    ),
]

After = Annotated[
    int | None, Query(ge=0, le=999_999_999, description="As `Last-Event-ID`, for clients that can't set headers.")
]
