from guardrails_talk import talk

from handrail.guardrails.abuse import abuse
from handrail.guardrails.stuck import standstill

ASK = "Why was I charged twice for my order?"
ANSWER = "Orders are charged when they are dispatched from our warehouse."


def test_saying_it_again_counts_once_it_was_answered() -> None:
    once = standstill(ASK, talk(f"c: {ASK}"))
    assert (once.repeats, once.score) == (0, 0)
    again = standstill(
        "why was i charged two times, twice, for my order??",
        talk(f"c: {ASK}", f"b: {ANSWER}", "c: why was i charged two times, twice, for my order??"),
    )
    assert again.repeats == 1
    third = standstill(ASK, talk(f"c: {ASK}", f"b: {ANSWER}", f"c: {ASK}", f"b: {ANSWER}", f"c: {ASK}"))
    assert (third.repeats, third.loops) == (2, 1)
    assert third.score > again.score > 0


def test_short_answers_and_other_numbers_are_no_repetition() -> None:
    assert standstill("yes", talk("c: yes", "b: And this one?", "c: yes")).repeats == 0
    other = "what about order W10022 then please"
    assert (
        standstill(other, talk("c: what about order W10021 then please", "b: It is on its way.", f"c: {other}")).repeats
        == 0
    )


def test_complaints_about_not_being_understood_are_heard() -> None:
    for text in ("I already told you my order number", "that's not what I asked", "you keep saying the same thing"):
        assert standstill(text, None).complaint is not None
    assert standstill("can you repeat my last order", None).complaint is None


def test_complaints_in_a_row_count_up() -> None:
    first, second = "that's not what I asked", "I already told you my order number"
    assert standstill(first, talk("c: where is it", "b: Here.", f"c: {first}")).complaints == 1
    assert standstill(second, talk(f"c: {first}", "b: Which order?", f"c: {second}")).complaints == 2
    assert (
        standstill(
            second, talk(f"c: {first}", "b: Sorry!", "c: no problem", "b: Which order?", f"c: {second}")
        ).complaints
        == 1
    )


def test_only_turns_that_move_nothing_count_as_idle() -> None:
    assert standstill("ok", talk("c: ok", outcomes=("answered", "offered", "asked", "refused"))).idle == 2
    assert standstill("ok", talk("c: ok", outcomes=("offered", "refused", "answered"))).idle == 0


def test_insults_are_told_from_anger_about_the_matter() -> None:
    assert abuse("you are a stupid idiot")[0] >= 0.5
    assert abuse("fuck you")[0] >= 0.5
    for text in (
        "this is fucking ridiculous",
        "that was a stupid mistake of mine",
        "the dumb zip broke",
        "what an idiot I am",
    ):
        assert abuse(text)[0] == 0
