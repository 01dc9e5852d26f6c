"""The ways in which a model's server misbehaves, before the first word of a reply and after its first sentence."""

import asyncio
from collections.abc import Mapping
from email.utils import formatdate

from agent_server import Fault, Line, Request, quoted

HALF = '{"choices": [{"index": 0, "delta": {"cont'
PLEASE_NO = "<html><body><h1>502 Bad Gateway</h1></body></html>"


def answers(status: int, message: str, code: str = "", **headers: str) -> Fault:
    """Refuse with an error as OpenAI tells them."""

    async def fault(line: Line, request: Request) -> None:
        await line.status(status, {"error": {"message": message, "code": code}}, **headers)

    return fault


def streams(*events: object, finish: str | None = None, end: str = "") -> Fault:
    """Stream these (texts as they stand), then end well, or as `end` says."""

    async def fault(line: Line, request: Request) -> None:
        await line.begin()
        await _go_on(line, events, finish, end)

    return fault


def breaks_off(*events: object, finish: str | None = None, end: str = "") -> Fault:
    """Stream the first sentence of a good answer, then these."""

    async def fault(line: Line, request: Request) -> None:
        await line.begin()
        await line.delta(content=f"{quoted(request)[0]} ")
        await line.delta(content="And ")
        await _go_on(line, events, finish, end)

    return fault


async def _go_on(line: Line, events: tuple[object, ...], finish: str | None, end: str) -> None:
    for event in events:
        await line.event(event)
    if end == "hang":
        await line.hang()
    elif end == "reset":
        line.reset()
    elif end == "cut":
        line.writer.close()
    elif end == "half a chunk":
        await line.raw(b"40\r\ndata: " + HALF.encode())
        line.writer.close()
    else:
        await line.end(finish, done=end != "no [DONE]")


def says(text: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}


