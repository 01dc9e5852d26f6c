"""The built-in engine with tools of others: no examples, forms of their own, and customers who name things freely."""

from functools import cache
from typing import Any

import pytest
from agent_talk import Talk
from agent_theatre import BoxOffice

from handrail.agent.models.offline.engine import OfflineModel
from handrail.knowledge.embed import Cached
from handrail.knowledge.minilm import MiniLM


@cache
def embedder() -> Cached:
    return Cached(MiniLM())


def theatre() -> Talk:
    tools = BoxOffice().tools()
    return Talk(OfflineModel(embedder(), tools), tools, embedder())


def called(talk: Talk) -> list[tuple[str, dict[str, Any]]]:
    return [(call.tool, dict(call.arguments)) for call in talk.calls]


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("which bookings do I have?", "list_bookings", {}),
        ("are there any performances on Friday?", "find_performances", {"day": "2026-06-19"}),
        ("cancel TB-5002", "cancel_booking", {"booking_ref": "TB-5002"}),
        ("tb 5002 has to be cancelled please", "cancel_booking", {"booking_ref": "TB-5002"}),
        (
            'book two seats in the stalls for "The Tempest" on Friday',
            "book_seats",
            {"play": "The Tempest", "day": "2026-06-19", "seats": 2, "tier": "stalls"},
        ),
        (
            'I\'d like half a dozen seats for "Hedda Gabler" in the circle tomorrow, one wheelchair place among them',
            "book_seats",
            {"play": "Hedda Gabler", "day": "2026-06-16", "seats": 6, "tier": "circle", "wheelchair": True},
        ),
        (
            "we want to hire the hall next Tuesday for three hours, in the afternoon",
            "hire_hall",
            {"day": "2026-06-23", "hours": 3, "slot": "13-17"},
        ),
        ("my new email is ann@example.org", "update_email", {"email": "ann@example.org"}),
    ],
)
async def test_a_message_becomes_a_call_with_what_it_tells(text: str, tool: str, arguments: dict[str, Any]):
    talk = theatre()
    await talk.say(text)
    assert called(talk) == [(tool, arguments)]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ('book two seats for "The Tempest" on Friday', "stalls, circle or gallery"),
        ("I'd like to hire the hall on Monday in the morning", "how many hours"),
        ("cancel a booking", "Which booking"),
    ],
)
async def test_what_is_missing_is_asked_for(text: str, asked: str):
    talk = theatre()
    reply = await talk.say(text)
    assert talk.last.kind == "ask"
    assert asked in reply


@pytest.mark.parametrize("text", ["how are you today?", "do you like the rain?", "that was a lovely evening"])
async def test_what_is_no_matter_of_a_tool_calls_none(text: str):
    talk = theatre()
    await talk.say(text)
    assert talk.calls == []


async def test_a_booking_is_found_by_what_it_is_for():
    talk = theatre()
    await talk.say("please cancel my booking for Hedda Gabler")
    assert called(talk)[-1] == ("cancel_booking", {"booking_ref": "TB-5002"})


async def test_the_form_of_an_identifier_that_one_tool_tells_holds_for_all():
    talk = theatre()
    await talk.say("please resend my tickets, the ones of tb5001")
    assert called(talk) == [("resend_tickets", {"booking_ref": "TB-5001"})]


async def test_a_word_of_capitals_is_no_reference():
    talk = theatre()
    await talk.say("PLEASE CANCEL MY BOOKING")
    assert all(call.tool != "cancel_booking" for call in talk.calls)


async def test_two_wishes_are_done_one_after_the_other_each_after_its_own_yes():
    talk = theatre()
    await talk.say("cancel TB-5001 and change my email to ann@example.org")
    assert talk.proposed().tool == "cancel_booking"
    await talk.say("yes")
    assert talk.proposed().tool == "update_email"
    assert dict(talk.proposed().arguments) == {"email": "ann@example.org"}
    await talk.say("yes")
    assert [action.stage for action in talk.situation.actions] == ["succeeded", "succeeded"]
