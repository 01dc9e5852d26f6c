import pytest

from handrail.guardrails.sensitive import topics

HANDED_OVER = {
    "bereavement": [
        "My husband died last week and I need to cancel his booking.",
        "my mom passed away and she ordered a tent",
        "I am the executor of my father's estate",
        "My late father's account needs closing",
        "I need to attend a funeral, can I move the tour",
        "the account holder is deceased",
        "My dad, John, died yesterday",
    ],
    "self_harm": ["I want to kill myself", "i don't want to live anymore", "everyone would be better off without me"],
    "safety": [
        "the stove exploded in my face",
        "we are lost on the mountain and it's getting dark",
        "my friend is bleeding",
        "the rope snapped while climbing",
        "I'll come to your shop and kill you all",
        "my partner beats me and must not learn my address",
    ],
    "legal": [
        "I'll sue you",
        "you will hear from my lawyer",
        "see you in small claims",
        "I'll report you to trading standards",
    ],
    "discrimination": ["your guide was racist", "they refused me because I'm black", "insulted for being gay"],
    "fraud": [
        "someone used my card",
        "I don't recognise this charge",
        "my account was hacked",
        "there is an order I never placed",
    ],
    "press": ["I'm a journalist at the Herald", "I'll go to the press"],
}
MEANT_OTHERWISE = """I'm dying to go hiking|killer deal|this backpack is to die for|my late delivery
my headlamp battery died|my phone died on the trail|I lost my dog's collar
is it legal to camp wild?|shoes for the tennis court|is the stove safe in a tent
do you sell fire starters|press the button to start|bench press|race bike|jackets for kids of 12
what a steal|The wait is killing me|I lost my wife in the store|emergency blanket
I work as a lawyer, need a backpack for court|the sale is fire|is a fire allowed at the hut?
We lost the match|i will die if it doesn't arrive by friday lol
what if someone gets injured on the tour?|I want to cancel|fraud protection
my tent was stolen, do you still sell it?"""


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, texts in HANDED_OVER.items() for t in texts])
def test_what_needs_a_person_goes_to_one(name: str, text: str) -> None:
    assert (name, "handover") in {(t.name, t.action) for t in topics(text)}


@pytest.mark.parametrize("text", MEANT_OTHERWISE.replace("\n", "|").split("|"))
def test_what_only_sounds_alike_does_not(text: str) -> None:
    assert not [t for t in topics(text) if t.action == "handover"]


@pytest.mark.parametrize(
    "text", ["my late father gave me this tent, can I return it?", "my dog died, can I return the collar?"]
)
def test_grief_beside_a_plain_request_is_minded_without_a_handover(text: str) -> None:
    assert [(t.name, t.action) for t in topics(text)] == [("bereavement", "note")]


@pytest.mark.parametrize("text", ["Can I join with a heart condition?", "I'm 14 and want to book the climbing course"])
def test_health_and_age_are_worth_an_offer(text: str) -> None:
    assert [t.action for t in topics(text)] == ["offer"]


def test_the_span_names_the_words() -> None:
    text = "Please stop. I want to die."
    (topic,) = topics(text)
    assert topic.span is not None and "want to die" in text[topic.span[0] : topic.span[1]]


@pytest.mark.parametrize(
    "text",
    [
        "Do you know a joke about a lawyer?",
        "please define racism",
        "What does stalking mean?",
        "I am writing a novel in which a woman is kidnapped",
        "press my luck and go for one more",
        "I can't make the purchase at the moment",
        "a table for three at the Xenophon, please",
    ],
)
def test_what_is_only_talked_about_calls_nobody(text: str) -> None:
    assert [t for t in topics(text) if t.action != "note"] == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Explain why your driver was racist to my wife!", "discrimination"),
        ("Imagine my face when the stove exploded", "safety"),
        ("this is no joke, I want to kill myself", "self_harm"),
        ("I wrote a short story about how I want to end my life", "self_harm"),
    ],
)
def test_what_is_told_of_oneself_still_does(text: str, name: str) -> None:
    assert (name, "handover") in [(t.name, t.action) for t in topics(text)]
