"""`handrail told`: who was answered from a policy that has changed since."""

import json
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.table import Column, Table

from handrail.conversation.clock import SystemClock
from handrail.conversation.settings import Settings

MOST = 100_000


async def told(settings: Settings, policy: str, version: str | None, since: datetime | None, *, as_json: bool) -> None:
    """List the conversations, the latest first."""
    from handrail.agent.parts import open_log
    from handrail.knowledge.policies import read_policies

    zone = ZoneInfo(settings.business.timezone)
    today = SystemClock().now().astimezone(zone).date()
    policies = [p for p in read_policies(settings.policies_folder) if p.id == policy]
    but = None if version else next((p.version for p in policies if p.in_force(today)), None)
    day = since.replace(tzinfo=zone) if since and since.tzinfo is None else since
    async with open_log(settings) as log:
        found = await log.told(policy, version=version, but=but, since=day, limit=MOST)
    if as_json:
        for each in found:
            print(json.dumps(asdict(each), ensure_ascii=False, default=datetime.isoformat))
        return
    which = f"version {version}" if version else f"any version but {but}" if but else "any version"
    Console().print(f"{len(found)} conversations were answered from {policy}, {which}")
    if not found:
        if not policies:
            Console(stderr=True).print(
                f"There is no policy {policy} in {settings.policies_folder} either.", soft_wrap=True
            )
        return
    first = Column("conversation", no_wrap=True)
    table = Table(first, "customer", "version", "passages", "first", "last", "times", box=box.SIMPLE_HEAD)
    for each in found:
        days = (f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in (each.first_at, each.last_at))
        passages = ", ".join(passage.rpartition("#")[2] for passage in each.passages)
        table.add_row(each.conversation_id, each.customer_ref or "", each.version, passages, *days, str(each.times))
    Console().print(table)
