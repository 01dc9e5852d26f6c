"""Turns as traces, at a tracker that takes OTLP."""

from typing import Any

import pytest
from flow_shop import Shop
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import ValidationError
from receiver import Receiver

from handrail.channels.tracing.exporting import CONVERSATIONS, Turns, traced
from handrail.conversation.events import CustomerSaid, Event, TurnEnded
from handrail.conversation.tracing import TracingSection

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def told(shop: Shop, *lines: str, customer: str | None = "C1002", **section: Any) -> tuple[bytes, list[Any]]:
    """What a tracker got of a conversation: the bytes, and the spans in them."""
    async with Receiver() as tracker:
        tracing = TracingSection(endpoint=f"{tracker.url}/v1/traces", headers={"x-key": "secret"}, **section)
        async with traced(shop.handrail.log, shop.handrail.settings.model_copy(update={"tracing": tracing})):
            chat = await shop.chat(proven=customer)
            for line in lines:
                await chat.says(line)
    assert {(got.path, got.headers["x-key"]) for got in tracker.got} == {("/v1/traces", "secret")}
    spans = []
    for got in tracker.got:
        for resource in ExportTraceServiceRequest.FromString(got.body).resource_spans:
            spans += [span for scope in resource.scope_spans for span in scope.spans]
    return b"".join(got.body for got in tracker.got), spans


def attributes(span: Any) -> dict[str, Any]:
    return {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in span.attributes}


async def test_a_turn_is_a_trace_with_its_tools_within_and_tells_nothing_of_what_was_said(shop: Shop) -> None:
    body, spans = await told(shop, "Where is my order W10005?")
    (root,) = (span for span in spans if not span.parent_span_id)
    parts = [span for span in spans if span.parent_span_id]
    assert root.name == "invoke_agent Fellside Outfitters"
    assert attributes(root)["handrail.turn.outcome"] == "answered"
    assert "execute_tool order_status" in {span.name for span in parts}
    for span in parts:
        assert (span.trace_id, span.parent_span_id) == (root.trace_id, root.span_id)
        assert root.start_time_unix_nano - 1e9 <= span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.end_time_unix_nano <= root.end_time_unix_nano
    assert len({attributes(span)["session.id"] for span in spans}) == 1
    assert b"W10005" not in body
    assert b"Where is" not in body


async def test_with_content_a_trace_tells_the_messages_arguments_and_results(shop: Shop) -> None:
    body, spans = await told(shop, "Where is my order W10005?", content=True)
    root = next(span for span in spans if not span.parent_span_id)
    assert "Where is my order W10005?" in attributes(root)["gen_ai.input.messages"]
    tool = next(span for span in spans if span.name == "execute_tool order_status")
    assert attributes(tool)["gen_ai.tool.call.arguments"] == '{"order_id": "W10005"}'
    assert b"gen_ai.tool.call.result" in body


async def test_what_the_checks_asked_for_and_the_handover_are_moments_of_the_turn(shop: Shop) -> None:
    _, spans = await told(shop, "I want to speak to a human!", customer=None)
    root = next(span for span in spans if not span.parent_span_id)
    assert [moment.name for moment in root.events][-1] == "handrail.handoff"
    found = {attributes(moment).get("gen_ai.evaluation.name") for moment in root.events}
    assert "asks_for_person/asked" in found


async def test_each_turn_is_a_trace_of_its_own_and_a_write_spans_its_claim(shop: Shop) -> None:
    _, spans = await told(shop, "Please cancel my order W10001", "yes", customer="C1001")
    roots = [span for span in spans if not span.parent_span_id]
    assert [attributes(root)["handrail.turn.outcome"] for root in roots] == ["asked", "acted"]
    assert len({root.trace_id for root in roots}) == 2
    assert [span.trace_id for span in spans if span.name == "execute_tool cancel_order"] == [roots[1].trace_id]


async def test_nothing_leaves_where_no_tracker_is_named_and_its_address_is_private(shop: Shop) -> None:
    assert shop.handrail.settings.tracing.endpoint is None
    async with traced(shop.handrail.log, shop.handrail.settings):
        await (await shop.chat()).says("How long do I have to return a jacket?")
    with pytest.raises(ValidationError, match="https"):
        TracingSection(endpoint="http://tracker.example.com/v1/traces")


async def test_turns_that_never_end_are_let_go(shop: Shop) -> None:
    turns, now = Turns(), shop.handrail.clock.now()
    for n in range(CONVERSATIONS + 1):
        assert turns.hear([Event(f"c{n}", 1, now, "customer", CustomerSaid(text="hello"))]) == []
    ended = TurnEnded(turn_id="t", reply_id=None, upto=1, outcome="answered", engine="offline")
    assert turns.hear([Event("c0", 2, now, "bot", ended)]) == []
    assert [len(turn) for turn in turns.hear([Event("c1", 2, now, "bot", ended)])] == [2]
