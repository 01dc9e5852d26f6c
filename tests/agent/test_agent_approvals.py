"""Whatever customers, colleagues and prices do: nothing is done without consent and, where needed, approval."""

from typing import Any

import hypothesis.strategies as st
import pytest
from agent_shop import Shop, Talk
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from handrail.agent.tools import Context
from handrail.conversation.clock import FixedClock
from handrail.conversation.database import Database
from handrail.conversation.errors import Conflict, Denied, HandrailError
from handrail.conversation.events import (
    ActionClaimed,
    ActionConsented,
    ActionDropped,
    ActionProposed,
    ApprovalGiven,
    ApprovalRefused,
    Event,
)
from handrail.conversation.log import Fence, Log
from handrail.conversation.settings import Settings
from handrail.desk.approvals import Approvals
from handrail.desk.staff import Staff

DANA, KIM = Staff("d", "Dana", "supervisor"), Staff("k", "Kim", "admin")
WHY = "cancellations of dear orders need a second person"
MOVES = ("ask", "agree", "do", "approve", "refuse", "withdraw", "dearer", "rule", "other", "later", "break", "expire")


class Players:
    """Everybody who has a hand in one conversation; each move may be refused."""

    def __init__(self, talk: Talk, shop: Shop, approvals: Approvals, clock: FixedClock, fence: Fence) -> None:
        self.talk, self.shop, self.approvals, self.clock, self.fence = talk, shop, approvals, clock, fence
        self.others = 0

    async def play(self, move: str) -> None:
        try:
            await getattr(self, f"_{move}")()
        except HandrailError:
            # Refused: it must have changed nothing, which is what is checked in the end.
            return

    async def _ask(self) -> None:
        await self.talk.ask(self.fence)

    async def _agree(self) -> None:
        await self.talk.agree(self.fence, await self.talk.says("yes"))

    async def _do(self) -> None:
        actions = (await self.talk.situation()).actions
        if not actions:
            return
        executed = await self.talk.do(self.fence, actions[-1])
        if executed.asked is not None:
            await self.talk.append("bot", executed.asked, fence=self.fence)
        elif executed.proposal is not None:
            await self.talk.put(executed.proposal, self.fence)

    async def _approve(self) -> None:
        await self._decide(DANA, "approve")

    async def _refuse(self) -> None:
        await self._decide(KIM, "refuse")

    async def _decide(self, staff: Staff, decision: Any) -> None:
        for action in (await self.talk.situation()).actions[-1:]:
            await self.approvals.decide(self.talk.conversation_id, action.action_id, staff, decision, "because")

    async def _withdraw(self) -> None:
        for action in (await self.talk.situation()).waiting:
            await self.talk.append("bot", ActionDropped(action_id=action.action_id, why="withdrawn"), fence=self.fence)

    async def _dearer(self) -> None:
        self.shop.refund += 1

    async def _rule(self) -> None:
        self.shop.approval = "" if self.shop.approval else WHY

    async def _other(self) -> None:
        self.others += 1
        await self.talk.prove(f"c{self.others + 1}")

    async def _later(self) -> None:
        self.clock.advance(60)

    async def _expire(self) -> None:
        self.clock.advance(25 * 3600)

    async def _break(self) -> None:
        async def cut(_: Context) -> None:
            raise ConnectionResetError("cut")

        self.shop.after = cut


def expect_allowed(events: list[Event], action_id: str) -> None:
    """The claim of this action rests on the consent to its fingerprint and, where that is needed, on its approval."""
    mine = [e.data for e in events if getattr(e.data, "action_id", "") == action_id]
    proposed = next(data for data in mine if isinstance(data, ActionProposed))
    before = mine[: next(n for n, data in enumerate(mine) if isinstance(data, ActionClaimed))]
    consents = [data for data in before if isinstance(data, ActionConsented)]
    assert [data.fingerprint for data in consents] == [proposed.fingerprint]
    assert not [data for data in before if isinstance(data, ActionDropped | ApprovalRefused)]
    if proposed.preview.get("approval"):
        given_ = [data for data in before if isinstance(data, ApprovalGiven)]
        assert [data.fingerprint for data in given_] == [proposed.fingerprint]


@given(st.lists(st.sampled_from(MOVES), min_size=4, max_size=16))
@hypothesis_settings(max_examples=60, suppress_health_check=list(HealthCheck))
async def test_nothing_is_done_without_consent_and_approval_of_the_same(
    log: Log, clock: FixedClock, settings: Settings, database: Database, moves: list[str]
) -> None:
    shop = Shop(clock, approval=WHY)
    talk = await Talk.open(log, clock, settings, shop.tool())
    approvals = Approvals(log, talk.situations, settings)
    players = Players(talk, shop, approvals, clock, await talk.lease())
    # From a conversation in which the next two moves may do it, so that many runs get there.
    for move in ("ask", "agree", "do", *moves, "do"):
        await players.play(move)
    events = await log.read(talk.conversation_id)
    keys = [key for _, key in shop.coming]
    assert len(keys) == len(set(keys))
    for key in keys:
        expect_allowed(events, key.removeprefix(f"{talk.conversation_id}-"))


@pytest.fixture
async def waiting(log: Log, clock: FixedClock, settings: Settings, database: Database) -> tuple[Talk, Shop, Approvals]:
    """A cancellation that waits for a colleague."""
    shop = Shop(clock, approval=WHY)
    talk = await Talk.open(log, clock, settings, shop.tool())
    approvals = Approvals(log, talk.situations, settings)
    players = Players(talk, shop, approvals, clock, await talk.lease())
    for move in ("ask", "agree", "do"):
        await players.play(move)
    assert (await talk.stages()) == ["waiting"]
    assert not shop.coming
    await log.release(talk.conversation_id, players.fence.lease or "")
    return talk, shop, approvals


async def test_an_approved_action_is_checked_anew_and_done(waiting: tuple[Talk, Shop, Approvals]) -> None:
    talk, shop, approvals = waiting
    fence = await talk.lease()
    (action,) = (await talk.situation()).actions
    with pytest.raises(Conflict):
        await talk.do(fence, action)
    await approvals.decide(talk.conversation_id, action.action_id, DANA, "approve")
    previews = shop.previews
    (action,) = (await talk.situation()).actions
    assert (await talk.do(fence, action)).stage == "succeeded"
    assert shop.previews == previews + 1
    assert len(shop.effects) == 1


@pytest.mark.parametrize("change", ["price", "customer"])
async def test_an_approval_is_for_what_was_approved(waiting: tuple[Talk, Shop, Approvals], change: str) -> None:
    talk, shop, approvals = waiting
    fence = await talk.lease()
    (action,) = (await talk.situation()).actions
    await approvals.decide(talk.conversation_id, action.action_id, DANA, "approve")
    if change == "price":
        shop.refund = 900.0
    else:
        await talk.prove("c2")
    executed = await talk.do(fence, (await talk.situation()).actions[0])
    assert (executed.stage, executed.code) == ("dropped", "changed")
    assert executed.proposal is not None
    await talk.put(executed.proposal, fence)
    assert await talk.stages() == ["dropped", "proposed"]
    assert not shop.coming


async def test_only_the_named_roles_approve(waiting: tuple[Talk, Shop, Approvals]) -> None:
    talk, _, approvals = waiting
    (action,) = (await talk.situation()).actions
    with pytest.raises(Denied):
        await approvals.decide(talk.conversation_id, action.action_id, Staff("a", "Ana", "agent"), "approve")
    assert await talk.stages() == ["waiting"]
