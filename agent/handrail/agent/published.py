"""Documents that identity providers publish: keys and the like."""

import httpx

SECONDS = 5.0
"""How long a fetch may take, from the connection to the last byte."""

BYTES = 128_000


async def read_published(url: str, transport: httpx.AsyncBaseTransport | None = None) -> tuple[bytes, str]:
    """The document, and its `Cache-Control`. Redirects are not followed: they could lead anywhere.

    Raises `ValueError` and `httpx.HTTPError`; the time-out of the whole is the caller's.
    """
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    async with (
        httpx.AsyncClient(transport=transport, timeout=SECONDS, headers=headers) as http,
        http.stream("GET", url) as answer,
    ):
        if answer.status_code != httpx.codes.OK:
            raise ValueError(f"it answered {answer.status_code}")
        content = b""
        async for chunk in answer.aiter_raw():
            content += chunk
            if len(content) > BYTES:
                raise ValueError(f"the document is larger than {BYTES} bytes")
        return content, answer.headers.get("cache-control", "")
