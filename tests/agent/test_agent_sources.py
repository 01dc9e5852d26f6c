"""Tools of others: a real MCP server over stdio and over HTTP, taken on the terms of the settings."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handrail.agent.sources import cutting
from handrail.agent.sources.circuit import Circuit
from handrail.agent.sources.cutting import cut
from handrail.agent.sources.line import Line
from handrail.agent.sources.sources import Sources, open_sources
from handrail.agent.tools.api import Context, Customer, Refusal
from handrail.agent.tools.call import Called, call
from handrail.agent.tools.offer import Offer, Sending, Undone
from handrail.conversation.clock import FixedClock, SystemClock
from handrail.conversation.errors import SettingsError
from handrail.conversation.settings import Settings
from handrail.conversation.sources import ToolsTable
from handrail.knowledge.tokens import count

SERVER = Path(__file__).with_name("library_server.py")
OWNER = {"tool": "get_loan", "argument": "loan_id", "field": "reader"}
TERMS: dict[str, Any] = {
    "get_loan": {"owner": OWNER},
    "list_loans": {"bind": {"reader": "customer.id"}},
    "opening_hours": {"public": True},
    "renew_loan": {
        "owner": OWNER,
        "question": "renew “{record.title}”",
        "rule": "loans",
        "lookup": {"tool": "get_loan", "arguments": {"loan_id": "loan_id"}, "expects": {"due": "2026-07-04"}},
    },
}


def settings_of(
    folder: Path, twist: str = "", terms: dict[str, Any] | None = None, seconds: float = 3, **more: Any
) -> Settings:
    where = more or {"command": [sys.executable, str(SERVER), str(folder / "loans.json"), "--twist", twist]}
    table = {"kind": "mcp", "timeout_seconds": seconds, "tools": TERMS if terms is None else terms, **where}
    return Settings(workspace=folder, tools=ToolsTable.model_validate({"sources": {"library": table}}))


def reader(customer: str | None = "R1", level: Any = "verified") -> Context:
    return Context(Customer(customer, level), datetime.now(UTC), "Europe/London", idempotency_key="k1")


async def ask(sources: Sources, name: str, ctx: Context | None = None, **arguments: Any) -> Called:
    tool = next(tool for tool in sources.tools if tool.name == name)
    return await call(tool, ctx or reader(), arguments)


@asynccontextmanager
async def library(folder: Path, twist: str = "", **more: Any) -> AsyncIterator[Sources]:
    async with open_sources(settings_of(folder, twist, **more), SystemClock()) as sources:
        yield sources


async def test_what_an_mcp_server_offers_becomes_tools_on_the_terms_of_the_settings(tmp_path: Path) -> None:
    async with library(tmp_path) as sources:
        tools = {tool.name: tool for tool in sources.tools}
        assert {name: (t.effect, t.identity, t.terms) for name, t in tools.items()} == {
            "get_loan": ("read", "verified", "owned"),
            "list_loans": ("read", "verified", "bound"),
            "opening_hours": ("read", "none", "public"),
            "renew_loan": ("write", "verified", "owned"),
        }
        # Whose the loans are is no argument that a model could give.
        assert tools["list_loans"].parameters["properties"] == {}
        assert (await ask(sources, "list_loans", reader="R2")).end == "invalid"
        (left,) = sources.left
        assert left.name == "delete_reader"
        assert left.mend.startswith("[tools.sources.library.tools.delete_reader]")
        assert all(way in left.mend for way in ("bind = ", "owner = ", "public = true"))


async def test_only_the_customers_own_records_are_shown_and_others_do_not_even_exist(tmp_path: Path) -> None:
    async with library(tmp_path) as sources:
        assert (await ask(sources, "get_loan", loan_id="L-100")).value["title"] == "The Fells in Winter"
        assert [loan["loan_id"] for loan in (await ask(sources, "list_loans")).value] == ["L-100"]
        others = await ask(sources, "get_loan", loan_id="L-200")
        nobodys = await ask(sources, "get_loan", loan_id="L-999")
        assert others.end == nobodys.end == "refused"
        assert others.code == nobodys.code
        assert others.message.replace("L-200", "L-999") == nobodys.message
        tool = next(tool for tool in sources.tools if tool.name == "renew_loan")
        assert tool.preview is not None
        with pytest.raises(Refusal):
            await tool.preview(reader(), loan_id="L-200")


@pytest.mark.parametrize("level", ["none", "known"])
async def test_nothing_of_a_customers_own_is_called_for_somebody_unproven(tmp_path: Path, level: str) -> None:
    async with library(tmp_path) as sources:
        called = await ask(sources, "get_loan", reader("R1", level), loan_id="L-100")
        assert (called.end, called.value) == ("failed", None)


async def test_a_preview_tells_the_effect_and_rests_on_the_records_state(tmp_path: Path) -> None:
    async with library(tmp_path) as sources:
        tool = next(tool for tool in sources.tools if tool.name == "renew_loan")
        assert tool.preview is not None
        before = await tool.preview(reader(), loan_id="L-100")
        assert before.summary == "renew “The Fells in Winter”; loan L-100"
        assert before.rule == "loans"
        assert before == await tool.preview(reader(), loan_id="L-100")
        loans = json.loads((tmp_path / "loans.json").read_text())
        loans["L-100"]["due"] = "2026-06-27"
        (tmp_path / "loans.json").write_text(json.dumps(loans))
        assert (await tool.preview(reader(), loan_id="L-100")).facts != before.facts


async def test_a_server_that_dies_after_the_effect_leaves_it_unknown_and_the_lookup_finds_it(tmp_path: Path) -> None:
    async with library(tmp_path, "dies_after") as sources:
        assert (await ask(sources, "renew_loan", loan_id="L-100")).end == "unknown"
        tool = next(tool for tool in sources.tools if tool.name == "renew_loan")
        assert tool.lookup is not None
        # The server is started again for it.
        assert (await tool.lookup(reader(), loan_id="L-100"))["renewed"] == 1
        assert json.loads((tmp_path / "loans.json").read_text())["L-100"]["renewed"] == 1


async def test_a_write_that_breaks_inside_is_unknown_and_a_read_that_hangs_fails(tmp_path: Path) -> None:
    async with library(tmp_path, "fails") as sources:
        assert (await ask(sources, "renew_loan", loan_id="L-100")).end == "unknown"
    async with library(tmp_path, "slow") as sources:
        called = await ask(sources, "opening_hours")
        assert (called.end, called.code) == ("failed", "timeout")
        assert (await ask(sources, "get_loan", loan_id="L-100")).ok


async def test_the_rule_of_a_system_is_a_refusal_in_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "loans.json").write_text(
        json.dumps({"L-1": {"loan_id": "L-1", "reader": "R1", "title": "A", "due": "2026-06-20", "renewed": 2}})
    )
    async with library(tmp_path) as sources:
        called = await ask(sources, "renew_loan", loan_id="L-1")
        assert (called.end, called.message) == ("refused", "A book can be renewed twice at most.")


async def test_over_http_it_is_the_same_and_a_server_that_was_down_is_found_when_it_comes(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clock = FixedClock(datetime(2026, 6, 15, 10, tzinfo=UTC))
    settings = settings_of(tmp_path, url=f"http://127.0.0.1:{port}/mcp")
    async with open_sources(settings, clock) as sources:
        assert sources.tools == ()
        assert "library" in sources.faults
        server = await asyncio.create_subprocess_exec(
            sys.executable,
            str(SERVER),
            str(tmp_path / "loans.json"),
            "--port",
            str(port),
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            assert server.stderr is not None
            while b"running on" not in await asyncio.wait_for(server.stderr.readline(), 30):
                pass
            changes: list[int] = []
            sources.on_change(lambda: changes.append(len(sources.tools)))
            clock.at += timedelta(minutes=1)
            assert await sources.refresh() == 4
            assert changes == [4]
            assert (await ask(sources, "get_loan", loan_id="L-100")).value["reader"] == "R1"
            assert (await ask(sources, "get_loan", loan_id="L-200")).end == "refused"
        finally:
            server.kill()
            await server.wait()
        assert (await ask(sources, "opening_hours")).end == "failed"


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ({"no_such": {"public": True}}, "library has no such tool"),
        ({"list_loans": {"bind": {"who": "customer.id"}}}, "no argument 'who'"),
        ({"get_loan": {"owner": {**OWNER, "argument": "id"}}}, "no argument 'id'"),
        ({"renew_loan": {"owner": {**OWNER, "tool": "renew_loan"}}}, "must only read"),
        ({"renew_loan": {"owner": OWNER, "question": "renew {book}"}}, "no {book}"),
        ({"get_loan": {"owner": OWNER, "identity": "known"}}, "anybody can claim"),
        ({"get_loan": {"owner": OWNER, "public": True}}, "neither"),
        ({"opening_hours": {"public": True, "lookup": {"tool": "get_loan", "expects": {"a": 1}}}}, "only a write"),
    ],
)
async def test_terms_that_do_not_fit_are_named(tmp_path: Path, terms: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=r"tools\.sources\.library") as caught:
        async with library(tmp_path, terms=terms):
            pass
    assert told in str(caught.value)


def offer(send: Any, effect: Any = "read", **more: Any) -> Offer:
    return Offer(name="ask", description="Ask.", arguments={}, send=send, effect=effect, **more)


def line(made: Offer, clock: FixedClock, *, again: bool, circuit: Circuit | None = None) -> Line:
    async def pause(_: float) -> None:
        return None

    circuit = circuit or Circuit(clock, failures=3, seconds=20)
    return Line(made, circuit, again=again, pause=pause, chance=lambda: 0.5)


@pytest.mark.parametrize(("again", "sent"), [(True, 3), (False, 1)])
async def test_only_what_may_be_repeated_is_sent_again(again: bool, sent: int) -> None:
    calls: list[Sending] = []

    async def send(_: Any, sending: Sending) -> Any:
        calls.append(sending)
        raise Undone("unavailable", "503")

    with pytest.raises(Undone):
        await line(offer(send), FixedClock(), again=again).call({}, Sending(5))
    assert len(calls) == sent


async def test_a_circuit_opens_and_one_call_tries_again() -> None:
    clock, answers = FixedClock(), iter([*["down"] * 3, "up"])

    async def send(*_: Any) -> Any:
        if next(answers) == "down":
            raise ConnectionResetError("cut")
        return "up"

    asked = line(offer(send), clock, again=False)
    for _ in range(3):
        with pytest.raises(ConnectionResetError):
            await asked.call({}, Sending(5))
    with pytest.raises(Undone, match="left alone"):
        await asked.call({}, Sending(5))
    clock.at += timedelta(seconds=21)
    assert await asked.call({}, Sending(5)) == "up"


async def test_a_result_that_is_not_what_it_should_be_is_no_result() -> None:
    async def send(*_: Any) -> Any:
        return {"status": 7}

    made = offer(send, result={"type": "object", "properties": {"status": {"type": "string"}}})
    with pytest.raises(ValueError, match="status"):
        await line(made, FixedClock(), again=False).call({}, Sending(5))


@pytest.mark.parametrize(
    "value",
    [
        {"orders": [{"id": n, "note": "a long way " * 20} for n in range(300)]},
        ["word " * 40] * 500,
        "word " * 9000,
        {str(n): "x" * 50 for n in range(900)},
    ],
)
def test_a_long_result_is_cut_and_says_so(value: Any) -> None:
    kept = cut(value, 200)
    assert count(json.dumps(kept, ensure_ascii=False)) <= 260
    assert "left_out" in json.dumps(kept) or "[…]" in json.dumps(kept, ensure_ascii=False)


def test_ids_stay_whole_and_those_of_what_is_left_out_are_told() -> None:
    uuid = "6f1c2a90-1b7e-4a57-9d61-0f6c1d2e3f40"
    orders = [{"order_id": f"W{n:05}", "trackingId": uuid, "note": "a long way " * 20} for n in range(60)]
    kept = cut({"user_id": "u" * 60, "orders": orders}, 300)
    assert kept["user_id"] == "u" * 60
    assert all(order["trackingId"] == uuid and "[…]" in order["note"] for order in kept["orders"])
    shown = len(kept["orders"])
    assert kept["orders_left_out"].startswith(f"{60 - shown} more: W{shown:05}, W{shown + 1:05}, ")


def test_a_table_loses_its_end_and_a_record_none_of_its_fields() -> None:
    variants = {f"9{n:09}": {"item_id": f"9{n:09}", "options": {"colour": "red"}, "price": 9.5} for n in range(50)}
    kept = cut({"name": "Mug", "product_id": "p1", "variants": variants}, 250)
    assert kept["name"] == "Mug" and kept["product_id"] == "p1"
    assert kept["variants"].pop("left_out").split()[0] == str(50 - len(kept["variants"]))
    assert all(variants[id_] == record for id_, record in kept["variants"].items())
    record = {"address": {"city": "Oban"}, "name": {"first": "Ada"}, "note": "word " * 500}
    assert set(cut(record, 60)) == set(record)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=200),
        lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=12), inner, max_size=30),
        max_leaves=120,
    ),
    st.integers(60, 400),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_cut_comes_to_about_its_tokens(value: Any, tokens: int) -> None:
    kept = cut(value, tokens)
    assert count(json.dumps(kept, ensure_ascii=False)) <= 2 * tokens + 60
    assert kept == value or json.dumps(kept, ensure_ascii=False) != json.dumps(value, ensure_ascii=False)


def test_of_a_huge_result_only_what_may_fit_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []

    def counts(text: str) -> int:
        counted.append(len(text))
        return count(text)

    monkeypatch.setattr(cutting, "count", counts)
    cut("word " * 500_000, 200)
    cut({f"{n}": {"name": "x" * 300} for n in range(5_000)}, 200)
    assert max(counted) <= 200 * cutting.CHARACTERS


def test_a_short_result_is_left_as_it_is() -> None:
    assert cut({"id": 1, "items": [1, 2]}, 200) == {"id": 1, "items": [1, 2]}
