"""Cases and transcripts are read line by line; each bad line is named."""

import json
from pathlib import Path

import pytest

from handrail.conversation.errors import Invalid
from handrail.evals.case import Expected
from handrail.evals.files import read_suite

CASE = {"id": "a", "purpose": "to be read", "steps": [{"say": "hi"}]}
TURNS = [{"role": "customer", "text": "hi"}, {"role": "agent", "text": "hello"}, {"role": "customer", "text": "bye"}]


def tag(escalate: bool | None, by: str = "mira", **more: str) -> dict[str, object]:
    return {"escalate": escalate, "by": by, "at": "2026-05-04", **more}


def write(file: Path, *lines: object) -> Path:
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return file


def test_a_transcript_becomes_the_customers_side(tmp_path):
    tags = [tag(True, reason="legal", outcome="handed_over")]
    file = write(tmp_path / "a.jsonl", {"id": "t", "turns": TURNS, "tags": tags, "customer_id": "C1"})
    (case,) = read_suite(file).cases
    assert [step.say for step in case.steps] == ["hi", "bye"]
    assert case.expected == Expected(escalate=True, reasons=("legal",))
    assert [turn.role for turn in case.recorded] == ["customer", "agent", "customer"]
    assert (case.customer_id, case.now) == ("C1", None)


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ([True], True),
        ([True, False], None),
        ([True, False, False], False),
        ([None, True], True),
        ([None], None),
        ([], None),
    ],
)
def test_most_taggers_decide_and_a_split_decides_nothing(tmp_path, votes, expected):
    tags = [tag(vote, by=f"tagger {n}") for n, vote in enumerate(votes)]
    (case,) = read_suite(write(tmp_path / "a.jsonl", {"id": "t", "turns": TURNS, "tags": tags})).cases
    assert case.expected.escalate is expected


def test_one_outcome_or_fact_may_stand_without_a_list(tmp_path):
    expected = {"outcome": "refused", "says": ["one", ["two", "three"]]}
    (case,) = read_suite(write(tmp_path / "a.jsonl", {**CASE, "expected": expected})).cases
    assert case.expected.outcome == ("refused",)
    assert case.expected.says == (("one",), ("two", "three"))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "not JSON"),
        ("[]", "neither a case"),
        ({"id": "x"}, "neither a case"),
        ({**CASE, "step": 1}, "step: Extra inputs"),
        ({**CASE, "steps": []}, "a case has `steps`"),
        ({**CASE, "steps": [{"say": "a", "code": True}]}, "a step is one of"),
        ({**CASE, "steps": [{}]}, "a step is one of"),
        ({**CASE, "now": "2026-06-15T10:00:00"}, "now: Input should have timezone info"),
        ({**CASE, "expected": {"outcome": "solved"}}, "expected.outcome.0"),
        ({**CASE, "expected": {"reasons": ["anger"]}}, "expected.reasons.0"),
        ({"id": "x", "turns": [{"role": "user", "text": "hi"}]}, "turns.0.role"),
        ({"id": "x", "turns": [{"role": "agent", "text": "hi"}]}, "the customer says nothing in it"),
        ({"id": "x", "turns": TURNS, "tags": [{"escalate": True}]}, "tags.0.by"),
        ({"id": "a", "turns": TURNS}, "there is a case 'a' already"),
    ],
)
def test_a_bad_line_is_named_or_skipped(tmp_path, line, told):
    file = write(tmp_path / "mine.jsonl", CASE, "", line)
    with pytest.raises(Invalid) as refused:
        read_suite(file)
    assert str(refused.value).startswith("mine.jsonl:3: ")
    assert told in str(refused.value)
    suite = read_suite(file, skip_bad=True)
    assert [case.id for case in suite.cases] == ["a"]
    assert len(suite.bad) == 1


def test_every_bad_line_is_named_at_once(tmp_path):
    with pytest.raises(Invalid, match=r"(?s)a\.jsonl:1: .*a\.jsonl:2: .*2 bad lines"):
        read_suite(write(tmp_path / "a.jsonl", "{", "{"))


def test_a_folder_is_all_its_files_in_order(tmp_path):
    write(tmp_path / "b.jsonl", {**CASE, "id": "second"})
    write(tmp_path / "a.jsonl", {**CASE, "id": "first"})
    write(tmp_path / "notes.txt", "no case")
    assert [case.id for case in read_suite(tmp_path).cases] == ["first", "second"]


def test_only_line_feeds_end_a_line(tmp_path):
    text = "one\u2028two\x0bthree"
    record = json.dumps({**CASE, "steps": [{"say": text}]}, ensure_ascii=False)
    (case,) = read_suite(write(tmp_path / "a.jsonl", f"\ufeff{record}\r")).cases
    assert case.steps[0].say == text


def test_nothing_to_read_and_what_is_no_text_are_said(tmp_path):
    with pytest.raises(Invalid, match="there are no cases in"):
        read_suite(tmp_path)
    (tmp_path / "a.jsonl").write_bytes(b"\xff\xfe{")
    with pytest.raises(Invalid, match=r"a\.jsonl can't be read"):
        read_suite(tmp_path)
