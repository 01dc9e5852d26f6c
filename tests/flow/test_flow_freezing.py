"""What a person tags is played again: against what the tools said then, by the rules that held then."""

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
import pytest_asyncio
from flow_shop import ANA, Chat, Shop, open_shop
from pydantic import SecretStr

from handrail.conversation.events import HandoffRequested, ToolRan
from handrail.conversation.folder import sample_folder
from handrail.conversation.forgetting import forget
from handrail.conversation.settings import Settings, load
from handrail.evals.case import Case
from handrail.evals.freezing.freezer import Freezer
from handrail.evals.scorers import of_kind
from handrail.evals.suite import replay
from handrail.evals.verdicts import is_right
from handrail.evals.world import open_worlds

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def business(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SimpleNamespace]:
    """A copy of the sample business whose policies may be changed, with one open shop."""
    folder = tmp_path_factory.mktemp("business") / "shop"
    shutil.copytree(sample_folder(), folder, ignore=shutil.ignore_patterns("__pycache__", ".handrail"))
    settings = load(folder, {"HANDRAIL_ENGINE__KIND": "offline"})
    database = settings.database.model_copy(update={"url": SecretStr(postgres)})
    settings = settings.model_copy(update={"database": database})
    async with open_worlds(settings) as worlds, open_shop(worlds) as shop:
        yield SimpleNamespace(settings=settings, shop=shop, folder=folder)


async def wrapped(chat: Chat, *tags: str, answer: str = "") -> None:
    desk = chat.handrail.desk
    await desk.claim(chat.id, ANA)
    if answer:
        await desk.say(chat.id, ANA, answer)
    await desk.wrap_up(chat.id, ANA, "resolved", tags=tags, right_answer=answer)


async def frozen(settings: Settings, shop: Shop, chat: Chat) -> Case:
    freezer = Freezer(shop.handrail.log, settings)
    done = await freezer.conversation(chat.id)
    return next(iter(freezer.shelf.cases(done.frozen)))


async def asks_about_an_order(shop: Shop) -> Chat:
    await shop.on(ANA)
    chat = await shop.chat()
    await chat.says("Where is my order W10002? I am priya.raman@example.org")
    shop.clock.advance(90)
    await chat.types_code()
    await chat.says("Get me a human, my name is Priya Raman")
    return chat


async def test_a_tagged_conversation_is_played_again_without_the_business(business: SimpleNamespace) -> None:
    chat = await asks_about_an_order(business.shop)
    await wrapped(chat, "customer_wanted_person")
    case = await frozen(business.settings, business.shop, chat)

    told = case.model_dump_json()
    assert not [x for x in ("priya", "Priya", "Raman", "raman", "W10002", "C1001", "4200101") if x in told]
    assert [step.say is not None or step.code for step in case.steps if not step.wait] == [True, True, True]
    assert case.tags[0].by == ANA.id
    assert case.expected.escalate is True
    (played,) = (await replay([case], business.settings)).played
    assert played.trace.unrecorded == ()
    assert [(ran.tool, ran.ok) for ran in of_kind(played.log, ToolRan)] == [
        (ran.tool, ran.ok) for ran in await chat.all(ToolRan)
    ]
    assert [asked.reason for asked in of_kind(played.log, HandoffRequested)] == ["asked_for_person"]
    assert is_right(played)


async def test_a_call_that_was_not_recorded_is_told_and_nothing_is_right_or_wrong(business: SimpleNamespace) -> None:
    chat = await asks_about_an_order(business.shop)
    await wrapped(chat, "customer_wanted_person")
    case = await frozen(business.settings, business.shop, chat)
    assert case.frozen is not None
    emptied = case.model_copy(update={"frozen": case.frozen.model_copy(update={"calls": ()})})

    report = await replay([emptied], business.settings)

    (played,) = report.played
    assert "order_status" in played.trace.unrecorded[0]
    assert played.score("escalation").value is None
    assert "not recorded" in played.score("escalation").detail
    assert report.right.n == report.escalation.recall.n == 0


async def test_a_change_that_was_agreed_to_is_played_again(business: SimpleNamespace) -> None:
    await business.shop.on(ANA)
    chat = await business.shop.chat(proven="C1005")
    await chat.says("Please cancel my order W10008")
    await chat.says("yes")
    await chat.says("representative!!")
    await wrapped(chat, "customer_wanted_person")
    case = await frozen(business.settings, business.shop, chat)
    assert "W10008" not in case.model_dump_json()
    (played,) = (await replay([case], business.settings)).played
    assert played.trace.unrecorded == ()
    assert played.score("consent").value == 1
    assert {"action_proposed", "action_succeeded"} <= {event.kind for event in played.log}


async def test_a_rule_changed_since_does_not_change_what_was_right_then(business: SimpleNamespace) -> None:
    await business.shop.on(ANA)
    chat = await business.shop.chat()
    await chat.says("How long do I have to return something I bought?")
    await chat.says("A person please")
    await wrapped(chat, "customer_wanted_person")
    other = await business.shop.chat()
    await other.says("How long do I have to return something I bought?")
    await wrapped(other, "policy_outdated", answer="You have 77 days.")
    then = await frozen(business.settings, business.shop, chat)
    mended = await frozen(business.settings, business.shop, other)
    assert mended.expected.says == (("77",),)
    policies = business.folder / "policies"
    for file in policies.glob("returns*.md"):
        file.write_text(file.read_text().replace("30 days", "77 days"))

    one, two = (await replay([then, mended], business.settings)).played

    says = {p.case.id: " ".join(getattr(e.data, "text", "") for e in p.log if e.kind == "bot_said") for p in (one, two)}
    assert "30 days" in says[then.id]
    assert "77 days" in says[mended.id]
    shutil.rmtree(business.settings.data_folder / "cases" / "policies")
    shutil.copytree(sample_folder() / "policies", policies, dirs_exist_ok=True)
    report = await replay([then], business.settings)
    assert "not kept" in report.broken[then.id]


async def test_what_follows_a_question_without_an_answer_is_not_played(business: SimpleNamespace) -> None:
    await business.shop.on(ANA)
    chat = await business.shop.chat()
    await chat.says("Do you repair climbing ropes that a marmot chewed?")
    await chat.says("yes, a person please")
    await wrapped(chat, "policy_missing", answer="No, a chewed rope is never repaired.")
    case = await frozen(business.settings, business.shop, chat)
    assert [step.say for step in case.steps] == ["Do you repair climbing ropes that a marmot chewed?"]
    assert case.expected.escalate is False
    assert case.frozen is not None
    assert case.frozen.policies_at_fault


async def test_whoever_is_forgotten_leaves_the_cases(business: SimpleNamespace) -> None:
    chat = await asks_about_an_order(business.shop)
    await wrapped(chat, "confused")
    freezer = Freezer(business.shop.handrail.log, business.settings)
    first = await freezer.run()
    assert first.frozen[-1].startswith(f"frozen-{chat.id}-")
    assert (await freezer.run()).known == len(first.frozen) + first.known
    business.shop.clock.advance(timedelta(days=1).total_seconds())
    await forget(business.shop.handrail.log, chat.id)
    assert (await freezer.run()).dropped == 1
    assert not [case for case in freezer.shelf.cases() if chat.id in case.id]
