"""Until when an answer helps a customer, by their own words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from desk_talk import Talk

from handrail.desk.deadline import deadline
from handrail.desk.story import tell

BERLIN = ZoneInfo("Europe/Berlin")


def of(*texts: str) -> tuple[str, datetime] | None:
    talk = Talk()
    for text in texts:
        talk.customer(text)
    found = deadline(tell(talk.events), BERLIN)
    return None if found is None else (found.text, found.due)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("I fly tomorrow at 8.", at(16, 8)),
        ("We leave on Friday morning!", at(19, 12)),
        ("I need it by 20 June", at(20, 23, 59)),
        ("It has to be here before Friday.", at(18, 23, 59)),
        ("My trip starts on 24 June and the boots are wet.", at(24, 23, 59)),
        ("I'm getting married on Saturday", at(20, 23, 59)),
        ("We need the tent for tomorrow.", at(16, 23, 59)),
        ("If I don't have my money back by Friday, my solicitor will write to you.", at(19, 23, 59)),
    ],
)
def test_what_they_say_comes_to_a_moment(text, due):
    assert of(text) == (text, due)


@pytest.mark.parametrize(
    "text",
    [
        "Can I return it by Friday?",
        "Will you answer by tomorrow?",
        "You said it would come by Friday.",
        "I'd like to cancel the trip for two, my husband died on Sunday and I can't face it.",
        "I ordered it on 3 June.",
        "I need a bigger size.",
        "We leave it at that.",
    ],
)
def test_what_is_no_deadline_of_theirs_is_left_alone(text):
    assert of(text) is None


def test_the_last_word_on_it_holds():
    told = of("I fly tomorrow at 8.", "Sorry, I mean we fly on Thursday at 9.", "thanks")
    assert told == ("Sorry, I mean we fly on Thursday at 9.", at(18, 9))
