"""`handrail index` beside a running server."""

import asyncio
from pathlib import Path

from handrail.agent.bootstrap import open_knowledge
from handrail.channels.cli import upkeep

HEAD = '---\nid: {id}\ntitle: {id}\nversion: "1"\neffective_from: 2025-01-01\n---\n\n'


def write(folder: Path, id_: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{id_}.md").write_text(HEAD.format(id=id_) + text, "utf-8")


async def test_a_running_server_takes_in_what_another_process_indexed(settings, bell):
    write(settings.policies_folder, "returns", "You have 30 days.")
    async with open_knowledge(settings, bell=bell) as served, bell.hear("index_changed") as ticks:
        await served.refresh()
        # Who has just begun to listen is woken once anyhow, so the first change alone would prove nothing.
        for number, name in enumerate(("deliveries", "late-arrivals"), 2):
            write(settings.policies_folder, name, f"What holds for {name}.")
            await upkeep.index(settings)
            async with asyncio.timeout(30):
                while len(served.policies) < number:
                    await ticks.wait(0.05)
        assert [policy.id for policy in served.policies] == ["deliveries", "late-arrivals", "returns"]


async def test_an_empty_folder_is_told_with_what_belongs_there(settings, capsys):
    settings.policies_folder.mkdir()
    assert await upkeep.index(settings) == 0
    assert f"There is no policy in {settings.policies_folder}: put Markdown files" in capsys.readouterr().err
