"""How often codes may be asked for and tried: by conversation, customer and address, at once and again."""

import asyncio
from typing import Any

import pytest
from test_agent_identity import BEN, Desk, make

from handrail.agent.codes import network
from handrail.agent.tools import Context, Customer, tool
from handrail.agent.tools.call import call
from handrail.conversation.errors import Denied, TooMany
from handrail.conversation.events import CodeRefused, CodeSent
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings


@pytest.fixture
async def desk(log: Log, clock: Any, settings: Settings) -> Desk:
    desk = make(log, clock, settings)
    await desk.open()
    return desk


async def tries(desk: Desk) -> int:
    challenge = (await desk.situation()).challenge
    assert challenge is not None
    return challenge.tries


async def test_a_wrong_code_sent_again_under_its_key_uses_one_try(desk: Desk) -> None:
    await desk.claim(email="ada@example.org")
    wrong = desk.wrong()
    for _ in range(10):
        heard = await desk.service.hear(desk.conversation_id, wrong, key="message:1", address="192.0.2.1")
        assert heard.code and heard.text == "[code]"
    assert await tries(desk) == 1
    await asyncio.gather(*(desk.service.hear(desk.conversation_id, wrong, key="message:2") for _ in range(10)))
    assert await tries(desk) == 2
    assert len(await desk.events(CodeRefused)) == 2


async def test_a_key_opens_no_further_tries_to_other_codes(desk: Desk, settings: Settings) -> None:
    await desk.claim(email="ada@example.org")
    right = int(desk.post.code)
    for number in range(1, 30):
        await desk.service.hear(desk.conversation_id, f"{(right + number) % 10**6:06}", key="message:1")
    assert await tries(desk) == settings.identity.code_tries
    await desk.service.hear(desk.conversation_id, desk.post.code, key="message:1")
    assert (await desk.situation()).identity.level == "known"


async def test_many_wrong_codes_at_once_never_exceed_the_limit(
    desk: Desk, log: Log, clock: Any, settings: Settings
) -> None:
    """Each through one of several services, which share the database alone, as processes do."""
    await desk.claim(email="ada@example.org")
    right = int(desk.post.code)
    services = [make(log, clock, settings).service for _ in range(4)]
    tried = [
        services[number % 4].prove(desk.conversation_id, f"{(right + number) % 10**6:06}") for number in range(1, 25)
    ]
    ends = await asyncio.gather(*tried, return_exceptions=True)
    assert sum(isinstance(end, Denied) for end in ends) == settings.identity.code_tries
    assert all(isinstance(end, Denied | TooMany) for end in ends)
    with pytest.raises(TooMany):
        await desk.prove(desk.post.code)


async def test_the_tries_from_one_address_are_counted_over_all_conversations(
    desk: Desk, log: Log, clock: Any, settings: Settings
) -> None:
    identity = settings.identity.model_copy(update={"tries_per_address": 6})
    desk = make(log, clock, settings.model_copy(update={"identity": identity}))
    for number in range(8):
        await desk.open()
        await desk.claim(email="ada@example.org" if number % 2 else "ben@example.org")
        code = "111111" if desk.post.code == "000000" else "000000"
        with pytest.raises(TooMany if number >= 6 else Denied) as refused:
            await desk.service.prove(desk.conversation_id, code, address="2001:db8:1:2::" + str(number))
    assert refused.value.code == "too_many_tries"
    assert (await desk.service.prove(desk.conversation_id, desk.post.code, address="2001:db8:1:3::1")).level


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8:0:1::1", "2001:db8::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("unknown", "unknown", True),
    ],
)
def test_what_counts_as_one_address(one: str, other: str, same: bool) -> None:
    assert (network(one) == network(other)) is same


async def test_the_codes_of_a_day_to_one_customer_are_limited_in_silence(
    desk: Desk, clock: Any, settings: Settings
) -> None:
    for _ in range(12):
        for _ in range(settings.identity.codes_per_hour):
            await desk.open()
            await desk.claim(email="ada@example.org")
            assert len(await desk.events(CodeSent)) == 1
        clock.advance(3600)
    assert len(desk.post.letters) == settings.identity.codes_per_day
    await desk.claim(email="ben@example.org")
    assert desk.post.letters[-1].to == BEN.email


async def test_a_code_of_another_conversation_opens_nothing(desk: Desk) -> None:
    await desk.claim(email="ada@example.org")
    code = desk.post.code
    await desk.open()
    await desk.claim(order_id="W00000")
    with pytest.raises(Denied):
        await desk.prove(code)


async def test_a_right_code_counts_though_the_directory_is_down(desk: Desk) -> None:
    await desk.claim(email="ada@example.org")
    desk.directory.broken = True
    proven = await desk.prove(desk.post.code)
    assert (proven.level, proven.customer_id, proven.name) == ("verified", "c1", "")


async def test_a_forgotten_customer_is_nobody(desk: Desk) -> None:
    await desk.claim(email="ada@example.org")
    await desk.prove(desk.post.code)
    await desk.log.vault.forget(desk.conversation_id)
    identity = (await desk.situation()).identity
    assert identity.customer_id is None
    assert not Customer(identity.customer_id, identity.level).reaches("known")


SEEN: list[Customer] = []


@tool(effect="read")
async def open_to_all(ctx: Context) -> dict[str, str]:
    """Note who calls."""
    SEEN.append(ctx.customer)
    return {}


@tool(effect="read", identity="known")
async def for_the_known(ctx: Context) -> dict[str, str]:
    """Note who calls."""
    SEEN.append(ctx.customer)
    return {}


async def test_the_last_door_looks_at_who_calls(clock: Any) -> None:
    """Whatever called: a tool that asks for no identity is not told of a mere claim."""
    levels = {
        "nobody": (None, "none"),
        "claimed": ("c1", "known"),
        "proven": ("c1", "verified"),
        "gone": (None, "verified"),
    }
    told: dict[str, list[str | None]] = {}
    for name, (id_, level) in levels.items():
        ctx = Context(Customer(id_, level), clock.now(), "UTC")  # type: ignore[arg-type]
        SEEN.clear()
        ends = [(await call(each, ctx, {})).code for each in (open_to_all, for_the_known)]
        told[name] = [*ends, *(seen.id for seen in SEEN)]
    assert told == {
        "nobody": ["", "identity", None],
        "claimed": ["", "", None, "c1"],
        "proven": ["", "", "c1", "c1"],
        "gone": ["", "identity", None],
    }
