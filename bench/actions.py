"""What identity, consent and claim add to an action, around a tool that answers at once: `python -m bench actions`.

Timed is everything between the wish and the end of the action that a bare call would not need: the identity gate, the
preview, the proposal on the log, the reading of the customer's yes, the consent, the claim and the end. The log is
durable, as in service. The customer's own line is not counted: it would be written anyway.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from bench.figures import Figure, spread
from bench.shop import Customer, open_shop
from handrail.agent.actions import Actions, open_action, replies
from handrail.agent.bootstrap import Handrail
from handrail.agent.consent import read_reply
from handrail.agent.tools import Context, Preview, tool
from handrail.agent.tools.call import call
from handrail.conversation.events import CustomerSaid
from handrail.conversation.situation import Situation

P50 = 15.0
"""Milliseconds that may be added to an action at the median."""
PART = "actions"
ACTIONS = 100
LEASE_SECONDS = 60


async def preview(ctx: Context, number: int) -> Preview:
    return Preview(summary=f"put number {number} on the list", facts={"number": number})


async def absent(ctx: Context, number: int) -> None:
    return None


@tool(effect="write", identity="verified", preview=preview, lookup=absent)
async def put_number(ctx: Context, number: int) -> dict[str, int]:
    """Put a number on a list.

    number: the number
    """
    return {"number": number}


@dataclass(frozen=True, slots=True)
class Steps:
    """Seconds of one action: up to its proposal, from the yes to its end, and of the bare call."""

    proposed: float
    done: float
    bare: float


async def measure(actions: int = ACTIONS) -> list[Figure]:
    """The figures; the first tenth of the actions warms up."""
    async with open_shop() as handrail:
        doing = Actions(handrail.log, handrail.clock, handrail.settings, tools={put_number.name: put_number})
        steps = [await _one(handrail, doing, number) for number in range(actions + actions // 10)][actions // 10 :]
    added = [1000 * (one.proposed + one.done - one.bare) for one in steps]
    return [
        *spread(PART, "added to an action by gate, proposal, consent, claim and end", added, "ms", P50),
        *spread(PART, "of these, up to the proposal", [1000 * one.proposed for one in steps], "ms"),
        *spread(PART, "of these, from the yes to the end", [1000 * (one.done - one.bare) for one in steps], "ms"),
        *spread(PART, "the bare call", [1000 * one.bare for one in steps], "ms"),
    ]


async def _one(handrail: Handrail, actions: Actions, number: int) -> Steps:
    customer = await Customer.come(handrail, f"customer-{number}")
    await handrail.log.append(customer.id, "customer", CustomerSaid(text=f"Please put {number} on the list."))
    fence = await handrail.log.acquire(customer.id, "bench", LEASE_SECONDS)
    assert fence is not None
    situation = await handrail.situations.get(customer.id)
    arguments = {"number": number}

    began = time.perf_counter()
    assert handrail.identity.gate(put_number, situation) is None
    proposal = await actions.propose(situation, f"turn-{number}", put_number, arguments)
    events = getattr(proposal, "events", None)
    assert events, f"nothing was proposed: {proposal}"
    await handrail.log.append(customer.id, "bot", *events, fence=fence)
    proposed = time.perf_counter() - began

    yes = await handrail.log.append(customer.id, "customer", CustomerSaid(text="Yes, please do."))
    situation = await handrail.situations.get(customer.id)
    began = time.perf_counter()
    situation = await _agreed(handrail, actions, situation, yes[0].seq, fence)
    action = open_action(situation)
    assert action is not None
    executed = await actions.execute(situation, f"turn-{number}", action, fence)
    done = time.perf_counter() - began
    assert executed.stage == "succeeded", f"{executed.stage}: {executed.code}"
    return Steps(proposed, done, await _bare(actions, situation, arguments))


async def _agreed(handrail: Handrail, actions: Actions, situation: Situation, said: int, fence: object) -> Situation:
    """Read the yes and put it on the log, as a turn does."""
    action = open_action(situation)
    assert action is not None
    lines = replies(situation)
    assert read_reply("\n".join(line.text for line in lines), action.question).kind == "yes"
    await actions.consent(situation, action, said, fence)  # type: ignore[arg-type]
    return await handrail.situations.get(situation.conversation_id)


async def _bare(actions: Actions, situation: Situation, arguments: Mapping[str, int]) -> float:
    context = actions.context(situation)
    began = time.perf_counter()
    called = await call(put_number, context, arguments)
    assert called.ok
    return time.perf_counter() - began
