"""The terms on which offers are taken, whatever the system behind them is."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from handrail.agent.sources.adopting import adopt
from handrail.agent.sources.circuit import Circuit
from handrail.agent.sources.schema import checker
from handrail.agent.sources.secrets import in_header
from handrail.agent.tools.api import Context, Customer, Refusal, Tool
from handrail.agent.tools.call import call
from handrail.agent.tools.offer import Offer, Sending, Undone
from handrail.conversation.clock import FixedClock
from handrail.conversation.errors import SettingsError
from handrail.conversation.sources import McpTable

ADA = Context(Customer("42", "verified", "Ada"), datetime(2026, 6, 15, tzinfo=UTC), "UTC", idempotency_key="k1")
OWNER = {"tool": "get", "argument": "ids", "field": "owner", "takes": "id"}
TEXT, NUMBER = {"type": "string"}, {"type": "integer"}


class System:
    """A system of others that keeps what it was asked, and answers what a test says."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Any] = {}

    def offer(self, name: str, effect: Any, required: tuple[str, ...] = (), **properties: Any) -> Offer:
        async def send(arguments: Mapping[str, Any], _: Sending) -> Any:
            self.asked.append((name, dict(arguments)))
            told = self.answers.get(name)
            told = told(arguments) if isinstance(told, Callable) else told  # type: ignore[arg-type]
            if isinstance(told, Exception):
                raise told
            return told

        schema = {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}
        return Offer(name=name, description=f"{name}.", arguments=schema, send=send, effect=effect)

    def take(self, name: str, terms: dict[str, Any], *offers: Offer, **others: dict[str, Any]) -> Tool:
        tools = {name: terms, **others}
        table = McpTable.model_validate({"kind": "mcp", "command": ["x"], "tools": tools})
        adopted = adopt("shop", table, offers, Circuit(FixedClock(), failures=9, seconds=9))
        return next(tool for tool in adopted.tools if tool.name == name)


@pytest.fixture
def system() -> System:
    return System()


async def test_a_schema_that_forbids_other_arguments_takes_its_own(system: System) -> None:
    nested = {"type": "object", "properties": {"line": TEXT}, "required": ["line"], "additionalProperties": False}
    tool = system.take(
        "find",
        {"public": True, "fixed": {"limit": 3}},
        system.offer("find", "read", ("city",), city=TEXT, limit=NUMBER, at=nested, _trace=TEXT),
    )
    assert set(tool.parameters["properties"]) == {"city", "at"}
    assert (await call(tool, ADA, {"city": "Leeds", "at": {"line": "x"}})).ok
    assert system.asked == [("find", {"city": "Leeds", "at": {"line": "x"}, "limit": 3})]
    assert (await call(tool, ADA, {"city": "Leeds", "at": {"street": "x"}})).end == "invalid"
    assert (await call(tool, ADA, {"city": "Leeds", "limit": 9})).end == "invalid"


async def test_an_id_that_a_system_has_as_a_number_is_bound_as_one(system: System) -> None:
    tool = system.take("mine", {"bind": {"user": "customer.id"}}, system.offer("mine", "read", ("user",), user=NUMBER))
    await call(tool, ADA, {})
    assert system.asked == [("mine", {"user": 42})]


async def test_each_record_of_a_list_must_be_the_customers_and_none_is_none_of_theirs(system: System) -> None:
    offers = (
        system.offer("get", "read", ("id",), id=TEXT),
        system.offer("all", "read", ("ids",), ids={"type": "array", "items": TEXT}),
    )
    tool = system.take("all", {"owner": OWNER}, *offers)
    system.answers = {"get": lambda given: {"owner": 42 if given["id"].startswith("a") else 7}, "all": []}
    assert (await call(tool, ADA, {"ids": ["a1", "a2"]})).ok
    assert [name for name, _ in system.asked] == ["get", "get", "all"]
    for ids in (["a1", "b1"], []):
        system.asked.clear()
        assert (await call(tool, ADA, {"ids": ids})).code == "not_found"
        assert "all" not in [name for name, _ in system.asked]


async def test_the_check_of_ownership_asks_on_its_own_terms(system: System) -> None:
    offers = (
        system.offer("get", "read", ("id", "user"), id=TEXT, user=NUMBER, full={"type": "boolean"}),
        system.offer("all", "read", ("ids",), ids=TEXT),
    )
    terms = {"bind": {"user": "customer.id"}, "fixed": {"full": True}}
    tool = system.take("all", {"owner": OWNER}, *offers, get=terms)
    system.answers = {"get": {"owner": "42"}}
    assert (await call(tool, ADA, {"ids": "a1"})).ok
    assert system.asked[0] == ("get", {"id": "a1", "user": 42, "full": True})


