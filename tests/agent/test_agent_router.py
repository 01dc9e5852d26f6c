"""The router picks the tools that fit, and keeps those that are in use."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from agent_businesses import CLINIC, LIBRARY
from agent_talk import NOW
from pydantic import BaseModel

from handrail.agent.companions import companions
from handrail.agent.models.offline.sayings import phrases_of
from handrail.agent.router import Router
from handrail.agent.toolbook import Toolbook, id_kinds
from handrail.agent.tools.api import Tool
from handrail.conversation.situation import ActionState, Line, Parked, Situation, ToolResult
from handrail.knowledge.embed import Cached
from handrail.knowledge.minilm import MiniLM

EVERYTHING = (*CLINIC, *LIBRARY)
NEW = Situation("c1")


@cache
def embedder() -> Cached:
    return Cached(MiniLM())


class Counting:
    """An embedder that counts what it is asked for."""

    name, dimensions = "counting", 4

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def embed(self, texts: Any) -> Any:
        self.texts += texts
        return np.ones((len(texts), 4), np.float32) / 2


async def names(message: str, situation: Situation = NEW, k: int = 6) -> list[str]:
    return [tool.name for tool in await Router(EVERYTHING, embedder()).pick(message, situation, k)]


@pytest.mark.parametrize(
    ("message", "tool"),
    [
        ("please cancel my appointment", "cancel_appointment"),
        ("A1001 doesn't suit me, is there another day?", "move_appointment"),
        ("when are you free for a cleaning?", "find_times"),
        ("what have I borrowed", "list_loans"),
        ("can I hold on to L-000123 a bit longer", "renew_loan"),
        ("do you have anything by Virginia Woolf", "search_books"),
        ("my book got wet, pages are stuck together", "report_problem"),
        ("we need a room to study in tomorrow", "book_room"),
        ("I live somewhere else now", "change_address"),
    ],
)
async def test_the_tool_that_fits_is_among_the_first(message: str, tool: str):
    assert tool in (await names(message))[:2]


async def test_at_most_six_are_picked_best_first():
    picked = await names("cancel my appointment")
    assert len(picked) == 6
    assert picked[0] == "cancel_appointment"


@pytest.mark.parametrize(
    ("message", "write", "reads"),
    [
        ("please cancel my appointment", "cancel_appointment", ["my_appointments"]),
        ("can you move my filling to another day", "move_appointment", ["my_appointments", "find_times"]),
        ("can I hold on to my book a bit longer", "renew_loan", ["list_loans"]),
    ],
)
async def test_the_reads_that_a_write_needs_come_right_after_it(message: str, write: str, reads: list[str]):
    picked = await names(message)
    at = picked.index(write)
    for read in reads:
        assert at - 2 <= picked.index(read) <= at + len(reads) + 1
    assert len(picked) == 6


def foreign(name: str, description: str, effect: Any, **described: str) -> Tool:
    """A tool of others: nobody says what it returns."""
    properties = {argument: {"type": "string", "description": told} for argument, told in described.items()}
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return replace(
        CLINIC[0], name=name, description=description, effect=effect, parameters=parameters, examples=(), result=None,
        returns=None, arguments=BaseModel, source="hotel",
    )  # fmt: skip


HOTEL = (
    foreign("get_guest", "Reads a guest's profile: name, cards and stay ids.", "read"),
    foreign("get_stay", "Reads one stay: room, nights, price and card.", "read", stay_id="id of the stay"),
    foreign("list_pools", "Lists the pools and their hours.", "read"),
    foreign("get_weather", "Tells the weather of a day.", "read", day="a day"),
    foreign("change_card", "Pays a stay by another card.", "write", stay_id="id of the stay", card_id="a guest's card"),
)


def test_reads_of_others_are_known_by_what_they_take_and_by_their_words():
    assert [read.name for read in companions(HOTEL[-1], HOTEL)] == ["get_stay", "get_guest"]


def test_a_write_without_arguments_needs_no_reads():
    stop = foreign("stop_everything", "Stops the stay of a guest.", "write")
    assert companions(stop, (*HOTEL, stop)) == ()


async def test_few_tools_are_all_there():
    picked = await Router(CLINIC, embedder()).pick("hello", NEW)
    assert {tool.name for tool in picked} == {tool.name for tool in CLINIC}


async def test_tools_in_use_stay():
    action = ActionState("a", "send_records", {}, {}, "?", "f", NOW, "proposed", 5)
    results = tuple(ToolResult(n, name, {}, True, []) for n, name in enumerate(("search_books", "my_appointments")))
    situation = replace(NEW, actions=(action,), results=results, parked=Parked(6, "find_times", {}))
    assert {"send_records", "my_appointments", "search_books", "find_times"} <= set(await names("ok then", situation))


async def test_a_short_message_is_read_with_the_line_before_it():
    lines = (Line(1, NOW, "customer", "I want to reserve The Salt Road"), Line(2, NOW, "bot", "At which branch?"))
    situation = replace(NEW, lines=lines, answered=1)
    assert "reserve_book" in (await names("riverside", situation))[:3]


@pytest.mark.parametrize(
    ("wish", "answer", "tool"),
    [
        ("I want to reserve The Salt Road", "the one by the river would be the best for me", "reserve_book"),
        ("I would like to renew a loan", "the one about birds that is due on Friday please", "renew_loan"),
    ],
)
async def test_an_answer_to_a_question_of_ours_is_read_with_the_line_before_it(wish: str, answer: str, tool: str):
    lines = (Line(1, NOW, "customer", wish), Line(2, NOW, "bot", "Which one is it?"))
    asked = replace(NEW, lines=lines, answered=1, last_outcome="asked")
    assert (await names(answer, asked))[0] == tool
    assert tool not in await names(answer, replace(asked, last_outcome="answered")), "else it is a matter of its own"


async def test_vectors_of_tools_are_computed_once():
    counting = Counting()
    router = Router(EVERYTHING, counting)
    await router.pick("one two three four five six", NEW)
    first = len(counting.texts)
    await router.pick("another message that is as long", NEW)
    assert len(counting.texts) == first + 1


async def test_an_identifier_counts_as_what_it_is_the_number_of():
    book = Toolbook(embedder(), EVERYTHING)
    assert book.spoken("cancel A1001 now") == "cancel my appointment now"
    assert book.spoken("renew loan L-000123") == "renew loan "
    assert book.spoken("nothing of the kind: 1001") == "nothing of the kind: 1001"
    assert {kind.noun for kind in id_kinds(EVERYTHING)} == {"appointment", "time", "loan", "book"}


def test_a_tool_without_examples_is_known_by_its_name():
    tool = replace(CLINIC[2], name="list_open_invoices", description="", examples=())
    assert "show me my open invoices" in phrases_of(tool)


async def test_of_no_tools_none_is_picked():
    assert await Router((), embedder()).pick("hello", NEW) == ()
