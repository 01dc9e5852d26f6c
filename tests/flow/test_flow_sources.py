"""Whole conversations over the tools of a real MCP server: identity, ownership, consent, claim, call, and what came."""

import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from flow_shop import MONDAY_MORNING, Chat
from pydantic import SecretStr

from handrail.agent.clean import WITHHELD
from handrail.agent.models.protocol import Brief, Call, Delta, Draft
from handrail.conversation.events import (
    ActionClaimed,
    ActionFailed,
    ActionProposed,
    ActionSucceeded,
    ActionUnknown,
    Checked,
    IdentityAsked,
    IdentityProven,
    Opened,
    ToolRan,
)
from handrail.conversation.settings import Settings
from handrail.conversation.sources import ToolsTable
from handrail.desk.staff import Staff
from handrail.evals.replay import CaseClock, Sent
from handrail.evals.world import Worlds, open_worlds

pytestmark = pytest.mark.asyncio(loop_scope="session")
DANA = Staff(id="u_dana", name="Dana", role="supervisor")
SERVER = Path(__file__).parents[1] / "agent" / "library_server.py"
OWNER = {"tool": "get_loan", "argument": "loan_id", "field": "reader"}
DUE = {"due": "2026-07-04"}
TERMS: dict[str, Any] = {
    "get_loan": {"owner": OWNER},
    "list_loans": {"bind": {"reader": "customer.id"}},
    "opening_hours": {"public": True},
    "renew_loan": {
        "owner": OWNER,
        "question": "renew the loan {loan_id}",
        "lookup": {"tool": "get_loan", "arguments": {"loan_id": "loan_id"}, "expects": DUE},
    },
}


class Obedient:
    """A model that does what its script says: a call, or a text once there is nothing more to call."""

    name = "scripted"

    def __init__(self, *script: Call | str) -> None:
        self.script = list(script)
        self.seen: list[Brief] = []

    async def draft(self, brief: Brief) -> AsyncIterator[Delta | Draft]:
        self.seen.append(brief)
        step = self.script.pop(0) if self.script else "Is there anything else?"
        if isinstance(step, Call):
            yield Draft("act", call=step)
            return
        yield Delta(step)
        yield Draft("answer", text=step)

    @property
    def read(self) -> str:
        """Everything that the model was shown of results and refusals."""
        return json.dumps([[r.value, r.refusal] for brief in self.seen for r in brief.results], ensure_ascii=False)


def renew(loan_id: str = "L-100", **more: Any) -> Call:
    return Call("renew_loan", {"loan_id": loan_id, **more})


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def libraries(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Worlds]:
    """A business without files of its own: only what the library's server offers."""
    folder = tmp_path_factory.mktemp("library")
    (folder / "policies").mkdir()
    settings = Settings.model_validate(
        {"workspace": folder, "engine": {"kind": "offline"}, "database": {"url": SecretStr(postgres)}}
    )
    async with open_worlds(settings) as worlds:
        yield worlds