async def test_what_a_question_does_not_name_is_added_to_it(system: System) -> None:
    address = {"type": "object", "properties": {"city": TEXT, "line": TEXT}}
    tool = system.take(
        "ship",
        {"public": True, "question": "ship {what} to {to.city}"},
        system.offer("ship", "write", (), what=TEXT, to=address, note=TEXT),
    )
    assert tool.preview is not None
    preview = await tool.preview(ADA, what="a tent", to={"city": "Leeds", "line": "1 High Street"}, note="ring twice")
    assert preview.summary == "ship a tent to Leeds; to line 1 High Street, note ring twice"
    whole = await tool.preview(ADA, what="a tent", to={"city": "Leeds"}, note=None)
    assert whole.summary == "ship a tent to Leeds"


LOOKUP = {"tool": "find", "arguments": {"key": "idempotency_key"}, "expects": {"state": "paid"}}


def paying(system: System, **more: Any) -> Tool:
    offers = (system.offer("pay", "write", (), amount=NUMBER), system.offer("find", "read", ("key",), key=TEXT))
    return system.take("pay", {"public": True, "lookup": {**LOOKUP, **more}}, *offers)


async def test_a_look_up_that_fails_does_not_say_that_nothing_was_done(system: System) -> None:
    tool = paying(system)
    assert tool.lookup is not None
    system.answers = {"find": Refusal("refused", "the database is locked")}
    with pytest.raises(LookupError):
        await tool.lookup(ADA, amount=3)
    system.answers = {"find": {"state": "pending"}}
    assert await tool.lookup(ADA, amount=3) is None
    system.answers = {"find": {"state": "paid"}}
    assert await tool.lookup(ADA, amount=3) == {"state": "paid"}
    assert system.asked[-1] == ("find", {"key": "k1"})


async def test_a_look_up_may_say_by_an_error_that_there_is_nothing(system: System) -> None:
    tool = paying(system, absent="no such payment")
    assert tool.lookup is not None
    system.answers = {"find": Refusal("refused", "No such payment: k1")}
    assert await tool.lookup(ADA, amount=3) is None
    system.answers = {"find": Refusal("refused", "the database is locked")}
    with pytest.raises(LookupError):
        await tool.lookup(ADA, amount=3)


@pytest.mark.parametrize(
    ("found", "end"),
    [
        ({"state": "paid"}, "done"),
        ({"state": "none"}, "refused"),
        (Undone("unavailable", "503"), "unknown"),
        (Refusal("refused", "the database is locked"), "unknown"),
    ],
)
async def test_an_error_of_a_write_is_looked_into_where_it_can_be(system: System, found: Any, end: str) -> None:
    tool = paying(system)
    system.answers = {"pay": Refusal("refused", "the till is jammed"), "find": found}
    called = await call(tool, ADA, {"amount": 3})
    assert called.end == end
    assert len([name for name, _ in system.asked if name == "pay"]) == 1


SHARED = {"tool": "get", "argument": "id", "field": "speakers"}


def talks(system: System, **more: Any) -> Tool:
    """A write to a record that several people share; `get` tells whose it is."""
    offers = (system.offer("get", "read", ("id",), id=TEXT), system.offer("confirm", "write", ("id",), id=TEXT))
    return system.take("confirm", {"owner": SHARED, **more}, *offers)


@pytest.mark.parametrize(("speakers", "theirs"), [([7, 42], True), (["7"], False), ([], False), ([{"id": 42}], False)])
async def test_a_record_may_be_of_several_people(system: System, speakers: list[Any], theirs: bool) -> None:
    tool = talks(system)
    assert tool.preview is not None
    system.answers = {"get": {"speakers": speakers}}
    if theirs:
        await tool.preview(ADA, id="T1")
        return
    with pytest.raises(Refusal, match="I can't find"):
        await tool.preview(ADA, id="T1")


@pytest.mark.parametrize(
    ("record", "possible"), [({"state": "accepted"}, True), ({"state": "rejected"}, False), ({}, False)]
)
async def test_a_write_is_proposed_only_if_the_record_says_what_it_must(
    system: System, record: dict[str, str], possible: bool
) -> None:
    tool = talks(system, only_if={"state": ["accepted", "waiting"]}, otherwise="{id} is {record.state}.")
    assert tool.preview is not None
    system.answers = {"get": {"speakers": ["42"], **record}}
    if possible:
        await tool.preview(ADA, id="T1")
        return
    with pytest.raises(Refusal) as refused:
        await tool.preview(ADA, id="T1")
    assert refused.value.code == "not_possible"
    assert refused.value.message == f"T1 is {record.get('state', '–')}."


