"""What of a conversation becomes a case, by its log."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from handrail.conversation import events as e
from handrail.conversation.events import Data, Event
from handrail.evals.case import Case
from handrail.evals.freezing import library
from handrail.evals.freezing.freeze import freeze
from handrail.evals.trace import Trace, row_of, trace_of

START = datetime(2026, 6, 15, 10, tzinfo=UTC)


def log(*data: Data, every: float = 5) -> list[Event]:
    who = {"customer_said": "customer", "bot_said": "bot"}
    return [
        Event("c_1", seq, START + timedelta(seconds=every * seq), who.get(one.kind, "system"), one)
        for seq, one in enumerate(data, 1)
    ]


def frozen(events: Sequence[Event]) -> Case | None:
    wrapped = next(event.seq for event in reversed(events) if isinstance(event.data, e.WrappedUp))
    return freeze(events, wrapped, lambda text: text.encode().hex(), ("GB",))


def said(text: str) -> Data:
    return e.CustomerSaid(text=text)


def ended(upto: int, outcome: str) -> Data:
    return e.TurnEnded(turn_id="t", reply_id=None, upto=upto, outcome=outcome, engine="offline")


CLAIMED = e.HandoffClaimed(by="u_ana", name="Ana")
ASKED = e.HandoffRequested(handoff_id="h", reason="asked_for_person")


def wrapped(*tags: str, disposition: str = "resolved", **fields: str) -> Data:
    return e.WrappedUp(by="u_ana", disposition=disposition, tags=tags, **fields)


def lines(case: Case | None) -> list[str | None]:
    assert case is not None
    return [step.say for step in case.steps if step.say]


def test_what_the_customer_said_to_a_person_is_not_played() -> None:
    case = frozen(
        log(e.Opened(), said("Where is it?"), ended(2, "answered"), said("A human!"), ASKED, ended(4, "handed_over"),
            said("Are you there?"), CLAIMED, said("Thanks, Ana"), wrapped("customer_wanted_person"))
    )  # fmt: skip
    assert lines(case) == ["Where is it?", "A human!"]


def checked(subject: int, check: str) -> Data:
    return e.Checked(
        turn_id="t", direction="inbound", subject=subject, findings=(e.Finding(check=check, name="x", score=1),)
    )


def test_a_wrong_answer_is_what_an_outdated_policy_is_about_and_a_call_for_a_person_asks_nothing() -> None:
    events = log(
        e.Opened(), said("What is delivery?"), ended(2, "answered"), said("Wrong! A human!"),
        checked(4, "asks_for_person"), ASKED, ended(4, "handed_over"), CLAIMED,
    )  # fmt: skip
    for tag in ("policy_outdated", "policy_missing"):
        tagged = [*events, Event("c_1", 9, START, "system", wrapped(tag))]
        assert lines(frozen(tagged)) == ["What is delivery?"]


def test_an_earlier_contact_is_left_out() -> None:
    case = frozen(
        log(e.Opened(), said("Old matter"), e.Closed(reason="idle"), said("New matter"), CLAIMED, wrapped("confused"))
    )
    assert lines(case) == ["New matter"]
    assert case is not None
    assert case.expected.escalate is None


@pytest.mark.parametrize(
    ("tags", "escalate"),
    [
        (("policy_missing",), False), (("should_not_have_escalated",), False), (("needed_judgement",), True),
        (("tool_failed",), True), (("other",), None), (("policy_missing", "customer_wanted_person"), None),
    ],
)  # fmt: skip
def test_a_tag_says_whether_a_person_was_needed(tags: tuple[str, ...], escalate: bool | None) -> None:
    case = frozen(log(e.Opened(), said("Hm?"), ASKED, ended(2, "handed_over"), CLAIMED, wrapped(*tags)))
    assert case is not None
    assert case.expected.escalate is escalate
    assert (case.tags[0].by, case.tags[0].at) == ("u_ana", START + timedelta(seconds=30))


def test_of_the_right_answer_the_figures_must_be_told() -> None:
    answer = "Yes, for £15.50 within 3 weeks, code ROPE7."
    case = frozen(
        log(e.Opened(), said("Do you mend ropes?"), ended(2, "offered"), CLAIMED,
            wrapped("policy_missing", right_answer=answer))
    )  # fmt: skip
    assert case is not None
    assert case.expected.says == (("£15.50",), ("3",), ("ROPE7",))


def test_time_that_passed_passes_again_and_a_code_is_typed() -> None:
    case = frozen(log(e.Opened(), said("I am x@example.org"), said("[code]"), CLAIMED, wrapped("confused"), every=100))
    assert case is not None
    assert [(bool(s.say), s.code, s.wait) for s in case.steps] == [
        (True, False, 0), (False, False, 100), (False, True, 0),
    ]  # fmt: skip


def test_what_people_looked_up_is_not_part_of_the_recording() -> None:
    mine = e.ToolRan(turn_id="t", call_id="1", tool="order", arguments={"id": "W10021"}, ok=True, result={"a": 1})
    theirs = e.ToolRan(turn_id="", call_id="2", tool="order", ok=True)
    case = frozen(log(e.Opened(), said("W10021?"), mine, theirs, CLAIMED, wrapped("confused")))
    assert case is not None
    assert case.frozen is not None
    (call,) = case.frozen.calls
    assert call.arguments["id"] in (lines(case)[0] or "")


def test_where_nothing_can_be_read_there_is_no_case() -> None:
    assert frozen(log(e.Opened(), said(""), CLAIMED, wrapped("confused"))) is None
    assert frozen(log(e.Opened(), CLAIMED, said("Hello, Ana"), wrapped("confused"))) is None


def test_a_case_and_a_trace_are_read_back_as_they_were_written() -> None:
    case = frozen(log(e.Opened(), said("Hm?"), CLAIMED, wrapped("confused")))
    assert case is not None
    assert Case.model_validate_json(case.model_dump_json(exclude_defaults=True)) == case
    trace = Trace(tuple(log(said("Hm?"))), unrecorded=("order {}",))
    assert trace_of("c_1", row_of(trace)) == trace


def test_a_copy_of_policies_is_known_by_its_content(tmp_path) -> None:
    policies, kept = tmp_path / "policies", tmp_path / "kept"
    policies.mkdir()
    kept.mkdir()
    (policies / "a.md").write_text("one")
    name = library.keep(policies, kept)
    assert library.keep(policies, kept) == name
    assert library.digest_of(library.folder_of(kept, name)) == name
    (policies / "a.md").write_text("two")
    assert library.keep(policies, kept) != name
    (kept / name / "a.md").write_text("tampered")
    with pytest.raises(Exception, match="were changed"):
        library.folder_of(kept, name)
