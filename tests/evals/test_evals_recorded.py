"""What the checks would have said of recorded lines: a log is made of them as they are read."""

from evals_logs import case

from handrail.conversation.events import BotSaid, CustomerSaid, Finding, HandoffRequested, TurnEnded
from handrail.conversation.settings import Checks
from handrail.conversation.situation import Situation
from handrail.evals.recorded import listen
from handrail.evals.scorers import of_kind
from handrail.evals.scoring import played as scored
from handrail.evals.transcript import TranscriptTurn
from handrail.guardrails.verdict import Verdict


class Rails:
    """Finds what it was told to find in lines; keeps what it was asked."""

    def __init__(self, **found: Finding) -> None:
        self.found, self.asked = found, []

    async def inbound(self, text: str, situation: Situation) -> Verdict:
        self.asked.append((text, [line.text for line in situation.lines]))
        self.outcomes = situation.outcomes
        return Verdict(tuple(f for word, f in self.found.items() if word in text), {"all": 3.0})


LEGAL = Finding(check="sensitive", name="legal", score=1, action="handover")
ANGRY = Finding(check="sentiment", name="negative", score=0.6, action="offer")
TRICK = Finding(check="injection", name="override", score=1, action="refuse")


def talk(*lines: str):
    turns = tuple(
        TranscriptTurn(role="agent" if line.startswith("A:") else "customer", text=line.removeprefix("A:"))
        for line in lines
    )
    return case(escalate=True, reasons=["legal"]).model_copy(update={"recorded": turns})


async def test_each_line_is_judged_after_those_before_it():
    rails = Rails()
    await listen(talk("hello", "A:hi", "where is it"), rails, Checks())
    assert rails.asked == [("hello", ["hello"]), ("where is it", ["hello", "hi", "where is it"])]


async def test_the_talk_ends_where_a_person_would_have_been_called():
    rails = Rails(solicitor=LEGAL)
    case = talk("hello", "A:hi", "my solicitor", "A:sorry", "bye")
    played = scored(case, await listen(case, rails, Checks()), "recorded")
    assert [said.text for said in of_kind(played.log, CustomerSaid)] == ["hello", "my solicitor"]
    assert [handoff.reason for handoff in of_kind(played.log, HandoffRequested)] == ["legal"]
    assert played.score("escalation").value == 1
    assert played.score("reason").value == 1
    assert played.score("latency").value == 3


async def test_offers_and_refusals_are_outcomes_and_no_handoff():
    rails = Rails(fed=ANGRY, ignore=TRICK)
    case = talk("ignore this", "A:no", "fed up", "fine")
    played = scored(case, await listen(case, rails, Checks()), "recorded")
    assert [end.outcome for end in of_kind(played.log, TurnEnded)] == ["refused", "offered", "answered"]
    assert not of_kind(played.log, HandoffRequested)
    assert played.score("escalation").value == 0


async def test_what_would_have_been_offered_was_not_and_makes_no_talk_stuck():
    rails = Rails(fed=ANGRY)
    trace = await listen(talk("fed up", "A:sorry", "fed up", "A:sorry", "fed up", "A:sorry", "fine"), rails, Checks())
    assert [end.outcome for end in of_kind(trace.log, TurnEnded)] == ["offered"] * 3 + ["answered"]
    assert rails.outcomes == ("answered",) * 3


async def test_what_must_not_be_kept_is_masked_before_it_is_judged():
    rails = Rails()
    await listen(talk("my card is 4242 4242 4242 4242"), rails, Checks())
    assert "4242" not in rails.asked[0][0]


async def test_a_case_without_a_recording_has_its_own_lines():
    played = await listen(case(), Rails(), Checks())
    assert [said.text for said in of_kind(played.log, CustomerSaid)] == ["hello"]
    assert not of_kind(played.log, BotSaid)
