"""Samples of Inspect: a case goes in as one, and a conversation comes back as its messages."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from inspect_ai.dataset import Sample
from inspect_ai.model import ChatMessage, ChatMessageAssistant, ChatMessageSystem, ChatMessageTool, ChatMessageUser
from inspect_ai.tool import ToolCall, ToolCallError

from handrail.conversation.events import (
    ActionClaimed,
    ActionFailed,
    ActionProposed,
    ActionSucceeded,
    ActionUnknown,
    Announced,
    BotSaid,
    CustomerSaid,
    Data,
    Event,
    HandoffRequested,
    PersonSaid,
    ToolRan,
)
from handrail.evals.case import CASE, Case, inputs


def sample_of(case: Case) -> Sample:
    """A case as a sample: what the customer does is its input, what is expected its target, the whole its metadata."""
    expected = case.expected.model_dump(mode="json", exclude_defaults=True)
    return Sample(
        id=case.id,
        input=[ChatMessageUser(content=text) for text in inputs(case)],
        target=json.dumps(expected, ensure_ascii=False),
        metadata={CASE: case.model_dump(mode="json", exclude_defaults=True), "purpose": case.purpose},
    )


def messages_of(log: Sequence[Event]) -> list[ChatMessage]:
    """A conversation as messages: the parts of a reply joined, tool calls with their results, and the handover."""
    teller = _Teller()
    return [message for event in log for message in teller.hear(event.data)] + teller.rest()


class _Teller:
    """Tells a log as messages, event by event."""

    def __init__(self) -> None:
        self._reply: list[BotSaid] = []
        self._proposed: dict[str, ActionProposed] = {}

    def hear(self, data: Data) -> list[ChatMessage]:
        """The messages that an event completes."""
        if isinstance(data, BotSaid):
            before = self.rest() if self._reply and self._reply[0].reply_id != data.reply_id else []
            self._reply.append(data)
            return before
        shown = list(self._shown(data))
        return self.rest() + shown if shown else []

    def rest(self) -> list[ChatMessage]:
        """The reply that is still open."""
        parts, self._reply = self._reply, []
        if not parts:
            return []
        cited = sorted({f"{c.policy}@{c.version}" for part in parts for c in part.citations})
        text = "".join(part.text for part in parts)
        return [ChatMessageAssistant(content=text, metadata={"cites": cited} if cited else None)]

    def _shown(self, data: Data) -> Iterator[ChatMessage]:
        match data:
            case CustomerSaid():
                yield ChatMessageUser(content=data.text)
            case PersonSaid():
                yield ChatMessageAssistant(content=data.text, metadata={"speaker": "person"})
            case Announced():
                yield ChatMessageSystem(content=data.text)
            case HandoffRequested():
                yield ChatMessageSystem(content=f"[handed over: {data.reason}, {data.urgency}, {data.mode}]")
            case ToolRan():
                yield _call(data.call_id, data.tool, data.arguments)
                yield _result(
                    data.call_id, data.result if data.ok else None, "" if data.ok else data.message or data.error
                )
            case ActionProposed():
                self._proposed[data.action_id] = data
            case ActionClaimed() if (action := self._proposed.get(data.action_id)) is not None:
                yield _call(data.action_id, action.tool, action.arguments)
            case ActionSucceeded():
                yield _result(data.action_id, data.result, "")
            case ActionFailed():
                yield _result(data.action_id, None, data.message or data.code)
            case ActionUnknown():
                yield _result(data.action_id, None, f"its end was not seen: {data.why}")
            case _:
                pass


def _call(call_id: str, tool: str, arguments: dict[str, Any]) -> ChatMessage:
    return ChatMessageAssistant(content="", tool_calls=[ToolCall(id=call_id, function=tool, arguments=arguments)])


def _result(call_id: str, result: Any, error: str) -> ChatMessage:
    told = "" if error else json.dumps(result, ensure_ascii=False, default=str)
    failed = ToolCallError("unknown", error) if error else None
    return ChatMessageTool(content=told, tool_call_id=call_id, error=failed)
