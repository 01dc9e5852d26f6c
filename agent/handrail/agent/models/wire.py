"""What goes over the wire to a Chat Completions server, and what comes back, read with care: servers differ."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handrail.agent.models.output import Nonsense, Output
from handrail.agent.models.prompt import Prompt
from handrail.conversation.settings import Engine

REASONING = re.compile(r"(?:o\d|gpt-5)(?:\b|[-.])")
"""Models at OpenAI that take no temperature."""

OPTIONAL = ("logprobs", "parallel_tool_calls", "stream_options", "temperature", "response_format")
"""What not every server knows: the request is made without it where it was refused by name."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one chunk of a stream brought; `began` tells that the model has started to write, or to think."""

    text: str = ""
    began: bool = False
    finish: str = ""
    usage: Any = None
    logprobs: tuple[float, ...] = ()
    """The log-probabilities of its tokens of text, as far as the server tells them."""


def request_of(settings: Engine, prompt: Prompt, tokens: int) -> dict[str, Any]:
    """The request for one reply, streamed, with its usage."""
    request = {**limits_of(settings, tokens), "messages": list(prompt.messages), "stream": True}
    request["stream_options"] = {"include_usage": True}
    if settings.logprobs:
        request["logprobs"] = True
    if prompt.tools:
        request |= {"tools": list(prompt.tools), "parallel_tool_calls": False}
    return request


def limits_of(settings: Engine, tokens: int) -> dict[str, Any]:
    """The model, and how much it may write: OpenAI's own models and other servers differ in how that is said."""
    limits: dict[str, Any] = {"model": settings.model}
    limits["max_tokens" if settings.base_url else "max_completion_tokens"] = tokens
    if not REASONING.match(settings.model):
        limits["temperature"] = settings.temperature
    return limits


def refused_parameter(told: str, request: Mapping[str, Any]) -> str | None:
    """What of a request a server has refused, as its error tells, where the request can do without."""
    return next((name for name in OPTIONAL if name in request and name in told), None)


def tokens_of(usage: Any, name: str) -> int | None:
    """A number of tokens as the server counted them; None where it tells none that can be one."""
    value = getattr(usage, name, None)
    return value if isinstance(value, int) and value > 0 else None


def read_chunk(chunk: Any, output: Output) -> Piece:
    """Take one chunk into `output`. Raises `Nonsense` where it is no chunk of a chat completion."""
    try:
        usage = getattr(chunk, "usage", None)
        choices = getattr(chunk, "choices", None)
        if choices is None and usage is None:
            raise Nonsense("a chunk of the stream is no part of a chat completion")
        if not choices:
            return Piece(usage=usage)
        delta, finish = choices[0].delta, choices[0].finish_reason or ""
        if delta is None:
            return Piece(finish=finish, usage=usage)
        for call in delta.tool_calls or ():
            if call.function:
                output.call(call.index or 0, call.id or "", call.function.name or "", call.function.arguments or "")
        content = delta.content or getattr(delta, "refusal", None) or ""
        began = bool(content or delta.tool_calls or getattr(delta, "reasoning_content", None))
        return Piece(output.text(content) if content else "", began, finish, usage, _logprobs(choices[0]))
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        # The client builds chunks from whatever JSON came, without validating it.
        raise Nonsense("a chunk of the stream has another shape than it should") from error


def _logprobs(choice: Any) -> tuple[float, ...]:
    """A server that tells them in another shape tells none: a reply does not hang on it."""
    told = getattr(getattr(choice, "logprobs", None), "content", None)
    found = (getattr(token, "logprob", None) for token in (told if isinstance(told, list) else ()))
    return tuple(min(float(each), 0.0) for each in found if isinstance(each, int | float) and not math.isnan(each))


def strict(schema: dict[str, Any]) -> dict[str, Any]:
    """A JSON schema as constrained output takes it: every field required, none besides, no defaults."""
    held = {key: _held(key, value) for key, value in schema.items() if key not in ("default", "title")}
    if held.get("type") == "object" and "properties" in held:
        held |= {"required": list(held["properties"]), "additionalProperties": False}
    return held


def _held(key: str, value: Any) -> Any:
    if key in ("properties", "$defs") and isinstance(value, dict):
        return {name: strict(part) for name, part in value.items()}
    if isinstance(value, dict):
        return strict(value)
    if isinstance(value, list):
        return [strict(part) if isinstance(part, dict) else part for part in value]
    return value


def bare_json(content: str) -> str:
    """The JSON object in an answer: models that nothing holds to a schema put words or a fence around it."""
    start, end = content.find("{"), content.rfind("}")
    return content[start : end + 1] if 0 <= start < end else content
