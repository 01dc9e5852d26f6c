"""A log as people read it."""

from evals_logs import done, ended, handed, heard, log, ran, said

from handrail.conversation.events import Checked, Finding
from handrail.evals.story import story


def test_the_parts_of_a_reply_are_one_line_also_with_checks_between():
    check = Checked(turn_id="t1", direction="outbound", subject=2)
    told = story(log(heard("hi"), said("One."), check, said(" Two.", part=2), said("Three.", reply="r2")))
    assert told == [("customer", "hi"), ("agent", "One. Two."), ("agent", "Three.")]


def test_what_was_done_stands_between():
    finding = Finding(check="sensitive", name="legal", score=1, action="handover")
    note = Finding(check="sentiment", name="score", score=0.5)
    checked = Checked(turn_id="t1", direction="inbound", subject=2, findings=(finding, note))
    told = [text for _, text in story(log(checked, ran("find_orders"), *done("refund"), handed("legal"), ended()))]
    assert told == [
        "inbound check: sensitive/legal 1.00 handover",
        "looked: find_orders {}",
        "proposed: refund {}",
        "done",
        "a person is called: legal, live, general",
        "turn ended: answered",
    ]
