"""Conversations of other makers: read as they are, the bad ones named, and written for others."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from evals_runs import kept
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from handrail.channels.cli.main import app
from handrail.conversation.errors import Invalid
from handrail.evals.case import case_of
from handrail.evals.files import read_suite
from handrail.evals.formats import Options, exported, imported
from handrail.evals.formats.reading import MAKERS
from handrail.evals.suite import report_of

NOW = datetime(2026, 6, 15, tzinfo=UTC)
OPENAI = {
    "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Where is my parcel?"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
        {"role": "tool", "content": "in transit"},
        {"role": "assistant", "content": [{"type": "text", "text": "It is on its way."}]},
    ],
    "metadata": {"id": "chat-7", "channel": "email", "handoff": "yes"},
}
STAR = {
    "id": 7, "happy_path": False, "multitask": True, "domains": ["bank", "hotel"],
    "user_annoyed": True, "task_done": True,
    "turns": [{"role": "customer", "text": "A room, please"}, {"role": "agent", "text": "Which day?"}],
}  # fmt: skip
STAR_AS_PUBLISHED = {
    "DialogueID": 8,
    "Scenario": {"Happy": True, "MultiTask": False, "Domains": ["hotel"]},
    "UserQuestionnaire": {"UserAnnoyed": False},
    "Events": [
        {"Agent": "User", "Action": "utter", "Text": "A room, please"},
        {"Agent": "Wizard", "Action": "query", "Text": "hotel?"},
        {"Agent": "Wizard", "Action": "utter", "Text": "Which day?"},
    ],
}
ABCD = {
    "convo_id": 9,
    "scenario": {"flow": "order", "subflow": "late"},
    "original": [["agent", "Hello"], ["customer", "It is late"], ["action", "Order was looked up."]],
}
CHATWOOT = {
    "id": 31, "labels": ["Needs-Person", "refund"], "status": "resolved", "meta": {"channel": "Channel::WebWidget"},
    "created_at": 1780000000,
    "messages": [
        {"id": 2, "message_type": 1, "content": "What is it about?", "created_at": 1780000060, "private": False},
        {"id": 1, "message_type": 0, "content": "Hello?", "created_at": 1780000000},
        {"id": 3, "message_type": 1, "content": "He sounds cross", "created_at": 1780000090, "private": True},
        {"id": 4, "message_type": 2, "content": "Ana was assigned", "created_at": 1780000095},
        {"id": 5, "message_type": 0, "content": "My refund", "created_at": 1780000120},
    ],
}  # fmt: skip
ZENDESK = {
    "id": 41, "subject": "Broken pole", "requester_id": 5, "tags": ["escalated"], "via": {"channel": "email"},
    "created_at": "2026-05-04T09:00:00Z", "description": "It broke",
    "comments": [
        {"author_id": 9, "body": "Which one?", "public": True, "created_at": "2026-05-04T10:00:00Z"},
        {"author_id": 5, "plain_body": "It broke", "body": "<p>It broke</p>", "created_at": "2026-05-04T09:00:00Z"},
        {"author_id": 9, "body": "old customer, be nice", "public": False, "created_at": "2026-05-04T10:01:00Z"},
    ],
}  # fmt: skip
TAU2 = {
    "id": "3",
    "description": {"purpose": "Only what policy allows."},
    "user_scenario": {
        "instructions": {"domain": "retail", "reason_for_call": "You want to return it.", "known_info": ""}
    },
    "evaluation_criteria": {
        "actions": [{"name": "return_items", "arguments": {"order_id": "W1"}}, {"name": "x", "requestor": "user"}],
        "communicate_info": ["12.50"],
    },
}
HEARD = {
    "openai": (OPENAI, "chat-7", [("customer", "Where is my parcel?"), ("agent", "It is on its way.")]),
    "star": (STAR, "7", [("customer", "A room, please"), ("agent", "Which day?")]),
    "abcd": (ABCD, "9", [("agent", "Hello"), ("customer", "It is late")]),
    "chatwoot": (CHATWOOT, "31", [("customer", "Hello?"), ("agent", "What is it about?"), ("customer", "My refund")]),
    "zendesk": (ZENDESK, "41", [("customer", "It broke"), ("agent", "Which one?")]),
}


def read(folder: Path, kind: str, *rows: object, escalate: str | None = None, skip_bad: bool = False):
    file = folder / "given.jsonl"
    file.write_text("".join(f"{json.dumps(row) if not isinstance(row, str) else row}\n" for row in rows))
    return imported(file, kind, Options(escalate=escalate, now=NOW), skip_bad=skip_bad)


@pytest.mark.parametrize("kind", HEARD)
def test_what_customers_and_agents_said_and_no_more(tmp_path, kind):
    record, id_, said = HEARD[kind]
    (talk,) = read(tmp_path, kind, record).made
    assert talk.id == id_
    assert [(turn.role, turn.text) for turn in talk.turns] == said
    assert case_of(talk).steps


def test_star_as_it_was_published(tmp_path):
    (talk,) = read(tmp_path, "star", STAR_AS_PUBLISHED).made
    assert [turn.text for turn in talk.turns] == ["A room, please", "Which day?"]
    assert [tag.escalate for tag in talk.tags] == [False]


@pytest.mark.parametrize(
    ("kind", "record", "escalate", "tags", "labels"),
    [
        ("openai", OPENAI, "handoff", [(True, "field handoff")], {"channel": "email"}),
        ("star", STAR, None, [(True, "user_annoyed (stands in)")], {"domain": "bank+hotel"}),
        ("star", STAR, "task_done", [(False, "task_done (stands in)")], {"happy_path": "False", "multitask": "True"}),
        ("chatwoot", CHATWOOT, "needs-person", [(True, "label needs-person")], {"channel": "Channel::WebWidget"}),
        ("chatwoot", CHATWOOT, "vip", [(False, "label vip")], {"status": "resolved"}),
        ("chatwoot", CHATWOOT, None, [], {}),
        ("zendesk", ZENDESK, "escalated", [(True, "label escalated")], {"channel": "email"}),
    ],
)
def test_the_tag_says_what_it_stands_on(tmp_path, kind, record, escalate, tags, labels):
    (talk,) = read(tmp_path, kind, record, escalate=escalate).made
    assert [(tag.escalate, tag.by) for tag in talk.tags] == tags
    assert labels.items() <= talk.labels.items()


def test_a_task_of_tau2_is_a_case(tmp_path):
    (case,) = read(tmp_path, "tau2", TAU2).made
    assert case.customer.goal == "You want to return it."
    assert set(case.customer.facts) <= {"what you know", "what you don't know", "how you go on"}
    assert [(call.tool, call.arguments) for call in case.expected.calls] == [("return_items", {"order_id": "W1"})]
    assert case.expected.says == (("12.50",),)
    assert case.purpose.startswith("Only what policy allows.")


def test_a_list_an_object_with_a_list_and_a_packed_file_are_read_alike(tmp_path):
    shapes = {"list.json": [CHATWOOT], "held.json": {"data": [CHATWOOT]}, "one.json": CHATWOOT}
    for name, shape in shapes.items():
        (tmp_path / name).write_text(json.dumps(shape))
        assert len(imported(tmp_path / name, "chatwoot", Options()).made) == 1
    (tmp_path / "packed.jsonl.gz").write_bytes(gzip.compress(json.dumps(CHATWOOT).encode()))
    assert len(imported(tmp_path / "packed.jsonl.gz", "chatwoot", Options()).made) == 1


def test_bad_records_are_named_and_stop_or_are_skipped(tmp_path):
    rows = [STAR, "{broken", [1], {**STAR, "id": None}, {"id": 1, "turns": []}, STAR, {**STAR, "id": 2}]
    with pytest.raises(Invalid) as told:
        read(tmp_path, "star", *rows)
    said = str(told.value)
    for part in (
        "given.jsonl:2: not JSON", "given.jsonl:3: it is no object", "given.jsonl:4: it has no id",
        "given.jsonl:5: the customer says nothing in it", "given.jsonl:6: there is a conversation '7' already",
        "5 bad records; --skip-bad takes the 2 others",
    ):  # fmt: skip
        assert part in said
    told = read(tmp_path, "star", *rows, skip_bad=True)
    assert [talk.id for talk in told.made] == ["7", "2"]
    assert len(told.bad) == 5


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda t: (
            st.lists(t)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "id",
                        "messages",
                        "turns",
                        "role",
                        "content",
                        "comments",
                        "original",
                        "Events",
                        "labels",
                        "meta",
                        "evaluation_criteria",
                        "actions",
                        "user_scenario",
                        "instructions",
                        "via",
                        "created_at",
                        "scenario",
                    ]
                ),
                t,
            )
        ),
    )
)
def test_records_of_any_shape_are_named_and_never_break_the_import(tmp_path_factory, record):
    folder = tmp_path_factory.mktemp("any")
    for kind in MAKERS:
        try:
            assert read(folder, kind, record, skip_bad=True).made
        except Invalid as error:
            assert "no conversation" in str(error)


MESSAGES = """Conversation,Sender,Body,Needs human,Channel
c1,Visitor,"Hello, is anybody there?",,chat
c1,Ana,Yes,,chat
c2,visitor,"I want ""my"" money
back",yes,email
c1,Visitor,Thanks,no,chat
"""
MAP = {"id": "Conversation", "role": "sender", "text": "Body", "escalate": "Needs human", "channel": "Channel"}


def table(folder: Path, text: str, **options):
    (folder / "given.csv").write_text(text)
    return imported(folder / "given.csv", "csv", Options(now=NOW, **options))


def test_a_table_of_messages_by_a_mapping_of_columns(tmp_path):
    first, second = table(tmp_path, MESSAGES, columns=MAP).made
    assert [(turn.role, turn.text) for turn in first.turns] == [
        ("customer", "Hello, is anybody there?"), ("agent", "Yes"), ("customer", "Thanks"),
    ]  # fmt: skip
    assert [tag.escalate for tag in first.tags] == [False]
    assert second.turns[0].text == 'I want "my" money\nback'
    assert [tag.escalate for tag in second.tags] == [True]
    assert (first.labels, second.labels) == ({"channel": "chat"}, {"channel": "email"})


WHOLE = """id;text;escalate;by;reason;line
c1;"Customer: Hello
it is me
Agent: Yes? At 10:30: fine
Customer: Thanks";yes;kim;asked for person;2
c1;"";no;sol;;
"""


def test_a_table_of_whole_chats_and_several_taggers(tmp_path):
    (talk,) = table(tmp_path, WHOLE).made
    assert [(turn.role, turn.text) for turn in talk.turns] == [
        ("customer", "Hello\nit is me"), ("agent", "Yes? At 10:30: fine"), ("customer", "Thanks"),
    ]  # fmt: skip
    assert [(t.by, t.escalate, t.reason, t.line) for t in talk.tags] == [
        ("kim", True, "asked_for_person", 2), ("sol", False, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "columns", "told"),
    [
        (MESSAGES, {"id": "Chat"}, "there is no column 'Chat'; there are Conversation, Sender"),
        (MESSAGES, {}, "no column is mapped to id and text"),
        (MESSAGES.replace("yes", "perhaps"), MAP, "given.csv:5: 'perhaps' is neither yes nor no"),
        (WHOLE.replace("asked for person", "bored"), {}, "'bored' is no reason; there are action_failed"),
    ],
)
def test_what_a_table_lacks_is_said(tmp_path, text, columns, told):
    with pytest.raises(Invalid, match=told):
        table(tmp_path, text, columns=columns)


def test_the_command_writes_what_can_be_run(tmp_path):
    (tmp_path / "given.csv").write_text(MESSAGES)
    columns = ",".join(f"{ours}={theirs}" for ours, theirs in MAP.items())
    arguments = ["evals", "import", str(tmp_path / "given.csv"), str(tmp_path / "chats.jsonl"), "--format", "csv"]
    done = CliRunner().invoke(app, [*arguments, "--map", columns])
    assert done.exit_code == 0, done.output
    assert "2 conversations, 2 of them tagged" in done.stdout
    cases = read_suite(tmp_path / "chats.jsonl").cases
    assert [(case.id, case.expected.escalate) for case in cases] == [("c1", False), ("c2", True)]
    wrong = CliRunner().invoke(app, [*arguments[:-1], "doc"])
    assert wrong.exit_code == 1
    assert "'doc' is no format" in wrong.stderr


RUN = report_of(kept("a", {"=SUM(A1)": (True, [True, False])}, text="I see."))


def test_a_run_is_written_as_transcripts_that_can_be_run_again(tmp_path):
    (tmp_path / "again.jsonl").write_text(exported(RUN.played, "handrail"))
    cases = read_suite(tmp_path / "again.jsonl").cases
    assert [case.id for case in cases] == ["=SUM(A1)", "=SUM(A1)-2"]
    assert [(turn.role, turn.text) for turn in cases[0].recorded] == [("customer", "hello"), ("agent", "I see.")]


def test_a_run_is_written_as_chats_of_openai_and_read_back(tmp_path):
    told = read(tmp_path, "openai", *map(json.loads, exported(RUN.played, "openai").splitlines()))
    assert [talk.labels["right"] for talk in told.made] == ["true", "false"]


def test_scores_are_a_table_in_which_nothing_computes():
    rows = list(csv.DictReader(io.StringIO(exported(RUN.played, "csv"))))
    assert [(row["id"], row["epoch"], row["right"], row["escalation"]) for row in rows] == [
        ("'=SUM(A1)", "1", "1", "1"), ("'=SUM(A1)", "2", "0", "0"),
    ]  # fmt: skip
    assert rows[0]["citations"] == ""
