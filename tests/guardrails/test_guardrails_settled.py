"""Customers who say that it is settled, and those who only seem to."""

import pytest

from handrail.guardrails.settled import says_settled


@pytest.mark.parametrize(
    "text",
    [
        "No, that's all, thank you!",
        "that is everything. Bye",
        "Great, that answers my question.",
        "Nothing else, thanks",
        "I'm all set now, cheers",
        "ok problem solved",
        "It works now. Thank you so much",
        "Perfect, everything's sorted",
        "That's exactly what I needed to know",
        "no more questions from me",
    ],
)
def test_it_is_heard_that_all_is_done(text):
    start, end = says_settled(text)
    assert text[start:end].strip()


@pytest.mark.parametrize(
    "text",
    [
        "Thanks",
        "Great, thank you!",
        "Is that all?",
        "That's not all, there is another problem",
        "Is my problem solved now?",
        "I want this fixed now",
        "Once it is sorted, tell me",
        "That's all you have to say?",
        "nothing works",
        "It is still not resolved",
        "please get it fixed",
        "Ok that's all good but where is my refund?",
        "That answers my question. And where is my order?",
        "",
    ],
)
def test_thanks_questions_and_denials_are_no_end(text):
    assert says_settled(text) is None
