"""The policies of a workspace: refreshed by what has changed, swapped when another process has refreshed them."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from knowledge_kit import DELIVERY, POLICIES, RETURNS, TODAY, Bags, workspace

from handrail.conversation.errors import Invalid, Unavailable
from handrail.conversation.settings import Settings
from handrail.knowledge.index import Index
from handrail.knowledge.knowledge import CHANGED, IndexReport, Knowledge


class Ticks:
    """`ready` is set while somebody waits: all that rang before has been dealt with."""

    def __init__(self) -> None:
        self.rung, self.ready = asyncio.Event(), asyncio.Event()

    async def wait(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as the port has it
        self.ready.set()
        await self.rung.wait()
        self.ready.clear()
        self.rung.clear()


class FakeBell:
    """Rings in this process."""

    def __init__(self) -> None:
        self.rings: list[str] = []
        self.ears: defaultdict[str, list[Ticks]] = defaultdict(list)
        self.joined = asyncio.Event()

    @contextlib.asynccontextmanager
    async def hear(self, topic: str) -> AsyncIterator[Ticks]:
        ticks = Ticks()
        self.ears[topic].append(ticks)
        self.joined.set()
        yield ticks

    async def ring(self, topic: str) -> None:
        self.rings.append(topic)
        for ticks in self.ears[topic]:
            ticks.ready.clear()
            ticks.rung.set()

    async def settled(self, listeners: int) -> None:
        """Return when so many listen and have dealt with all that rang."""
        async with asyncio.timeout(30):
            while len(self.ears[CHANGED]) < listeners:
                self.joined.clear()
                await self.joined.wait()
            for ticks in self.ears[CHANGED]:
                await ticks.ready.wait()


def counts(report: IndexReport) -> tuple[int, int, int, int, int]:
    return report.added, report.kept, report.removed, report.policies, report.passages


async def test_a_refresh_embeds_only_what_has_changed(tmp_path: Path) -> None:
    settings = workspace(tmp_path)
    bags = Bags()
    knowledge = Knowledge(settings, bags)
    seen: list[tuple[int, int]] = []
    # Six passages, but the conditions of both versions are the same text.
    assert counts(await knowledge.refresh(lambda done, of: seen.append((done, of)))) == (5, 0, 0, 3, 6)
    assert seen == [(5, 5)]
    assert counts(await knowledge.refresh()) == (0, 5, 0, 3, 6)
    assert len(bags.texts) == 5

    longer = DELIVERY.replace("## Costs", "## Days\n\nWe deliver on weekdays.\n\n## Costs").replace("eight", "nine")
    (settings.policies_folder / "delivery.md").write_text(longer)
    # A new first section moves all numbers, yet only the new and the changed text are embedded.
    assert counts(await knowledge.refresh()) == (2, 4, 1, 3, 7)
    assert sorted(bags.texts[5:]) == [
        "Delivery. Abroad. Parcels to Norway take nine working days.",
        "Delivery. Days. We deliver on weekdays.",
    ]
    (settings.policies_folder / "delivery.md").unlink()
    assert counts(await knowledge.refresh()) == (0, 3, 3, 2, 4)
    await knowledge.close()


async def test_passages_and_budget_make_another_vector(tmp_path: Path) -> None:
    knowledge = Knowledge(workspace(tmp_path), Bags())
    await knowledge.refresh()
    await knowledge.close()
    knowledge = Knowledge(workspace(tmp_path, index={"passage_tokens": 60}), Bags())
    assert counts(await knowledge.refresh())[:3] == (5, 0, 5)
    await knowledge.close()


async def test_policies_and_passages_can_be_looked_up(tmp_path: Path) -> None:
    knowledge = Knowledge(workspace(tmp_path), Bags())
    assert list(knowledge.policies) == []
    assert knowledge.passage("returns@1#1") is None
    await knowledge.refresh()
    assert [(policy.id, policy.version) for policy in knowledge.policies] == [
        ("delivery", "1"),
        ("returns", "1"),
        ("returns", "2"),
    ]
    old = knowledge.passage("returns@1#1")
    assert old is not None
    assert old.text == "You can return an item within 14 days of delivery."
    assert old.citation.version == "1"
    await knowledge.close()


async def test_the_version_in_force_answers(tmp_path: Path) -> None:
    knowledge = Knowledge(workspace(tmp_path), Bags())
    await knowledge.refresh()
    for day, answer in ((date(2026, 2, 1), "14 days"), (TODAY, "30 days")):
        found = await knowledge.find("How long can I return an item?", as_of=day, k=3)
        assert answer in found.hits[0].passage.text
        assert len(found.hits) == 3
    await knowledge.close()


async def test_a_process_that_has_not_refreshed_reads_what_another_indexed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Knowledge(workspace(tmp_path), Bags()), Knowledge(workspace(tmp_path), bags := Bags())
    await first.refresh()
    opened = 0
    take_stock = Index.open

    async def counted(settings: Settings, embedder: str) -> Index:
        nonlocal opened
        opened += 1
        return await take_stock(settings, embedder)

    monkeypatch.setattr(Index, "open", counted)
    for found in await asyncio.gather(*(second.find("delivery to Norway", as_of=TODAY) for _ in range(5))):
        assert found.hits[0].passage.id == "delivery@1#2"
        assert found.hits[0].dense > 0.4
    assert opened == 1
    assert set(bags.texts) == {"delivery to Norway"}
    await first.close()
    await second.close()


async def test_the_bell_swaps_the_index_of_the_other_processes(tmp_path: Path) -> None:
    settings, bell = workspace(tmp_path), FakeBell()
    first, second = Knowledge(settings, Bags(), bell), Knowledge(settings, Bags(), bell)
    await first.refresh()
    await second.refresh()
    assert bell.rings == [CHANGED]  # the second found nothing to change
    await bell.settled(2)
    (settings.policies_folder / "returns-v2.md").write_text(RETURNS.replace("30 days", "45 days"))
    await first.refresh()
    await bell.settled(2)
    hit = (await second.find("return an item within days", as_of=TODAY)).hits[0]
    assert "45 days" in hit.passage.text
    assert hit.dense > 0.4  # the new vector is seen, not the new text alone
    await first.close()
    await second.close()


async def test_a_change_of_dates_alone_is_told_too(tmp_path: Path) -> None:
    settings, bell = workspace(tmp_path, {"returns.md": RETURNS}), FakeBell()
    knowledge = Knowledge(settings, Bags(), bell)
    await knowledge.refresh()
    (settings.policies_folder / "returns.md").write_text(RETURNS.replace("2026-03-01", "2026-04-01"))
    assert counts(await knowledge.refresh())[:3] == (0, 2, 0)
    assert bell.rings == [CHANGED, CHANGED]
    await knowledge.close()


async def test_a_bad_policy_leaves_the_index_in_use(tmp_path: Path) -> None:
    settings, bell = workspace(tmp_path), FakeBell()
    knowledge, other = Knowledge(settings, Bags(), bell), Knowledge(settings, Bags(), bell)
    await knowledge.refresh()
    await other.refresh()
    (settings.policies_folder / "delivery.md").write_text("no front matter")
    with pytest.raises(Invalid, match=r"delivery\.md"):
        await knowledge.refresh()
    await bell.settled(2)
    await bell.ring(CHANGED)
    await bell.settled(2)
    for each in (knowledge, other):
        assert (await each.find("delivery to Norway", as_of=TODAY)).hits[0].passage.policy.id == "delivery"
        await each.close()


async def test_a_failing_embedder_leaves_the_index_in_use_and_what_is_missing_is_made_up_later(tmp_path: Path) -> None:
    settings, bags = workspace(tmp_path), Bags()
    knowledge = Knowledge(settings, bags)
    await knowledge.refresh()
    (settings.policies_folder / "new.md").write_text(
        "---\nid: new\ntitle: Tents\nversion: 1\neffective_from: 2024-01-01\n---\nTents are mended."
    )
    bags.down = True
    with pytest.raises(Unavailable):
        await knowledge.refresh()
    assert len(knowledge.policies) == len(POLICIES)
    bags.down = False
    assert counts(await knowledge.refresh())[:3] == (1, 5, 0)
    await knowledge.close()


async def test_refreshing_while_searching_never_fails_a_search(tmp_path: Path) -> None:
    settings = workspace(tmp_path)
    knowledge = Knowledge(settings, Bags())
    await knowledge.refresh()
    done = asyncio.Event()

    async def search() -> int:
        number = 0
        while not done.is_set():
            found = await knowledge.find(f"delivery to Norway {number}", as_of=TODAY)
            assert found.hits[0].passage.id.startswith("delivery@1#")
            assert found.hits[0].dense > 0.3
            number += 1
        return number

    searches = [asyncio.create_task(search()) for _ in range(4)]
    for n in range(5):
        (settings.policies_folder / "delivery.md").write_text(DELIVERY.replace("eight", f"{n + 20}"))
        await knowledge.refresh()
    done.set()
    assert all(number > 5 for number in await asyncio.gather(*searches))
    await knowledge.close()