async def test_whose_a_record_is_comes_before_what_it_says(system: System) -> None:
    tool = talks(system, only_if={"state": "accepted"}, otherwise="It is {record.state}.")
    assert tool.preview is not None
    system.answers = {"get": {"speakers": ["7"], "state": "rejected"}}
    with pytest.raises(Refusal, match="I can't find"):
        await tool.preview(ADA, id="T1")


@pytest.mark.parametrize(
    ("terms", "setting"),
    [
        ({"public": True, "only_if": {"state": "accepted"}}, "only_if"),
        ({"owner": SHARED, "otherwise": "No."}, "otherwise"),
        ({"owner": SHARED, "only_if": {"state": "x"}, "otherwise": "{nobody} said no"}, "otherwise"),
    ],
)
async def test_a_condition_without_a_record_to_look_at_is_no_term(
    system: System, terms: dict[str, Any], setting: str
) -> None:
    offers = (system.offer("get", "read", ("id",), id=TEXT), system.offer("confirm", "write", ("id",), id=TEXT))
    with pytest.raises(SettingsError, match=rf"confirm\.{setting}"):
        system.take("confirm", terms, *offers)


@pytest.mark.parametrize(
    ("told", "passed"),
    [
        ({"title": "A", "score": 3, "room": {"name": "R", "key": "k"}}, {"title": "A", "room": {"name": "R"}}),
        ([{"title": "A", "score": 3}, {"score": 4}], [{"title": "A"}, {}]),
        ({"room": [{"name": "R", "key": "k"}]}, {"room": [{"name": "R"}]}),
        ({"room": "R"}, {"room": {}}),
        ("a text without fields", {}),
    ],
)
async def test_of_a_result_only_the_fields_that_are_named_go_on(system: System, told: Any, passed: Any) -> None:
    tool = system.take("get", {"public": True, "fields": ["title", "room.name"]}, system.offer("get", "read"))
    system.answers = {"get": told}
    assert (await call(tool, ADA, {})).value == passed


async def test_a_look_up_passes_no_more_on_than_the_write_would(system: System) -> None:
    offers = (system.offer("pay", "write", (), amount=NUMBER), system.offer("find", "read", ("key",), key=TEXT))
    tool = system.take("pay", {"public": True, "lookup": LOOKUP, "fields": ["state"]}, *offers)
    assert tool.lookup is not None
    system.answers = {"find": {"state": "paid", "card": "4242"}}
    assert await tool.lookup(ADA, amount=3) == {"state": "paid"}


async def test_whose_a_record_is_is_seen_in_fields_that_are_not_passed_on(system: System) -> None:
    tool = system.take(
        "get", {"owner": SHARED, "fields": ["title"]}, system.offer("get", "read", ("id",), id=TEXT)
    )  # fmt: skip
    system.answers = {"get": {"title": "A", "speakers": ["42"]}}
    assert (await call(tool, ADA, {"id": "T1"})).value == {"title": "A"}


@pytest.mark.parametrize("checked", [None, False])
async def test_a_system_that_answers_otherwise_than_it_says_is_borne_where_the_settings_say_so(
    system: System, checked: bool | None, caplog: pytest.LogCaptureFixture
) -> None:
    said = {"type": "object", "properties": {"picture": TEXT}, "required": ["picture"]}
    offer = replace(system.offer("get", "read", ("id",), id=TEXT), result=said)
    tool = system.take("get", {"owner": SHARED, "checked": checked}, offer)
    system.answers = {"get": {"picture": None, "speakers": ["42"]}}
    called = await call(tool, ADA, {"id": "T1"})
    if checked is False:
        assert called.value == {"picture": None, "speakers": ["42"]}
        return
    assert (called.end, called.value) == ("failed", None)
    assert "picture: None" in caplog.text
    assert "None" not in called.message


async def test_the_check_of_ownership_bears_what_the_read_itself_bears(system: System) -> None:
    said = {"type": "object", "properties": {"speakers": TEXT}}
    offers = (
        replace(system.offer("get", "read", ("id",), id=TEXT), result=said),
        system.offer("confirm", "write", ("id",), id=TEXT),
    )
    tool = system.take("confirm", {"owner": SHARED}, *offers, get={"owner": SHARED, "checked": False})
    assert tool.preview is not None
    system.answers = {"get": {"speakers": ["42"]}}
    await tool.preview(ADA, id="T1")


REASON = "refunds of more than 200 need a second person"


