import pytest
from guardrails_talk import Counting

from handrail.conversation.situation import Mood
from handrail.guardrails.lexicon import tone
from handrail.guardrails.probes import Probes
from handrail.guardrails.sentiment import FURIOUS, UPSET, Felt, course, feel, trend


async def _feel(text: str, probes: Probes, embedder: Counting) -> Felt:
    return feel(text, probes.read((await embedder.embed([text]))[0]))


ANGRY = [
    "I have waited five weeks and your people keep lying to me",
    "this is rediculous, absolutly unaceptable!!!",
    "Oh great, cancelled again. Thanks for nothing.",
    "wonderful, third broken tent in a row, really well done",
    "WHY DOES NOBODY ANSWER MY EMAILS",
    "you are useless and I am done with you",
]
CALM = [
    "Where is my order W10021?",
    "I lost my dog's collar on the trail, do you sell new ones?",
    "Cancel my booking for Saturday please",
    "My tent pole is broken, can it be repaired?",
    "What's the weather like on the ridge in June?",
    "I'm dying to go hiking again",
    "How many times can I use the day pass?",
]
GLAD = [
    "Thank you so much, that was quick!",
    "I love the new boots, best I ever had",
    "perfect, you've been very helpful",
]


@pytest.mark.parametrize("text", ANGRY)
async def test_anger_at_us_is_frustration(text: str, probes: Probes, embedder: Counting) -> None:
    felt = await _feel(text, probes, embedder)
    assert felt.frustration >= UPSET
    assert felt.sentiment < -0.3


@pytest.mark.parametrize("text", CALM)
async def test_a_topic_is_not_anger(text: str, probes: Probes, embedder: Counting) -> None:
    assert (await _feel(text, probes, embedder)).frustration < UPSET


@pytest.mark.parametrize("text", GLAD)
async def test_thanks_are_glad(text: str, probes: Probes, embedder: Counting) -> None:
    felt = await _feel(text, probes, embedder)
    assert felt.sentiment > 0.4
    assert felt.frustration < 0.3


def test_words_alone_tell_the_mood_too() -> None:
    assert (
        feel("this is terrible and useless").sentiment
        < feel("it is fine").sentiment
        < feel("this is wonderful").sentiment
    )


def test_negation_and_slips() -> None:
    assert tone("not good").valence < 0 < tone("good").valence
    assert tone("no delay at all").valence >= 0 > tone("a delay").valence
    assert tone("dissapointed").valence < 0
    assert tone("is the tent heated?").valence == 0


def moods(*frustrations: float) -> list[Mood]:
    return [Mood(n, -f, f) for n, f in enumerate(frustrations)]


def test_upset_lines_count_up_and_one_calm_line_between_does_not_end_it() -> None:
    angry = Felt(-0.8, 0.7)
    assert trend(angry, moods()).upset == 1
    assert trend(angry, moods(0.6, 0.8)).upset == 3
    assert trend(angry, moods(0.6, 0.8, 0.1)).upset == 3
    assert trend(angry, moods(0.8, 0.1, 0.1)).upset == 1


def test_a_mood_rises_and_recovers() -> None:
    assert trend(Felt(-0.9, 0.9), moods(0.2, 0.4)).rising > 0.5
    assert trend(Felt(0.6, 0.05), moods(0.2, 0.9)).recovering
    assert not trend(Felt(0.6, 0.05), moods(0.1, 0.1)).recovering
    assert FURIOUS > UPSET


def test_a_conversation_that_turns_sour_sinks_and_has_its_peak_at_the_worst_line() -> None:
    sour = course(moods(0.0, 0.1, 0.6, 0.9))
    assert sour.level < -0.5
    assert sour.trend < -0.5
    assert (sour.peak, sour.recovered) == (3, False)


def test_an_upset_that_is_over_is_told_as_such() -> None:
    calmed = course(moods(0.2, 0.9, 0.1, 0.0))
    assert (calmed.peak, calmed.recovered) == (1, True)
    assert calmed.level > course(moods(0.2, 0.9)).level
    assert not course(moods(0.9, 0.1, 0.6)).recovered


def test_a_calm_conversation_has_no_peak() -> None:
    assert course(moods(0.1, 0.2)).peak is None
    assert course(()).level == 0