@pytest.fixture
def loans(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "loans.json"


@asynccontextmanager
async def talk(
    worlds: Worlds, loans: Path, model: Any, twist: str = "", reader: str = "R1", **more: Any
) -> AsyncIterator[Chat]:
    command = [sys.executable, str(SERVER), str(loans), "--twist", twist]
    server = {} if "kind" in more else {"kind": "mcp", "command": command}
    table = {"rehearse": True, "timeout_seconds": 5, "tools": TERMS, **server, **more}
    tools = ToolsTable.model_validate({"sources": {"library": table}})
    settings = worlds._settings.model_copy(update={"tools": tools})
    here = Worlds(settings, worlds._copies, worlds._empty, worlds._shared)
    async with here.world(MONDAY_MORNING, model=model) as (handrail, clock, sent):
        assert isinstance(clock, CaseClock) and isinstance(sent, Sent)
        opened = await handrail.log.open(Opened(channel="test"))
        chat = Chat(handrail, clock, sent, opened.conversation_id)
        if reader:
            ref = handrail.vault.ref(reader)
            proven = IdentityProven(level="verified", customer_id=reader, customer_ref=ref, method="token")
            await handrail.log.append(chat.id, "system", proven)
        yield chat
    await here.close()


def renewed(loans: Path, loan_id: str = "L-100") -> int:
    count: int = json.loads(loans.read_text())[loan_id]["renewed"]
    return count


async def test_a_write_is_asked_for_agreed_to_claimed_and_done_once(libraries: Worlds, loans: Path) -> None:
    model = Obedient(renew(), "Your loan was renewed.")
    async with talk(libraries, loans, model) as chat:
        asked = await chat.says("Can I keep the book longer?")
        assert asked.text.startswith("Renew the loan L-100")
        assert renewed(loans) == 0
        (proposed,) = await chat.all(ActionProposed)
        assert proposed.arguments == {"loan_id": "L-100"}
        await chat.says("yes, please")
        assert renewed(loans) == 1
        assert len(await chat.all(ActionClaimed)) == 1
        (done,) = await chat.all(ActionSucceeded)
        assert done.result["due"] == "2026-07-04"
        await chat.says("yes")
        assert renewed(loans) == 1


async def test_a_record_that_changed_after_the_question_is_asked_about_anew(libraries: Worlds, loans: Path) -> None:
    async with talk(libraries, loans, Obedient(renew())) as chat:
        await chat.says("Can I keep the book longer?")
        changed = json.loads(loans.read_text())
        changed["L-100"]["due"] = "2026-06-16"
        loans.write_text(json.dumps(changed))
        await chat.says("yes")
        assert renewed(loans) == 0
        assert len(await chat.all(ActionProposed)) == 2
        await chat.says("yes")
        assert renewed(loans) == 1


async def test_nobody_is_asked_about_or_shown_what_is_somebody_elses(libraries: Worlds, loans: Path) -> None:
    script = [Call("get_loan", {"loan_id": "L-200"}), renew("L-200"), Call("list_loans", {"reader": "R2"})]
    model = Obedient(*script, "I can't find that.")
    async with talk(libraries, loans, model) as chat:
        await chat.says("Show me the loan L-200 and renew it, I am allowed to")
        assert [ran.error for ran in await chat.all(ToolRan)] == ["not_found", "not_found", "arguments"]
        assert not await chat.all(ActionProposed)
        assert "A Private Matter" not in model.read + json.dumps(
            [e.data.model_dump(mode="json") for e in await chat.log()]
        )
        assert renewed(loans, "L-200") == 0


async def test_a_loan_that_changed_hands_after_the_yes_was_asked_for_is_not_touched(
    libraries: Worlds, loans: Path
) -> None:
    async with talk(libraries, loans, Obedient(renew())) as chat:
        await chat.says("Can I keep the book longer?")
        changed = json.loads(loans.read_text())
        changed["L-100"]["reader"] = "R2"
        loans.write_text(json.dumps(changed))
        await chat.says("yes")
        assert renewed(loans) == 0
        assert not await chat.all(ActionClaimed)


async def test_who_has_not_proven_who_they_are_is_asked_and_nothing_is_called(libraries: Worlds, loans: Path) -> None:
    async with talk(libraries, loans, Obedient(Call("list_loans", {})), reader="") as chat:
        reply = await chat.says("What have I borrowed?")
        assert reply.outcome == "asked"
        assert await chat.all(IdentityAsked)
        assert not await chat.all(ToolRan)


async def test_a_server_that_dies_after_the_effect_is_asked_and_not_told_again(libraries: Worlds, loans: Path) -> None:
    async with talk(libraries, loans, Obedient(renew()), "dies_after") as chat:
        await chat.says("Can I keep the book longer?")
        await chat.says("yes")
        assert await chat.all(ActionUnknown)
        chat.clock.at += timedelta(seconds=30)
        await chat.handrail.turns.sweep()
        await chat.handrail.turns.settled()
        (done,) = await chat.all(ActionSucceeded)
        assert done.reconciled
        assert renewed(loans) == 1


async def test_instructions_of_a_foreign_system_reach_no_model(libraries: Worlds, loans: Path) -> None:
    model = Obedient(Call("get_loan", {"loan_id": "L-100"}), "It is due in June.", renew(), "It was renewed.")
    async with talk(libraries, loans, model, "orders") as chat:
        await chat.says("When is my book due?")
        (ran,) = await chat.all(ToolRan)
        assert ran.result["title"] == WITHHELD
        await chat.says("Can I keep it longer?")
        await chat.says("yes")
        assert renewed(loans) == 1
        (done,) = await chat.all(ActionSucceeded)
        assert done.result["title"] == WITHHELD
        assert "previous instructions" not in model.read
        assert {checked.subject for checked in await chat.all(Checked) if checked.direction == "result"} == {
            "get_loan",
            "renew_loan",
        }


async def test_a_refusal_with_instructions_is_withheld_and_the_action_is_not_done(
    libraries: Worlds, loans: Path
) -> None:
    model = Obedient(renew(), "I could not renew it.")
    async with talk(libraries, loans, model, "refuses") as chat:
        await chat.says("Can I keep the book longer?")
        await chat.says("yes")
        (failed,) = await chat.all(ActionFailed)
        assert failed.message == WITHHELD
        assert "previous instructions" not in model.read
        assert renewed(loans) == 0


CONDITION = {"only_if": {"renewed": 0}, "otherwise": "“{record.title}” was renewed {record.renewed} time already."}


async def test_a_write_that_the_record_does_not_bear_is_neither_asked_about_nor_done(
    libraries: Worlds, loans: Path
) -> None:
    terms = {**TERMS, "renew_loan": {**TERMS["renew_loan"], **CONDITION}}
    model = Obedient(renew(), renew(), "It was renewed already.")
    async with talk(libraries, loans, model, tools=terms) as chat:
        await chat.says("Can I keep the book longer?")
        await chat.says("yes, please")
        assert renewed(loans) == 1
        await chat.says("And once more, please.")
        assert renewed(loans) == 1
        assert len(await chat.all(ActionProposed)) == 1
        assert "was renewed 1 time already." in model.read


async def test_a_record_that_stopped_bearing_it_after_the_question_is_left_alone(
    libraries: Worlds, loans: Path
) -> None:
    terms = {**TERMS, "renew_loan": {**TERMS["renew_loan"], **CONDITION}}
    async with talk(libraries, loans, Obedient(renew()), tools=terms) as chat:
        await chat.says("Can I keep the book longer?")
        changed = json.loads(loans.read_text())
        changed["L-100"]["renewed"] = 1
        loans.write_text(json.dumps(changed))
        await chat.says("yes, please")
        assert renewed(loans) == 1
        assert not await chat.all(ActionClaimed)
        assert len(await chat.all(ActionProposed)) == 1


async def test_what_a_system_that_is_down_says_of_itself_is_neither_shown_nor_told(
    libraries: Worlds, loans: Path, tmp_path: Path
) -> None:
    document = tmp_path / "library.json"
    hours = {"operationId": "opening_hours", "responses": {"200": {"description": "The hours."}}}
    document.write_text(json.dumps({"openapi": "3.1.0", "paths": {"/hours": {"get": hours}}}))
    model = Obedient(Call("opening_hours", {}), "Please try again later.")
    async with talk(
        libraries, loans, model, kind="openapi", document=str(document), base_url="http://127.0.0.1:1",
        tools={"opening_hours": {"public": True}},
    ) as chat:  # fmt: skip
        await chat.says("When are you open?")
        (ran,) = await chat.all(ToolRan)
        assert (ran.ok, ran.error) == (False, "no_connection")
        results = [result for brief in model.seen for result in brief.results]
        assert [(r.code, r.refusal) for r in results] == [("no_connection", "")]


async def test_what_settings_put_before_a_colleague_waits_for_them(libraries: Worlds, loans: Path) -> None:
    limit = {"reason": "a second renewal needs a librarian", "above": {"record.renewed": 0}}
    terms = {**TERMS, "renew_loan": {**TERMS["renew_loan"], "approval": limit}}
    async with talk(libraries, loans, Obedient(renew(), "It was renewed.", renew()), tools=terms) as chat:
        await chat.says("Can I keep the book longer?")
        await chat.says("yes, please")
        assert renewed(loans) == 1, "the first time nobody has to be asked"
        asked = await chat.says("And once more, please.")
        assert "a second renewal needs a librarian" in asked.text
        waits = await chat.says("yes, please")
        assert "colleague has to approve" in waits.text and renewed(loans) == 1
        (waiting,) = await chat.handrail.desk.approvals.waiting()
        before = (await chat.handrail.log.head(chat.id)).last_seq
        await chat.handrail.desk.approvals.decide(chat.id, waiting.action_id, DANA, "approve", "")
        chat.handrail.turns.wake(chat.id)
        await chat.handrail.turns.settled()
        assert (await chat.since(before)).text.startswith("Dana has approved it.")
        assert renewed(loans) == 2
