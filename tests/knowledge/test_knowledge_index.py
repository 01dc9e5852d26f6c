"""The door to Chroma, in a folder and over HTTP."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from knowledge_kit import Bags, workspace

from handrail.conversation.errors import SettingsError, Unavailable
from handrail.conversation.settings import Settings
from handrail.knowledge.index import Entry, Index


async def entries(*texts: str) -> list[Entry]:
    rows = await Bags().embed(texts)
    return [Entry(text.replace(" ", "-"), row, text, "p@1#1") for text, row in zip(texts, rows, strict=True)]


async def nearest(index: Index, text: str, count: int = 5) -> list[tuple[str, float]]:
    return await index.near((await Bags().embed([text]))[0], count)


async def keeps_and_finds(settings: Settings) -> None:
    index = await Index.open(settings, "bags")
    assert await index.digests() == set()
    assert await nearest(index, "red jacket") == []
    await index.put(await entries("red jacket", "blue tent", "green stove"))
    (first, cosine), (_, next_cosine) = await nearest(index, "red jacket", 2)
    assert first == "red-jacket"
    assert cosine == pytest.approx(1, abs=1e-4)
    assert next_cosine == pytest.approx(0, abs=1e-2)
    there = await index.vectors(["green-stove", "gone", "red-jacket"])
    assert {digest: float(row @ (await Bags().embed([digest]))[0]) for digest, row in there.items()} == {
        "green-stove": pytest.approx(1, abs=1e-4),
        "red-jacket": pytest.approx(1, abs=1e-4),
    }
    assert await index.vectors([]) == {}
    await index.drop(["red-jacket"])
    await index.put(await entries("blue tent"))
    assert await index.digests() == {"blue-tent", "green-stove"}
    await index.mark(state="a")
    await index.close()
    index = await Index.open(settings, "bags")
    assert await index.digests() == {"blue-tent", "green-stove"}
    assert index.marks == {"state": "a"}
    await index.close()


async def test_a_folder_keeps_vectors_and_finds_them_again(tmp_path: Path) -> None:
    await keeps_and_finds(workspace(tmp_path))


ANOTHER_PROCESS = """
import asyncio, sys
from pathlib import Path
import numpy as np
from handrail.conversation.settings import Settings
from handrail.knowledge.index import Entry, Index

async def main():
    index = await Index.open(Settings(workspace=Path(sys.argv[1])), "bags")
    await index.drop(["red-jacket"])
    await index.put([Entry("new-stove", np.ones(256, dtype=np.float32), "new stove", "p@1#2")])
    await index.close()

asyncio.run(main())
"""


async def test_opening_again_shows_what_another_process_has_changed(tmp_path: Path) -> None:
    settings = workspace(tmp_path)
    before = await Index.open(settings, "bags")
    await before.put(await entries("red jacket", "blue tent"))
    assert (await nearest(before, "red jacket", 1))[0][0] == "red-jacket"
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", ANOTHER_PROCESS, str(tmp_path))
    assert await other.wait() == 0
    again = await Index.open(settings, "bags")
    assert {digest for digest, _ in await nearest(again, "red jacket")} == {"blue-tent", "new-stove"}
    assert await again.digests() == {"blue-tent", "new-stove"}
    await before.close()
    await again.close()


async def test_businesses_and_embedders_keep_apart_and_old_embedders_are_cleared(tmp_path: Path) -> None:
    names = [("Ours & Sons", "bags"), ("Ours & Sons", "other"), ("Theirs", "bags")]
    for business, embedder in names:
        index = await Index.open(workspace(tmp_path, business={"name": business}), embedder)
        assert await index.digests() == set()
        await index.put(await entries("red jacket"))
        await index.close()
    index = await Index.open(workspace(tmp_path, business={"name": "Ours & Sons"}), "bags")
    await index.drop_others()
    await index.close()
    left = []
    for business, embedder in names:
        index = await Index.open(workspace(tmp_path, business={"name": business}), embedder)
        left.append(len(await index.digests()))
        await index.close()
    assert left == [1, 0, 1]


async def test_closing_waits_for_calls_under_way(tmp_path: Path) -> None:
    index = await Index.open(workspace(tmp_path), "bags")
    await index.put(await entries(*(f"jacket {n}" for n in range(50))))
    searches = [asyncio.create_task(nearest(index, f"jacket {n}", 1)) for n in range(20)]
    await asyncio.sleep(0)
    await index.close()
    assert [(await search)[0][0] for search in searches] == [f"jacket-{n}" for n in range(20)]


async def test_a_failure_of_chroma_is_unavailable(tmp_path: Path) -> None:
    index = await Index.open(workspace(tmp_path), "bags")
    await index.put(await entries("red jacket"))
    with pytest.raises(Unavailable, match="Chroma failed"):
        await index.near(np.ones(3, dtype=np.float32), 1)
    await index.close()


async def test_an_address_that_is_none_or_dead_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"index\.chroma_url"):
        await Index.open(workspace(tmp_path, index={"chroma_url": "http://"}), "bags")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=f"Chroma can't be opened at http://127.0.0.1:{port}"):
            await Index.open(workspace(tmp_path, index={"chroma_url": f"http://127.0.0.1:{port}"}), "bags")


@contextlib.asynccontextmanager
async def chroma_server(folder: Path) -> AsyncIterator[str]:
    """`chroma run` on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("chroma")
    arguments = ("run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port))
    log = (folder / "log").open("wb")
    process = await asyncio.create_subprocess_exec(program, *arguments, stdout=log, stderr=log)
    try:
        async with asyncio.timeout(60):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                assert process.returncode is None, (folder / "log").read_text()
                await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()
        log.close()


async def test_a_server_keeps_vectors_and_finds_them_again(tmp_path: Path) -> None:
    async with chroma_server(tmp_path) as url:
        await keeps_and_finds(workspace(tmp_path, index={"chroma_url": url}))
