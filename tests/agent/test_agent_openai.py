"""The door of `openai`, against a server on loopback that answers well, or badly in every way."""

import asyncio
import json
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Literal

import pytest
from agent_briefs import BRIEF, Scripted
from pydantic import BaseModel, Field, SecretStr

from handrail.agent.models.breaker import Breaker
from handrail.agent.models.fallback import Fallback
from handrail.agent.models.openai import OpenAIModel
from handrail.agent.models.protocol import Call, Delta, Draft, Interrupted
from handrail.agent.models.wire import limits_of
from handrail.agent.tools.api import Tool
from handrail.conversation.clock import SystemClock
from handrail.conversation.errors import Unavailable
from handrail.conversation.settings import Engine

Chunk = dict[str, Any] | str


class Order(BaseModel):
    order_id: str


async def _run(*_: Any, **__: Any) -> None: ...


ORDER_STATUS = Tool(
    name="order_status",
    description="Tell where an order stands.",
    run=_run,
    effect="read",
    identity="none",
    arguments=Order,
    parameters=Order.model_json_schema(),
)
ASKED = replace(BRIEF, tools=(ORDER_STATUS,))


def content(*pieces: str, finish: str | None = "stop") -> list[Chunk]:
    deltas: list[Chunk] = [{"choices": [{"index": 0, "delta": {"content": p}, "finish_reason": None}]} for p in pieces]
    return [*deltas, {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}] if finish else deltas


def calls(*pieces: dict[str, Any]) -> list[Chunk]:
    deltas: list[Chunk] = [
        {"choices": [{"index": 0, "delta": {"tool_calls": [p]}, "finish_reason": None}]} for p in pieces
    ]
    return [*deltas, {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}]


def call(name: str, arguments: str, identifier: str = "a") -> dict[str, Any]:
    return {"index": 0, "id": identifier, "type": "function", "function": {"name": name, "arguments": arguments}}