def calls(name: str, arguments: str) -> dict[str, object]:
    function = {"name": name, "arguments": arguments}
    call = {"index": 0, "id": "a", "type": "function", "function": function}
    return {"choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}]}


async def resets(line: Line, request: Request) -> None:
    line.reset()


async def hangs(line: Line, request: Request) -> None:
    await line.hang()


async def trickles(line: Line, request: Request) -> None:
    """One byte at a time, each in time."""
    for byte in b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + b": keep waiting\n\n" * 50:
        await line.raw(bytes([byte]))
        await asyncio.sleep(0.05)


async def is_no_http(line: Line, request: Request) -> None:
    await line.raw(b"\x16\x03\x01 what do you want?\r\n\r\n")
    line.writer.close()


async def sends_a_page(line: Line, request: Request) -> None:
    await line.status(200, PLEASE_NO)


async def sends_another_json(line: Line, request: Request) -> None:
    await line.status(200, {"hello": "world"})


async def lies_about_its_length(line: Line, request: Request) -> None:
    await line.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9000\r\n\r\n: hello\n\n")
    line.writer.close()


async def never_ends(line: Line, request: Request) -> None:
    """More and more, none of it twice, and no limit kept."""
    await line.begin()
    number = 0
    while not line.closing.is_set():
        number += 1
        await line.delta(content=f"word{number} ")


async def writes_endless_arguments(line: Line, request: Request) -> None:
    await line.begin()
    await line.event(calls("order_status", '{"order_id": "'))
    more = {"index": 0, "function": {"arguments": "W10008" * 100}}
    while not line.closing.is_set():
        await line.delta(tool_calls=[more])


async def keeps_alive_only(line: Line, request: Request) -> None:
    await line.begin()
    while not line.closing.is_set():
        await line.delta(role="assistant", content="")
        await asyncio.sleep(0.05)


USAGE = {"choices": [], "usage": {"prompt_tokens": "many", "completion_tokens": -1, "total_tokens": None}}

BEFORE: Mapping[str, tuple[Fault, str]] = {
    "resets the connection": (resets, "connection"),
    "does not answer": (hangs, "timeout"),
    "answers and says nothing": (streams(end="hang"), "timeout"),
    "keeps the stream alive only": (keeps_alive_only, "timeout"),
    "sends a byte at a time": (trickles, "timeout"),
    "429": (answers(429, "slow down"), "rate_limited"),
    "429, come in a minute": (answers(429, "slow down", Retry_After="60"), "rate_limited"),
    "429, come at a date": (answers(429, "slow down", Retry_After=formatdate(4e9)), "rate_limited"),
    "429, pay first": (answers(429, "no money", "insufficient_quota"), "rate_limited"),
    "500": (answers(500, "oh no"), "server_error"),
    "503": (answers(503, "loading"), "server_error"),
    "401": (answers(401, "wrong key"), "unauthorized"),
    "404": (answers(404, "no such model"), "not_found"),
    "400, no tools": (answers(400, "this model does not support tools"), "refused"),
    "400, too long": (answers(400, "maximum context length is 10 tokens", "context_length_exceeded"), "too_long"),
    "400, filtered": (answers(400, "the content management policy", "content_filter"), "filtered"),
    "is no HTTP server": (is_no_http, "connection"),
    "sends a page": (sends_a_page, "broken_stream"),
    "sends another JSON": (sends_another_json, "broken_stream"),
    "lies about its length": (lies_about_its_length, "broken_stream"),
    "cuts the stream": (streams(end="cut"), "broken_stream"),
    "cuts a chunk in half": (streams(end="half a chunk"), "broken_stream"),
    "sends half a chunk of JSON": (streams(HALF), "nonsense"),
    "ends without an end": (streams(), "broken_stream"),
    "ends with an error": (streams({"error": {"message": "overloaded"}}), "server_error"),
    "writes nothing": (streams(finish="stop"), "nonsense"),
    "writes blanks": (streams(says(" \n "), finish="stop"), "nonsense"),
    "writes a number": (streams(says(5), finish="stop"), "nonsense"),
    "is no chat completion": (streams({"choices": [{"delta": 5}]}), "nonsense"),
    "has no such tool": (streams(calls("transfer_money", "{}"), finish="tool_calls"), "nonsense"),
    "calls with no JSON": (streams(calls("order_status", '{"order_id": '), finish="tool_calls"), "nonsense"),
    "calls with a deep JSON": (streams(calls("order_status", "[" * 9000), finish="tool_calls"), "nonsense"),
    "cuts a call": (streams(calls("order_status", '{"ord'), end="cut"), "broken_stream"),
    "repeats a word": (streams(*[says("refund ")] * 3000, finish="stop"), "nonsense"),
    "repeats a mark": (streams(*[says("!!!!!!")] * 300, finish="stop"), "nonsense"),
    "is filtered": (streams(finish="content_filter"), "filtered"),
    "never ends a call": (writes_endless_arguments, "nonsense"),
}
"""What happens before any word is out, and the code that the log is to tell. After each the customer has an answer."""

AFTER: Mapping[str, tuple[Fault, str]] = {
    "is cut": (breaks_off(end="cut"), "broken_stream"),
    "is reset": (breaks_off(end="reset"), "broken_stream"),
    "stalls": (breaks_off(end="hang"), "timeout"),
    "ends without an end": (breaks_off(), "broken_stream"),
    "is cut in a chunk": (breaks_off(end="half a chunk"), "broken_stream"),
    "brings half a JSON": (breaks_off(HALF), "nonsense"),
    "brings an error": (breaks_off({"error": {"message": "overloaded"}}), "server_error"),
    "brings another JSON": (breaks_off({"hello": "world"}), "nonsense"),
    "is filtered": (breaks_off(finish="content_filter"), "filtered"),
    "calls what is no tool": (breaks_off(calls("transfer_money", "{}"), finish="tool_calls"), "nonsense"),
    "calls with no JSON": (breaks_off(calls("order_status", "{"), finish="tool_calls"), "nonsense"),
    "is cut in a call": (breaks_off(calls("order_status", '{"ord'), end="cut"), "broken_stream"),
    "repeats a word": (breaks_off(*[says("refund ")] * 3000, finish="stop"), "nonsense"),
}
"""What happens after the first sentence of a reply is out."""

TOLERATED: Mapping[str, Fault] = {
    "no [DONE]": breaks_off(finish="stop", end="no [DONE]"),
    "usage that is none": breaks_off(USAGE, finish="stop"),
    "cut off by its limit": breaks_off(says("then the"), finish="length"),
}
"""What is odd and does no harm: the reply of the model stands."""
