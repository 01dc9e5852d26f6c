"""The figures of a part of the conversations."""

from evals_logs import case, ended, handed, log, said

from handrail.evals.scoring import played
from handrail.evals.slices import slices
from handrail.evals.tags import Tag
from handrail.evals.trace import Played, Trace


def one(id_: str, should: bool, *, called: bool, labels=None, tags=(), cites=()) -> Played:
    made = case(id_, escalate=should).model_copy(update={"labels": labels or {}, "tags": tuple(tags)})
    events = log(said("so it is", *cites), handed() if called else ended())
    return played(made, Trace(tuple(events)), "replay")


def tag(by: str, escalate: bool | None) -> Tag:
    return Tag(escalate=escalate, by=by, at="2026-05-04")


def found(parts, by: str, value: str):
    return next(part for part in parts if (part.by, part.value) == (by, value))


def test_labels_cut_the_figures():
    told = slices([
        one("a", True, called=True, labels={"channel": "email"}),
        one("b", True, called=False, labels={"channel": "email", "intent": "refund"}),
        one("c", False, called=False, labels={"channel": "chat"}),
    ])  # fmt: skip
    assert [(part.by, part.value) for part in told] == [("channel", "chat"), ("channel", "email"), ("intent", "refund")]
    email = found(told, "channel", "email")
    assert (email.right.value, email.right.n, email.escalation.recall.value) == (0.5, 2, 0.5)
    assert found(told, "channel", "chat").escalation.recall.value is None


def test_policies_count_by_the_version_that_was_cited():
    told = slices(
        [one("a", False, called=False, cites=["returns@1"]), one("b", False, called=True, cites=["returns@2"])]
    )
    assert found(told, "policy", "returns@1").right.value == 1
    assert found(told, "policy", "returns@2").right.value == 0


def test_a_tagger_is_a_slice_by_their_own_word():
    tags = [tag("kim", True), tag("sol", False), tag("mira", None)]
    told = slices([one("a", True, called=True, tags=tags), one("b", True, called=True, tags=[tag("kim", True)])])
    assert found(told, "tagger", "kim").escalation.precision.value == 1
    assert found(told, "tagger", "sol").escalation.precision.value == 0
    assert not any(part.value == "mira" for part in told)


def test_a_single_tagger_is_no_slice():
    assert not slices([one("a", True, called=True, tags=[tag("kim", True)])])