USAGE: Chunk = {"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}}
DONE: Chunk = "[DONE]"


class Server:
    """Answers each request with the next of its answers: a status, a body, or the chunks of a stream.

    After the chunks, `"hang"` keeps the connection open, `"cut"` breaks it.
    """

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked, self.url = list(answers), [], ""
        self.closing = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (head := await reader.readuntil(b"\r\n\r\n")) and self.answers:
                length = next(
                    int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length")
                )
                self.asked.append(json.loads(await reader.readexactly(length)))
                await self.answer(self.answers.pop(0), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, answer: Any, writer: asyncio.StreamWriter) -> None:
        if answer == "hang":
            await self.closing.wait()
        elif isinstance(answer, tuple):
            status, body, *headers = answer
            data = json.dumps(body).encode()
            more = "".join(f"{name}: {value}\r\n" for header in headers for name, value in header.items())
            head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{more}Content-Length: {len(data)}\r\n\r\n"
            writer.write(head.encode() + data)
        else:
            await self.stream(answer, writer)
        await writer.drain()

    async def stream(self, chunks: list[Chunk], writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for chunk in chunks:
            if chunk == "hang":
                await writer.drain()
                await self.closing.wait()
            if chunk == "cut":
                await writer.drain()
                writer.close()
                return
            text = (
                chunk if isinstance(chunk, str) else json.dumps({"id": "x", "object": "chat.completion.chunk", **chunk})
            )
            data = f"data: {text}\n\n".encode()
            writer.write(b"%x\r\n%s\r\n" % (len(data), data))
        writer.write(b"0\r\n\r\n")


@asynccontextmanager
async def serving(*answers: Any, **settings: Any) -> AsyncIterator[tuple[OpenAIModel, Server, list[float]]]:
    server, pauses = Server(*answers), []
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    engine = Engine(model="tiny", base_url=server.url, **{"timeout_seconds": 5, "first_token_seconds": 5, **settings})

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    model = OpenAIModel(engine, pause=pause, chance=lambda: 0.5)
    try:
        yield model, server, pauses
    finally:
        server.closing.set()
        await model.aclose()
        listening.close()


async def drafted(model: Any, brief: Any = ASKED) -> Draft:
    pieces = [piece async for piece in model.draft(brief)]
    assert "".join(piece.text for piece in pieces if isinstance(piece, Delta)) == pieces[-1].text
    assert isinstance(pieces[-1], Draft)
    assert sum(isinstance(piece, Draft) for piece in pieces) == 1
    return pieces[-1]


async def test_text_streams_and_its_cost_is_counted():
    answer = [*content("Returns take ", "30 days [1]."), USAGE, DONE]
    async with serving(answer, price_in=2.0, price_out=10.0) as (model, server, _):
        draft = await drafted(model)
    assert (draft.kind, draft.text, draft.engine) == ("answer", "Returns take 30 days [1].", "openai:tiny")
    assert (draft.usage.calls, draft.usage.tokens_in, draft.usage.tokens_out) == (1, 100, 20)
    assert draft.usage.cost == pytest.approx(0.0004)
    assert draft.usage.seconds > 0
    request = server.asked[0]
    assert request["stream"] is True
    assert request["max_tokens"] > 0
    assert [tool["function"]["name"] for tool in request["tools"]] == ["order_status", "find_tool", "hand_over"]


async def test_tokens_are_counted_here_where_the_server_tells_none():
    async with serving([*content("Hello there."), DONE]) as (model, _, _):
        usage = (await drafted(model)).usage
    assert usage.tokens_in > 100
    assert usage.tokens_out == 3


async def test_a_tool_call_is_assembled_from_the_stream():
    parts = calls(call("order_status", '{"orde'), {"index": 0, "function": {"arguments": 'r_id": "W1"}'}})
    async with serving([*content("One moment.", finish=None), *parts, DONE]) as (model, _, _):
        draft = await drafted(model)
    assert (draft.kind, draft.text, draft.call) == ("act", "One moment.", Call("order_status", {"order_id": "W1"}))


async def test_of_several_calls_the_first_is_made_also_where_all_have_the_index_0():
    parts = calls(call("order_status", '{"order_id": "W1"}'), call("order_status", '{"order_id": "W2"}', "b"))
    async with serving([*parts, DONE]) as (model, _, _):
        draft = await drafted(model)
    assert draft.call == Call("order_status", {"order_id": "W1"})


async def test_calling_for_a_person_gives_up_with_the_reason():
    told = [*content("I can't tell that.", finish=None), *calls(call("hand_over", '{"reason": "legal"}')), DONE]
    unknown = [*calls(call("hand_over", '{"reason": "because"}')), DONE]
    async with serving(told, unknown) as (model, _, _):
        first, second = await drafted(model), await drafted(model)
    assert (first.kind, first.reason, first.text) == ("give_up", "legal", "I can't tell that.")
    assert (second.kind, second.reason) == ("give_up", "not_covered")


async def test_another_tool_is_looked_for():
    async with serving([*calls(call("find_tool", '{"query": "move a booking"}')), DONE]) as (model, _, _):
        draft = await drafted(model)
    assert draft.call == Call("find_tool", {"query": "move a booking"})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Which order do you mean?", "ask"),
        ("Returns take 30 days [1]. Is there anything else?", "answer"),
        ("It was shipped. Can I help you with something else?", "answer"),
    ],
)
async def test_a_question_to_the_customer_is_told_from_an_answer(text: str, kind: str):
    async with serving([*content(text), DONE]) as (model, _, _):
        assert (await drafted(model)).kind == kind


async def test_thoughts_are_not_shown_and_a_call_written_as_text_is_a_call():
    thought = [*content("<thi", "nk>They want", " it</th", "ink>\n\nIt is", " here."), DONE]
    written = [*content('{"name": "order_', 'status", "arguments": {"order_id": "W1"}}'), DONE]
    async with serving(thought, written) as (model, _, _):
        first, second = await drafted(model), await drafted(model)
    assert first.text == "It is here."
    assert (second.kind, second.text, second.call) == ("act", "", Call("order_status", {"order_id": "W1"}))


