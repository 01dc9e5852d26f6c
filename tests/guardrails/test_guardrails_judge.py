"""A judge is asked only where the checks are unsure, and outweighs no hard fact."""

from collections.abc import Sequence

import pytest

from handrail.conversation.settings import Checks
from handrail.guardrails.grounding.measures import stand
from handrail.guardrails.grounding.support import support
from handrail.guardrails.judge import HIGH, LOW, judged
from handrail.guardrails.rails import Rails
from handrail.guardrails.verdict import Evidence, Verdict

RULES = Evidence(passages={"pets": "Dogs are welcome for 20 euros a night. They must be on a leash in the garden."})
UNSURE = "Guests may bring their dog to the garden on a leash."
AT = Checks().grounded_at


class Judging:
    def __init__(self, word: bool | None) -> None:
        self.word, self.asked = word, list[tuple[str, Sequence[str]]]()

    async def supports(self, text: str, sources: Sequence[str], said: Sequence[str]) -> bool | None:
        self.asked.append((text, sources))
        return self.word


def action(verdict: Verdict) -> str:
    return next(f.action for f in verdict.of("grounded"))


async def test_the_example_is_one_that_words_leave_open() -> None:
    assert LOW < support(stand(UNSURE, RULES)) < HIGH


@pytest.mark.parametrize(("word", "asks"), [(True, "note"), (False, "redraft")])
async def test_its_word_decides_where_the_checks_are_unsure(word: bool, asks: str) -> None:
    judge = Judging(word)
    assert action(await Rails(Checks(), judge=judge).outbound(UNSURE, RULES)) == asks
    assert judge.asked == [(UNSURE, tuple(RULES.passages.values()))]


async def test_without_an_answer_the_checks_stand() -> None:
    alone = await Rails(Checks()).outbound(UNSURE, RULES)
    beside = await Rails(Checks(), judge=Judging(None)).outbound(UNSURE, RULES)
    assert beside.findings == alone.findings


@pytest.mark.parametrize(
    "text",
    [
        "Dogs are welcome for 30 euros a night.",
        "Dogs are not welcome.",
        "Dogs are welcome for 20 euros a night.",
        "Thank you!",
    ],
)
async def test_no_judge_is_asked_of_hard_facts_denials_and_what_is_sure(text: str) -> None:
    judge = Judging(True)
    alone = await Rails(Checks()).outbound(text, RULES)
    assert (await Rails(Checks(), judge=judge).outbound(text, RULES)).findings == alone.findings
    assert judge.asked == []


async def test_a_yes_lifts_to_the_threshold_and_a_no_puts_under_it() -> None:
    assert await judged(Judging(True), "a", 0.4, RULES, AT) == AT
    assert await judged(Judging(True), "a", 0.85, RULES, AT) == 0.85
    assert await judged(Judging(False), "a", 0.85, RULES, AT) < AT
    assert await judged(Judging(False), "a", 0.95, RULES, AT) == 0.95
