"""The prompt holds what the model needs, stays within its budget, and does not grow with the conversation."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from agent_briefs import BRIEF
from pydantic import BaseModel

from handrail.agent.models.prompt import ACTING_SHARE, RESULTS_SHARE, Prompt, clip, render
from handrail.agent.models.protocol import Brief, Call, Result
from handrail.agent.tools.api import Tool
from handrail.conversation.situation import ActionState, Handoff, Identity, Line, Promise, Situation, ToolResult
from handrail.knowledge.passages import Found, Hit, Passage, Policy
from handrail.knowledge.tokens import count

BUDGET = 2000
START = datetime(2026, 6, 15, 8, tzinfo=UTC)
WORDS = "Unworn boots can be sent back within thirty days of delivery if the box is whole and they were not used. "


class Arguments(BaseModel):
    order_id: str
    reason: str = ""


async def _run(*_: Any, **__: Any) -> None: ...


def tool(name: str) -> Tool:
    return Tool(
        name=name,
        description="Tell where an order stands: its state, its shipments and when they arrive. " * 2,
        run=_run,
        effect="read",
        identity="verified",
        arguments=Arguments,
        parameters=Arguments.model_json_schema(),
    )


def hit(number: int, text: str) -> Hit:
    policy = Policy(f"policy-{number}", "3", f"Title {number}", text, date(2026, 1, 1))
    return Hit(Passage(f"policy-{number}@3#1", policy, "Heading", text, count(text)), 0.9, 0.8, 0.7)


def line(seq: int, speaker: Any, text: str, name: str = "") -> Line:
    return Line(seq=seq, at=START + timedelta(minutes=seq), speaker=speaker, text=text, name=name)


def routine(turns: int) -> Brief:
    """A policy question after so many turns of talk."""
    lines = [line(n, "customer" if n % 2 else "bot", f"Line {n}. " + WORDS) for n in range(1, 2 * turns + 1)]
    asked = line(2 * turns + 1, "customer", "How long do I have to send the boots back?")
    results = [
        ToolResult(n - 5, "find_orders", {"n": n}, True, [{"order_id": f"W{n}", "note": WORDS}] * 20) for n in range(5)
    ]
    situation = Situation(
        "c1", lines=(*lines, asked), first=lines[0] if lines else asked, answered=2 * turns, results=tuple(results)
    )
    found = Found(tuple(hit(n, WORDS * 9) for n in range(1, 6)), 0.8)
    tools = tuple(tool(f"tool_{n}") for n in range(6))
    return replace(BRIEF, message=asked.text, situation=situation, found=found, tools=tools, timezone="Europe/Berlin")


def system(prompt: Prompt) -> str:
    return str(prompt.messages[0]["content"])


def test_a_routine_policy_turn_stays_within_its_budget_with_all_its_tools():
    prompt = render(routine(3), BUDGET)
    sent = sum(count(str(m["content"])) for m in prompt.messages) + count(json.dumps(list(prompt.tools)))
    assert sent <= BUDGET
    assert prompt.tokens <= BUDGET
    names = [spec["function"]["name"] for spec in prompt.tools]
    assert names[:1] == ["tool_0"]
    assert names[-2:] == ["find_tool", "hand_over"]


def test_the_prompt_is_flat_over_the_conversation():
    tokens = [render(routine(turns), BUDGET).tokens for turns in (2, 20, 200)]
    assert max(tokens) <= BUDGET
    assert max(tokens) - min(tokens) < 150


def test_passages_are_numbered_as_found_and_named_with_their_version():
    told = system(render(routine(1), BUDGET))
    assert "[1] Title 1 › Heading (policy-1@3, in force since 2026-01-01): Unworn boots" in told
    assert "[2] Title 2" in told


def test_a_passage_that_does_not_fit_leaves_its_number_to_nobody():
    brief = replace(routine(1), found=Found((hit(1, WORDS * 5), hit(2, WORDS * 60), hit(3, WORDS)), 0.8))
    told = system(render(brief, 1800))
    assert "[1] Title 1" in told
    assert "[2] Title 2" not in told
    assert "[3] Title 3" in told


def test_it_says_so_where_no_passage_was_found():
    assert "None was found" in system(render(replace(routine(1), found=Found((), 0.0)), BUDGET))


def test_time_is_told_in_the_customers_zone():
    assert "Monday, 15 June 2026, 12:00 (Europe/Berlin)" in system(render(routine(1), BUDGET))


def test_the_customers_words_stand_in_their_own_messages_only():
    prompt = render(routine(2), BUDGET)
    assert prompt.messages[-1] == {"role": "user", "content": "How long do I have to send the boots back?"}
    assert "How long do I have" not in system(prompt)
    roles = [m["role"] for m in prompt.messages]
    assert roles[:2] == ["system", "user"]
    assert all(a != b for a, b in pairwise(roles))


def test_older_lines_give_way_to_facts():
    identity = Identity(level="verified", customer_id="k1", name="Sam Doe")
    proposed = ActionState(
        "a1", "cancel_order", {"order_id": "W1"}, {}, "cancel order W1 (2 items)", "f", START, stage="proposed", seq=90
    )
    done = ActionState(
        "a0", "move_booking", {"id": "B1"}, {"summary": "move B1 to Friday"}, "", "f", START, stage="succeeded", seq=80
    )
    situation = replace(
        routine(60).situation,
        identity=identity,
        actions=(done, proposed),
        promises=(Promise("p", "call back about the tent", "bot", START, 50),),
    )
    told = system(render(replace(routine(60), situation=situation), BUDGET))
    assert "Sam Doe) has proven who they are" in told
    assert "cancel order W1 (2 items)" in told
    assert "Done: move B1 to Friday" in told
    assert "call back about the tent (due Monday, 15 June 2026 at 10:00)" in told
    assert "Line 40." not in told


def test_what_a_person_did_is_in_view():
    situation = Situation(
        "c1",
        answered=4,
        lines=(
            line(1, "customer", "My boots are torn."),
            line(3, "person", "I have sent you a new pair.", "Dana"),
            line(5, "customer", "When do they come?"),
        ),
        handoff=Handoff("h", 2, START, "upset", "normal", "general", "live", None, "given_back", "u1", "Dana"),
        instruction="Tell them about the tracking.",
    )  # fmt: skip
    prompt = render(replace(BRIEF, message="When do they come?", situation=situation), BUDGET)
    assert "Their instruction to you: Tell them about the tracking." in system(prompt)
    assert "(Dana, a person of our team:) I have sent you a new pair." in str(prompt.messages)


def test_results_of_this_turn_follow_the_message_as_the_protocol_wants():
    value = {"order_id": "W1", "arrives": "2026-06-20T10:00:00Z", "total": 12.5}
    results = (
        Result(Call("find_orders", {}), True, [value] * 200),
        Result(
            Call("cancel", {"order_id": "W1"}), False, refusal="It has left.", rule="cancel", alternatives=("return",)
        ),
    )
    prompt = render(replace(routine(1), results=results), BUDGET)
    asked, first, called, second = prompt.messages[-4:]
    assert asked["tool_calls"][0]["function"]["name"] == "find_orders"
    assert asked["tool_calls"][0]["id"] == first["tool_call_id"]
    assert "Saturday, 20 June 2026 at 12:00" in first["content"]
    assert count(first["content"]) < RESULTS_SHARE * BUDGET
    assert json.loads(first["content"])["left_out"].startswith("160 more: W1, W1, ")
    assert called["role"] == "assistant"
    assert json.loads(second["content"]) == {"refused": "It has left.", "rule": "cancel", "alternatives": ["return"]}


def contents(*sizes: int) -> list[str]:
    """What is told of results of so many records each, the oldest first."""
    results = tuple(
        Result(Call(f"read_{n}", {"n": n}), True, [{"order_id": f"W{n}{i:03}", "note": "left"} for i in range(size)])
        for n, size in enumerate(sizes)
    )
    prompt = render(replace(routine(1), results=results), BUDGET)
    assert prompt.tokens <= BUDGET * (1 + RESULTS_SHARE + ACTING_SHARE)
    return [message["content"] for message in prompt.messages if message["role"] == "tool"]


def test_the_latest_results_come_whole_and_the_oldest_are_cut_first():
    first, second, last = contents(400, 60, 90)
    assert "left_out" not in last and "W2089" in last
    assert "left_out" not in second
    assert "left_out" in first and "W0000" in first


@pytest.mark.parametrize("size", [1, 100, 1000])
def test_every_result_keeps_something_whatever_the_others_are(size: int):
    for number, content in enumerate(contents(size, 1000, size, 1000)):
        assert f"W{number}000" in content


def test_what_was_looked_up_in_the_turn_before_is_told_whole():
    product = {str(n): {"item_id": f"I{n:04}", "colour": "red", "size": n} for n in range(20)}
    brief = routine(3)
    looked_up = ToolResult(6, "get_product", {"product_id": "P1"}, True, product)
    again = replace(brief, situation=replace(brief.situation, results=(*brief.situation.results, looked_up)))
    told = system(render(again, BUDGET))
    assert all(f"I{n:04}" in told for n in range(20))
    assert told.count("get_product(") == 1
    now = (Result(Call("get_product", {"product_id": "P1"}), True, product),)
    assert "get_product(" not in system(render(replace(again, results=now), BUDGET)), "it is told once"


def test_what_was_looked_up_before_a_change_is_told_as_such():
    done = ActionState("a", "move", {"id": "B1"}, {"summary": "move B1"}, "", "f", START, stage="succeeded", seq=8)
    looked_up = (ToolResult(7, "get", {"id": "B1"}, True, "Friday"), ToolResult(9, "get", {"id": "B2"}, True, "Monday"))
    brief = routine(3)
    told = system(
        render(replace(brief, situation=replace(brief.situation, actions=(done,), results=looked_up)), BUDGET)
    )
    assert 'Looked up before the last change: get({"id":"B1"}) gave "Friday"' in told
    assert 'Looked up before: get({"id":"B2"}) gave "Monday"' in told


def test_with_results_of_this_turn_more_tools_are_there_and_those_without_room_are_named():
    brief = routine(3)
    described = [replace(each, description="Changes it. " * 40) for each in brief.tools]
    brief = replace(brief, tools=tuple(described))
    before, after = (render(replace(brief, results=r), BUDGET) for r in ((), (Result(Call("x", {}), True, 1),)))
    assert len(after.tools) > len(before.tools)
    shown = {spec["function"]["name"] for spec in before.tools}
    find = next(spec["function"] for spec in before.tools if spec["function"]["name"] == "find_tool")
    assert all((tool.name in shown) != (tool.name in find["description"]) for tool in brief.tools)


def test_a_call_that_went_on_after_proof_of_identity_needs_no_message():
    situation = Situation("c1", answered=3, lines=(line(1, "customer", "Where is W1?"), line(2, "bot", "Who are you?")))
    brief = replace(BRIEF, message="", situation=situation, results=(Result(Call("order", {}), True, "shipped"),))
    prompt = render(brief, BUDGET)
    roles = [m["role"] for m in prompt.messages]
    assert roles == ["system", "user", "assistant", "tool"]
    assert prompt.messages[2]["content"] == "Who are you?"
    assert prompt.messages[2]["tool_calls"]


def test_feedback_and_what_was_sent_are_told():
    told = system(render(replace(routine(1), feedback="grounded: 45 days", sent="Thirty days."), BUDGET))
    assert "not sent: grounded: 45 days" in told
    assert 'has this part of your reply: "Thirty days."' in told


@pytest.mark.parametrize("size", [10, 3000])
def test_a_long_message_keeps_its_begin_and_its_end(size: int):
    message = "BEGIN " + "word " * size + "END"
    prompt = render(replace(routine(1), message=message), BUDGET)
    last = prompt.messages[-1]["content"]
    assert last.startswith("BEGIN")
    assert last.endswith("END")
    assert prompt.tokens <= BUDGET


def test_clipping_comes_to_about_the_tokens_asked_for():
    assert clip("short", 10) == "short"
    assert count(clip("word " * 1000, 100)) <= 110


def test_parts_of_addresses_are_told_where_there_is_one():
    assert "Addresses" not in system(render(routine(1), BUDGET))
    told = system(render(replace(routine(1), parts={"<address_1>": ("street", "city")}), BUDGET))
    assert "<address_1> has street, city" in told and "<address_1.city>" in told


def test_the_first_line_is_told_again_only_where_it_is_not_in_view():
    asked = line(1, "customer", "Where is my tent?")
    new = replace(BRIEF, message=asked.text, situation=Situation("c1", lines=(asked,), first=asked))
    assert "They first wrote" not in system(render(new, BUDGET))
    later = routine(60)
    later = replace(later, situation=replace(later.situation, results=()))
    assert "They first wrote" in system(render(later, BUDGET))