async def test_a_reply_cut_off_by_its_limit_says_so():
    async with serving([*content("All good. And then", finish="length"), DONE]) as (model, _, _):
        assert (await drafted(model)).complete is False


FINE = [*content("Fine."), DONE]


@pytest.mark.parametrize(
    ("answer", "tries"),
    [
        ((429, {"error": {"message": "slow down"}}), 3),
        ((500, {"error": {"message": "oh no"}}), 3),
        ((503, {"error": {"message": "loading"}}), 3),
        ([DONE], 3),
        (["cut"], 3),
        (["{not json"], 3),
        (['{"hello": "world"}', DONE], 3),
        (['{"choices": "yes"}', DONE], 3),
        (['{"choices": [{"delta": 5}]}', DONE], 3),
        ([{"error": {"message": "overloaded"}}], 3),
        ([*content(""), DONE], 3),
        ([*calls(call("no_such_tool", "{}")), DONE], 3),
        ([*calls(call("order_status", '{"order_id": ')), DONE], 3),
        ([*calls(call("order_status", "[1]")), DONE], 3),
        ([*content("{ is this JSON?"), DONE], 3),
        ((400, {"error": {"message": "no such parameter"}}), 1),
        ((401, {"error": {"message": "who are you"}}), 1),
        ((404, {"error": {"message": "no such model"}}), 1),
        ((429, {"error": {"message": "pay first", "code": "insufficient_quota"}}), 1),
        ((429, {"error": {"message": "later"}}, {"Retry-After": "60"}), 1),
    ],
    ids=str,
)
async def test_misbehaviour_is_retried_where_that_may_help_and_then_told(answer: Any, tries: int):
    async with serving(answer, answer, answer, FINE) as (model, server, pauses):
        with pytest.raises(Unavailable):
            await drafted(model)
    assert len(server.asked) == tries
    assert pauses == [0.25, 0.5][: tries - 1]


async def test_a_second_try_may_succeed():
    async with serving((500, {}), [DONE], FINE) as (model, _, _):
        assert (await drafted(model)).text == "Fine."


@pytest.mark.parametrize("answer", ["hang", ["hang"]], ids=["no answer", "no token"])
async def test_a_server_that_never_answers_is_given_up_after_the_time_for_the_first_token(answer: Any):
    async with serving(answer, FINE, first_token_seconds=0.1) as (model, server, _):
        with pytest.raises(Unavailable) as late:
            await drafted(model)
    assert late.value.code == "timeout"
    assert len(server.asked) == 1


async def test_a_server_that_stops_writing_is_given_up_after_the_whole_time():
    hanging = [*content("Returns take 30 days. Refunds", finish=None), "hang"]
    async with serving(hanging, FINE, first_token_seconds=0.2, timeout_seconds=0.3) as (model, _, _):
        with pytest.raises(Interrupted) as late:
            await drafted(model)
    assert (late.value.code, late.value.text) == ("timeout", "Returns take 30 days. Refunds")


@pytest.mark.parametrize("end", ["cut", DONE, "{not json"])
async def test_a_stream_that_breaks_after_text_was_out_is_not_tried_again(end: str):
    broken = [*content("Returns take 30 days. Ref", finish=None), end]
    async with serving(broken, FINE) as (model, server, _):
        with pytest.raises(Interrupted) as broke:
            await drafted(model)
    assert broke.value.text == "Returns take 30 days. Ref"
    assert len(server.asked) == 1


async def test_nobody_listens():
    async with serving() as (model, server, _):
        pass
    model = OpenAIModel(Engine(model="tiny", base_url=server.url), pause=lambda _: asyncio.sleep(0))
    with pytest.raises(Unavailable) as unreachable:
        await drafted(model)
    assert unreachable.value.code == "connection"
    await model.aclose()


async def test_the_customer_is_answered_by_the_other_engine():
    async with serving((500, {}), (500, {}), (500, {}), FINE) as (model, _, _):
        both = Fallback(model, Scripted("offline", "I can quote that."), Breaker(SystemClock()))
        first, second = await drafted(both), await drafted(both)
    assert (first.engine, first.switched, first.text) == ("offline", "server_error", "I can quote that. ")
    assert (second.engine, second.text) == ("openai:tiny", "Fine.")


