"""The door of `openai`: a model behind the Chat Completions protocol, at OpenAI or any server that speaks it."""

import asyncio
import json
import logging
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from handrail.agent.models.certainty import Certainty
from handrail.agent.models.failures import AGAIN, asked_pause, told_by, unavailable
from handrail.agent.models.output import Nonsense, Output
from handrail.agent.models.prompt import Message, Prompt, render
from handrail.agent.models.protocol import Brief, Delta, Draft, Interrupted
from handrail.agent.models.texts import text
from handrail.agent.models.watch import Watch
from handrail.agent.models.wire import (
    bare_json,
    limits_of,
    read_chunk,
    refused_parameter,
    request_of,
    strict,
    tokens_of,
)
from handrail.conversation.errors import Unavailable
from handrail.conversation.settings import Engine
from handrail.conversation.spending import Usage
from handrail.knowledge.tokens import count

RETRIES = 2
FIRST_PAUSE = 0.25
"""Seconds before the first retry; doubled for the next, each times a chance between 0.5 and 1.5."""
LONGEST_PAUSE = 2.0
REPLY_TOKENS = 700
WRITE_TOKENS = 1200

T = TypeVar("T")
Filled = TypeVar("Filled", bound=BaseModel)
log = logging.getLogger("handrail.model")


