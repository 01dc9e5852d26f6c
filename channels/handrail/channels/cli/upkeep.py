"""`handrail index` and `handrail rebuild`, with their progress."""

from zoneinfo import ZoneInfo

from rich.console import Console

from handrail.channels.cli.rows import progress as progress_bar
from handrail.conversation.clock import SystemClock
from handrail.conversation.settings import Settings

REMARKED = 3
"""The exit code of a lint that has something to remark."""


async def index(settings: Settings, *, lint: bool = False) -> int:
    """Bring the policy index up to date; with `lint` also tell what is remarkable, and return 3 if anything is."""
    from handrail.agent.bootstrap import open_knowledge
    from handrail.agent.parts import open_log

    with progress_bar() as progress:
        task = progress.add_task("passages", total=None)
        # The log is opened for its bell: running servers are told, and swap.
        async with open_log(settings) as log, open_knowledge(settings, bell=log.bell) as knowledge:
            report = await knowledge.refresh(lambda done, total: progress.update(task, completed=done, total=total))
            today = SystemClock().now().astimezone(ZoneInfo(settings.business.timezone)).date()
            remarks = await knowledge.lint(today) if lint else []
    Console().print(
        f"{report.policies} policies in {report.passages} passages: {report.added} added, {report.kept} kept, "
        f"{report.removed} removed, in {report.seconds:.1f} s"
    )
    if not report.policies:
        Console(stderr=True).print(
            f"There is no policy in {settings.policies_folder}: put Markdown files with front matter there, or HTML, "
            "DOCX or PDF files.",
            soft_wrap=True,
        )
    for remark in remarks:
        print(f"{remark.passage}: {remark.kind}: {remark.text}")
    return REMARKED if remarks else 0


async def rebuild(settings: Settings) -> None:
    """Make the projections anew from the log."""
    from handrail.agent.parts import PROJECTIONS, open_log
    from handrail.conversation.rebuild import rebuild as replay

    with progress_bar() as progress:
        task = progress.add_task("conversations", total=None)
        async with open_log(settings) as log:
            events = await replay(
                log, PROJECTIONS, lambda done, total: progress.update(task, completed=done, total=total)
            )
    Console().print(f"{events} events taken into {', '.join(p.name for p in PROJECTIONS)}")
