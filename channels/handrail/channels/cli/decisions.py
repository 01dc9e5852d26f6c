"""What `handrail desk` does where a person's word is asked for: approvals, identities, ends that nobody saw."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from handrail.conversation.errors import Invalid

if TYPE_CHECKING:
    from handrail.agent.parts import DeskSide
    from handrail.conversation.settings import Settings
    from handrail.desk.staff import Staff

ENDS = {"happened": True, "not-happened": False}


async def waiting(settings: "Settings") -> None:
    """Print what waits for approval."""
    from rich import box
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    from handrail.agent.parts import open_desk

    async with open_desk(settings) as handrail:
        found = await handrail.desk.approvals.waiting()
        now = handrail.clock.now()
    if not found:
        Console().print("nothing waits for approval")
        return
    ids = (Column("conversation", no_wrap=True), Column("action", no_wrap=True))
    words = (Column(name, overflow="fold") for name in ("customer", "what", "why", "waiting"))
    table = Table(*ids, *words, box=box.SIMPLE_HEAD)
    for each in found:
        minutes = int((now - each.since).total_seconds() // 60)
        rule = f" ({each.rule.policy} v{each.rule.version})" if each.rule else ""
        cells = (
            each.conversation_id[-10:], each.action_id, each.customer or each.customer_id or "", each.what,
            each.why + rule, f"{minutes} min, until {each.until:%d %b %H:%M} UTC",
        )  # fmt: skip
        table.add_row(*map(Text, cells))
    Console().print(table)


async def decide(
    handrail: "DeskSide",
    staff: "Staff",
    conversation_id: str,
    action_id: str | None,
    decision: Literal["approve", "refuse"],
    reason: str,
) -> None:
    """Decide the one action that waits in a conversation, or the one that is named."""
    if action_id is None:
        waits = [w for w in await handrail.desk.approvals.waiting() if w.conversation_id == conversation_id]
        if len(waits) != 1:
            raise Invalid(
                f"{len(waits) or 'no'} actions wait for approval in it; say which with --action", code="which"
            )
        action_id = waits[0].action_id
    await handrail.desk.approvals.decide(conversation_id, action_id, staff, decision, reason)


async def vouch(handrail: "DeskSide", staff: "Staff", conversation_id: str, claims: Sequence[str], how: str) -> None:
    """Vouch for the customer whom `name=value` claims point at."""
    from handrail.agent.parts import open_vouching

    claim = dict(part.partition("=")[::2] for part in claims)
    if not all(claim.values()):
        raise Invalid("write who it is as email=sam@example.org", code="claim")
    async with open_vouching(handrail.settings, handrail.log) as vouching:
        await vouching.vouch(conversation_id, staff, claim, how)


async def settle(
    handrail: "DeskSide", staff: "Staff", conversation_id: str, action_id: str, end: str, seen: str
) -> None:
    """Settle an action whose end was not seen."""
    if end not in ENDS:
        raise Invalid(f"it has {' or '.join(ENDS)}", code="end")
    await handrail.desk.unsettled.settle(conversation_id, action_id, staff, happened=ENDS[end], seen=seen)
