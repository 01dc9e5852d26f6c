import pytest

from handrail.guardrails.asks import asks_for_person

ASKED = """representative!!|agent|human please|get me a person|I want to talk to someone real
can I speak with a manager|is there anybody there?|stop giving me bot answers, real human
operator|transfer me|speak to customer service|let me talk to a supervisor|REPRESENTATIVE
reprezentative|representitive plz|huamn|agnet please|I want to speak to somebody
can someone call me?|have someone contact me|please escalate this|I don't want to talk to a bot
agent agent agent|I'd like to speak to someone in the repair workshop|put me through to support
i said agent!!!|who can i talk to|this is useless, let me speak to a person
Can I get a callback?|no bots. human.|yes please, connect me
Could someone from your team phone me|can i talk with some1|I'd rather speak with a person"""

NOT_ASKED = """is there a person on the tour?|Is there a guide on the tour?|How many people per guide?
price per person|can one person carry the tent?|I need a 2 person tent
The agent I spoke to yesterday said I'd get a refund
I talked to a representative last week and nothing happened|your agent was rude
I don't want to talk to a person|no need to transfer me to an agent
Will a real person lead the tour?|do I need a travel agent
Is there a person who speaks Spanish on the trip?|can you transfer my booking to a friend
robot vacuum|can I transfer the booking to another person?|Do you have a store manager job open?
cleaning agent for tents|can someone else pick up my order?
I need someone to sign for the parcel?|Can I speak to the guide before the trip?
who is the tour operator?|transfer|I need to change the name of the person
what happens if someone cancels"""


@pytest.mark.parametrize("text", ASKED.replace("\n", "|").split("|"))
def test_a_wish_for_a_person_is_heard(text: str) -> None:
    score, span = asks_for_person(text)
    assert score >= 0.9
    assert span is not None and text[span[0] : span[1]].strip()


@pytest.mark.parametrize("text", NOT_ASKED.replace("\n", "|").split("|"))
def test_other_people_are_not_asked_for(text: str) -> None:
    assert asks_for_person(text)[0] < 0.4


@pytest.mark.parametrize(
    "text", ["how can I contact customer service?", "are you a bot?", "am I talking to a real person"]
)
def test_a_question_about_people_is_worth_an_offer_only(text: str) -> None:
    assert 0.4 <= asks_for_person(text)[0] < 0.9


def test_the_span_survives_slips() -> None:
    text = "Hello! I want a reprezentative now."
    _, span = asks_for_person(text)
    assert span is not None and "reprezentative" in text[span[0] : span[1]]