class Note(BaseModel):
    mood: Literal["calm", "upset"]
    lines: list[str] = Field(min_length=1)


def completion(text: str) -> tuple[int, dict[str, Any]]:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": 50, "completion_tokens": 10, "total_tokens": 60}
    return 200, {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [choice],
        "usage": usage,
    }


MESSAGES = [{"role": "user", "content": "Write a note."}]


async def test_a_form_is_filled_in_by_its_schema():
    async with serving(completion('{"mood": "calm", "lines": ["a"]}')) as (model, server, _):
        note, usage = await model.write(Note, MESSAGES)
    assert note == Note(mood="calm", lines=["a"])
    assert (usage.calls, usage.tokens_in) == (1, 50)
    wanted = server.asked[0]["response_format"]["json_schema"]
    assert wanted["schema"]["required"] == ["mood", "lines"]
    assert wanted["schema"]["additionalProperties"] is False


async def test_a_form_filled_in_wrongly_is_asked_for_again_and_then_refused():
    wrong = completion('{"mood": "angry", "lines": []}')
    async with serving(wrong, completion('{"mood": "calm", "lines": ["a"]}')) as (model, _, _):
        note, _ = await model.write(Note, MESSAGES)
    assert note.mood == "calm"
    async with serving(wrong, wrong, wrong, FINE) as (model, server, _):
        with pytest.raises(Unavailable) as nonsense:
            await model.write(Note, MESSAGES)
    assert nonsense.value.code == "nonsense"
    assert len(server.asked) == 3


@pytest.mark.parametrize(("model", "heated"), [("gpt-4.1-mini", True), ("o4-mini", False), ("gpt-5", False)])
def test_openai_itself_is_asked_as_it_wants(model: str, heated: bool):
    limits = limits_of(Engine(model=model, api_key=SecretStr("k")), 7)
    assert limits["max_completion_tokens"] == 7
    assert ("temperature" in limits) is heated


def sure(*tokens: tuple[str, Any]) -> list[Chunk]:
    """A stream whose tokens come with what the server tells of their log-probabilities."""
    told = [(token, {"content": [{"token": token, "logprob": logprob}]}) for token, logprob in tokens]
    deltas: list[Chunk] = [
        {"choices": [{"index": 0, "delta": {"content": token}, "logprobs": logprobs, "finish_reason": None}]}
        for token, logprobs in told
    ]
    return [*deltas, {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}, DONE]


async def test_how_sure_it_is_comes_with_each_piece_where_it_was_asked():
    answer = sure(("Thirty ", math.log(0.9)), ("days.", math.log(0.4)))
    async with serving(answer, logprobs=True) as (model, server, _):
        pieces = [piece async for piece in model.draft(ASKED)]
    assert server.asked[0]["logprobs"] is True
    assert [piece.certainty for piece in pieces] == pytest.approx([0.9, 0.6, 0.6])


async def test_how_sure_it_is_is_not_asked_unless_the_settings_say_so():
    async with serving([*content("Thirty days."), DONE]) as (model, server, _):
        draft = await drafted(model)
    assert "logprobs" not in server.asked[0]
    assert draft.certainty is None


@pytest.mark.parametrize("told", [None, "high", math.nan])
async def test_a_server_that_tells_it_in_another_shape_is_heard_all_the_same(told: Any):
    async with serving(sure(("Thirty days.", told)), logprobs=True) as (model, _, __):
        draft = await drafted(model)
    assert (draft.text, draft.certainty) == ("Thirty days.", None)


async def test_a_server_that_does_not_know_the_word_is_asked_without_it():
    refusal = (400, {"error": {"message": "logprobs are not supported with this model"}})
    async with serving(refusal, [*content("Thirty days."), DONE], logprobs=True) as (model, server, _):
        assert (await drafted(model)).text == "Thirty days."
    assert [("logprobs" in asked) for asked in server.asked] == [True, False]