class OpenAIModel:
    """A model behind Chat Completions. One client for the process; `aclose` when done."""

    def __init__(
        self,
        settings: Engine,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._settings = settings
        self._pause, self._chance, self._timer = pause, chance, timer
        key = settings.api_key.get_secret_value() if settings.api_key else "none"
        self._without: frozenset[str] = frozenset()
        """What this server has refused by name; it is not sent again."""
        limits = httpx.Timeout(settings.timeout_seconds, connect=settings.connect_seconds)
        self._client = library().AsyncOpenAI(api_key=key, base_url=settings.base_url, max_retries=0, timeout=limits)

    @property
    def name(self) -> str:
        return self._settings.name

    async def ping(self) -> None:
        """See whether the server answers and takes the key. Raises `Unavailable`."""
        try:
            await self._client.models.list()
        except library().APIError as error:
            raise unavailable(error, library()) from error

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def draft(self, brief: Brief) -> AsyncGenerator[Delta | Draft, None]:
        """Stream one reply. Few tries until the first delta, none after it; see `Model`.

        The codes of its errors: `timeout`, `connection`, `rate_limited`, `server_error`, `broken_stream`, `nonsense`,
        `unauthorized`, `not_found`, `refused`, and of the request alone `too_long` and `filtered`.
        """
        budget = self._settings.prompt_tokens
        prompt = render(brief, budget)
        watch = Watch(self._timer, self._settings.timeout_seconds)
        shown = ""
        for retry in range(RETRIES + 1):
            try:
                async with aclosing(self._stream(prompt, _known_tools(brief), watch)) as pieces:
                    async for piece in pieces:
                        shown += piece.text if isinstance(piece, Delta) else ""
                        yield piece
                return
            except Unavailable as error:
                if shown:
                    raise Interrupted(str(error), code=error.code, text=shown) from error
                if error.code == "too_long" and not retry:
                    prompt = render(brief, budget // 2)
                    continue
                await self._before_retry(error, retry, watch)

    async def write(
        self, schema: type[Filled], messages: Sequence[Message], *, seconds: float | None = None
    ) -> tuple[Filled, Usage]:
        """Have the model fill in `schema` (JSON held to its schema by the server, then validated here).

        Returns the value and what it cost. Raises `Unavailable` when no valid one came within `seconds` (those of the
        settings where none are given).
        """
        watch = Watch(self._timer, seconds or self._settings.timeout_seconds)
        usage = Usage()
        retry = 0
        while True:
            try:
                content, cost = await self._complete(schema, messages, watch)
                usage += cost
                return schema.model_validate_json(content), usage
            except ValidationError as error:
                invalid = Unavailable(f"the model's JSON does not fit {schema.__name__}: {error}", code="nonsense")
                await self._before_retry(invalid, retry, watch)
            except Unavailable as error:
                await self._before_retry(error, retry, watch)
            retry += 1

    async def _before_retry(self, error: Unavailable, retry: int, watch: Watch) -> None:
        """Wait for a little, or raise the error where another try is not to be made."""
        pause = max(FIRST_PAUSE * 2**retry * (0.5 + self._chance()), asked_pause(error))
        if error.code not in AGAIN or retry >= RETRIES or pause > min(LONGEST_PAUSE, watch.left):
            raise error
        await self._pause(pause)

    async def _stream(self, prompt: Prompt, tools: Sequence[str], watch: Watch) -> AsyncGenerator[Delta | Draft, None]:
        output = Output(tools)
        finish, usage, began = "", None, False
        sure = Certainty()
        watch.expect(self._settings.first_token_seconds)
        stream = await self._ask(watch, request_of(self._settings, prompt, REPLY_TOKENS))
        chunks = aiter(stream)
        try:
            while (chunk := await _answer(watch, anext(chunks, None))) is not None:
                piece = read_chunk(chunk, output)
                if piece.began and not began:
                    began = True
                    watch.expect(None, self._settings.stall_seconds)
                finish, usage = piece.finish or finish, piece.usage or usage
                sure.hear(piece.logprobs)
                if piece.text:
                    yield Delta(piece.text, certainty=sure.value)
                if output.endless:
                    finish = "length"
                    break
            if finish == "content_filter":
                raise Unavailable("the model's provider filtered the reply", code="filtered")
            if not finish:
                raise Unavailable("the stream ended before the reply did", code="broken_stream")
            if rest := output.rest():
                yield Delta(rest, certainty=sure.value)
            cost = self._cost(usage, prompt.tokens, count(output.written), watch.lap())
            yield replace(output.end(cost, finish), engine=self.name, certainty=sure.value)
        except Nonsense as error:
            raise Unavailable(f"nonsense from {self.name}: {error}", code="nonsense") from error
        finally:
            await stream.close()

    async def _complete(self, schema: type[BaseModel], messages: Sequence[Message], watch: Watch) -> tuple[str, Usage]:
        form = strict(schema.model_json_schema())
        # Told in words too: not every server holds a model to a schema.
        told = text("form.md").format(schema=json.dumps(form, separators=(",", ":")))
        first = {**messages[0], "content": f"{messages[0]['content']}\n\n{told}"}
        request = {**limits_of(self._settings, WRITE_TOKENS), "messages": [first, *messages[1:]]}
        wanted = {"name": schema.__name__, "schema": form, "strict": True}
        request["response_format"] = {"type": "json_schema", "json_schema": wanted}
        answer = await self._ask(watch, request)
        try:
            content = answer.choices[0].message.content or ""
        except (AttributeError, IndexError, TypeError) as error:
            raise Unavailable("the server's answer is no chat completion", code="nonsense") from error
        size = sum(count(str(message.get("content") or "")) for message in request["messages"])
        return bare_json(content), self._cost(answer.usage, size, count(content), watch.lap())

    async def _ask(self, watch: Watch, request: dict[str, Any]) -> Any:
        """Send a request. What the server refuses by name, and can be done without, is left out from then on."""
        while True:
            request = {name: value for name, value in request.items() if name not in self._without}
            try:
                return await _answer(watch, self._client.chat.completions.create(**request))
            except Unavailable as error:
                name = refused_parameter(told_by(error.__cause__), request) if error.code == "refused" else None
                if name is None:
                    raise
                log.warning("the model's server takes no %s: it is left out from now on", name)
                self._without |= {name}

    def _cost(self, usage: Any, told: int, written: int, seconds: float) -> Usage:
        """Tokens as the server counted them, else as we do."""
        tokens_in = tokens_of(usage, "prompt_tokens") or told
        tokens_out = tokens_of(usage, "completion_tokens") or written
        cost = (tokens_in * self._settings.price_in + tokens_out * self._settings.price_out) / 1e6
        return Usage(calls=1, tokens_in=tokens_in, tokens_out=tokens_out, seconds=seconds, cost=cost)


def _known_tools(brief: Brief) -> list[str]:
    """The tools that a call may name: those offered, and those that the facts of the prompt speak of."""
    situation = brief.situation
    used = [result.tool for result in situation.results] + [action.tool for action in situation.actions]
    return [*(tool.name for tool in brief.tools), *used, *(result.call.tool for result in brief.results)]


@cache
def library() -> Any:
    """The library, imported at its first use: that takes more than a second, which a start without a model saves."""
    import openai

    return openai


async def _answer(watch: Watch, waiting: Awaitable[T]) -> T:
    """Wait for the server within the time; its failures become `Unavailable`."""
    try:
        return await watch.wait(waiting)
    except (library().APIError, httpx.HTTPError, ValueError) as error:
        raise unavailable(error, library()) from error