@pytest.mark.parametrize(
    ("above", "amount", "total", "asked"),
    [
        ({}, 1, 1, True),
        ({"amount": 200}, 200, 900, False),
        ({"amount": 200}, 200.01, 1, True),
        ({"amount": 200}, -200, 1, False),
        ({"amount": 200}, -900, 1, True),
        ({"record.total": "199.99"}, 900, "199.99", False),
        ({"record.total": "199.99"}, 1, "200.00", True),
        ({"record.total": 200, "amount": 200}, 201, 1, True),
        ({"record.total": 200}, 1, "£1,000.00", True),
        ({"record.total": 200}, 1, None, True),
        ({"record.total": 200}, 1, "NaN", True),
        ({"record.total": 200}, 1, True, True),
        ({"record.gone": 200}, 1, 1, True),
    ],
)
async def test_a_colleague_is_asked_above_a_limit_and_wherever_it_cannot_be_told(
    system: System, above: dict[str, Any], amount: float, total: Any, asked: bool
) -> None:
    system.answers = {"get": {"owner": "42", "total": total}}
    tool = system.take(
        "refund",
        {"owner": {**OWNER, "argument": "order", "facts": ["owner"]}, "approval": {"reason": REASON, "above": above}},
        system.offer("get", "read", ("id",), id=TEXT),
        system.offer("refund", "write", ("order", "amount"), order=TEXT, amount={"type": "number"}),
    )
    assert tool.preview is not None
    preview = await tool.preview(ADA, order="a1", amount=amount)
    assert preview.approval == (REASON if asked else "")
    if "record.total" in above:
        assert preview.facts["total"] == total, "what an approval rests on is part of what is agreed to"


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ({"approval": {"reason": REASON, "above": {"sum": 3}}}, "there is no sum; there are: order"),
        ({"approval": {"reason": REASON, "above": {"record.sum": 3}}}, "there is no record.sum; there are: order"),
        ({"approval": {"above": {"order": 3}}}, "reason"),
    ],
)
async def test_an_approval_that_looks_at_nothing_is_an_error(system: System, terms: dict[str, Any], told: str) -> None:
    with pytest.raises((SettingsError, ValueError), match=told):
        system.take("refund", {"public": True, **terms}, system.offer("refund", "write", ("order",), order=TEXT))
    with pytest.raises((SettingsError, ValueError), match="it is for a write"):
        terms = {"public": True, "approval": {"reason": REASON}}
        system.take("look", terms, system.offer("look", "read", ("order",), order=TEXT))


@pytest.mark.parametrize("schema", [{"$ref": "{url}"}, {"not": {"not": {"$ref": "{url}"}}}, {"$dynamicRef": "{url}"}])
def test_what_a_schema_of_others_refers_to_elsewhere_is_never_fetched(schema: dict[str, Any], tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text("false")
    check = checker(json.loads(json.dumps(schema).replace("{url}", elsewhere.as_uri())))
    assert check({"any": "thing"}) == ""


def test_a_schema_that_refers_to_nothing_of_its_own_says_so() -> None:
    assert "/$defs/order" in checker({"$ref": "#/$defs/order"})({})


async def test_half_a_letter_in_a_result_costs_neither_the_result_nor_what_was_done(system: System) -> None:
    # Systems that count in UTF-16 cut letters in two where they cut a text to its length.
    cut = json.loads('{"note": "see you \\ud83d", "by \\ude00": ["\\ud83d\\ude00"]}')
    whole = {"note": "see you \ufffd", "by \ufffd": ["\U0001f600"]}
    system.answers = {"note": cut}
    tool = system.take("note", {"public": True}, system.offer("note", "write"))
    called = await call(tool, ADA, {})
    assert (called.end, called.value) == ("done", whole)


@pytest.mark.parametrize("ids", [{"$in": ["a1", "b2"]}, [{"$ne": None}], [["a1", "b2"]]])
async def test_a_condition_is_no_record_of_theirs(system: System, ids: Any) -> None:
    system.answers = {"get": {"owner": "42"}}
    offers = (system.offer("get", "read", ("id",), id={}), system.offer("cancel", "write", ("ids",), ids={}))
    tool = system.take("cancel", {"owner": OWNER}, *offers)
    assert tool.preview is not None
    await tool.preview(ADA, ids=["a1"])
    with pytest.raises(Refusal, match="I can't find"):
        await tool.preview(ADA, ids=ids)


@pytest.mark.parametrize("value", ["s3cret\r\nX-Role: admin", "s3crét", "s3cret\x00"])
def test_a_secret_that_no_header_can_take_is_told_without_it(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setattr("os.environ", {"KEY": value})
    with pytest.raises(SettingsError) as told:
        in_header("Bearer ${KEY}", "tools.sources.shop.headers.Authorization")
    assert str(told.value) == "tools.sources.shop.headers.Authorization: a header takes one line of plain letters"


def test_the_line_break_at_the_end_of_a_secret_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "s3cret\n")
    assert in_header("Bearer ${KEY}", "where") == "Bearer s3cret"
