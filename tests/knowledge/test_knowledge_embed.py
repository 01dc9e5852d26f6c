"""Embedders, and the cache before them."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence

import httpx
import numpy as np
import pytest
from knowledge_kit import Bags
from numpy.typing import NDArray

from handrail.conversation.errors import SettingsError, Unavailable
from handrail.conversation.settings import Settings
from handrail.knowledge import minilm
from handrail.knowledge.embed import Cached, ChromaEmbeddings, OpenAIEmbeddings, open_embedder
from handrail.knowledge.minilm import MiniLM, english

TEXTS = ("I want my money back", "Please give me a refund.", "The moon is made of cheese", "ok")


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM()


async def test_minilm_gives_rows_of_length_one_that_tell_meaning(model: MiniLM) -> None:
    rows = await model.embed(TEXTS)
    assert rows.shape == (4, model.dimensions)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert rows[0] @ rows[1] > 0.5
    assert rows[0] @ rows[2] < 0.2


async def test_minilm_gives_a_text_the_same_vector_in_any_company(model: MiniLM) -> None:
    together = await model.embed(TEXTS)
    alone = np.concatenate([await model.embed([text]) for text in TEXTS])
    assert np.array_equal(together, alone)
    assert (await model.embed([])).shape == (0, 384)


async def test_minilm_computed_in_integers_stays_near_the_floats(
    model: MiniLM, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(minilm, "PROBED", (0.0, 0.0, 0.0))  # as if this processor answered something else
    floats = MiniLM()
    with caplog.at_level(logging.WARNING):
        exact = await floats.embed(TEXTS)
    assert "computes in floats" in caplog.text
    cosines = (exact * await model.embed(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.97
    assert cosines.max() < 1 - 1e-5  # else the integers were not used at all


async def test_minilm_refuses_another_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "MODEL_SHA256", "0" * 64)
    with pytest.raises(Unavailable, match=r"model\.onnx is not the file"):
        await MiniLM().embed(["hello"])
    monkeypatch.setattr(minilm, "MODEL", ("no_such_package", "model.onnx"))
    with pytest.raises(Unavailable, match="not installed"):
        await MiniLM().embed(["hello"])


def test_english_is_known_by_its_words() -> None:
    assert {"parcel", "return", "jacket"} <= english()
    assert not {"pacel", "retrun", "##ing"} & english()


class Slow(Bags):
    """Answers when `go` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        await self.go.wait()
        return await super().embed(texts)


async def test_a_text_is_embedded_once() -> None:
    bags = Bags()
    cached = Cached(bags)
    first = await cached.embed(["red jacket", "blue jacket", "red jacket"])
    again = await cached.embed(["blue jacket", "green jacket"])
    assert bags.texts == ["red jacket", "blue jacket", "green jacket"]
    assert np.array_equal(first[0], first[2])
    assert np.array_equal(first[1], again[0])
    assert (cached.name, cached.dimensions) == ("bags", 256)
    assert (await cached.embed([])).shape == (0, 256)


async def test_tasks_that_want_the_same_text_share_its_embedding() -> None:
    slow = Slow()
    cached = Cached(slow)
    tasks = [asyncio.create_task(cached.embed(["red jacket", f"and {n}"])) for n in range(3)]
    await asyncio.sleep(0)
    tasks[0].cancel()  # the one that asked first
    await asyncio.sleep(0)
    slow.go.set()
    rows = await asyncio.gather(*tasks[1:])
    assert slow.texts.count("red jacket") == 1
    assert np.array_equal(rows[0][0], rows[1][0])
    assert not np.array_equal(rows[0][1], rows[1][1])


async def test_the_oldest_texts_are_forgotten_and_a_long_list_still_works() -> None:
    bags = Bags()
    cached = Cached(bags, size=2)
    assert (await cached.embed(["a1", "b1", "c1"])).shape == (3, 256)
    await cached.embed(["b1", "c1"])
    assert bags.texts == ["a1", "b1", "c1"]
    await cached.embed(["a1"])
    assert bags.texts[3:] == ["a1"]


async def test_a_failure_is_not_remembered() -> None:
    bags = Bags()
    bags.down = True
    cached = Cached(bags)
    with pytest.raises(Unavailable):
        await cached.embed(["red jacket"])
    bags.down = False
    assert (await cached.embed(["red jacket"])).shape == (1, 256)


def remote(answer: Callable[[httpx.Request], httpx.Response]) -> OpenAIEmbeddings:
    settings = Settings.model_validate(
        {
            "engine": {"base_url": "http://models.local/v1", "api_key": "secret"},
            "index": {"embedder": "openai", "embedding_model": "nomic"},
        }
    )
    return OpenAIEmbeddings(settings, httpx.MockTransport(answer))


async def test_an_endpoint_is_asked_in_batches_and_its_rows_are_put_in_order() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        texts = json.loads(request.content)["input"]
        rows = [{"index": n, "embedding": [float(text), 3.0], "object": "embedding"} for n, text in enumerate(texts)]
        return httpx.Response(200, json={"data": rows[::-1], "model": "nomic"})

    embedder = remote(answer)
    assert (embedder.name, embedder.dimensions) == ("nomic", 0)
    rows = await embedder.embed([str(n) for n in range(300)])
    assert [len(json.loads(request.content)["input"]) for request in asked] == [256, 44]
    assert str(asked[0].url) == "http://models.local/v1/embeddings"
    assert asked[0].headers["Authorization"] == "Bearer secret"
    assert embedder.dimensions == 2
    assert np.allclose(rows[4], [0.8, 0.6])
    assert np.allclose(rows[299][0] / rows[299][1], 299 / 3)
    await Cached(embedder).close()
    with pytest.raises(RuntimeError, match="closed"):
        await embedder.embed(["1"])


def _lost(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda request: httpx.Response(401, text="wrong key"), "HTTP 401: wrong key"),
        (lambda request: httpx.Response(200, text="<html>"), "another form"),
        (lambda request: httpx.Response(200, json={"data": []}), "0 vectors for 1 texts|another form"),
        (_lost, "does not answer"),
    ],
)
async def test_an_endpoint_that_fails_is_unavailable(
    answer: Callable[[httpx.Request], httpx.Response], told: str
) -> None:
    with pytest.raises(Unavailable, match=told):
        await remote(answer).embed(["hello"])


def test_the_settings_name_the_embedder() -> None:
    assert open_embedder(Settings()).name == MiniLM.name
    assert open_embedder(Settings.model_validate({"index": {"embedder": "chroma"}})).name == ChromaEmbeddings.name
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        open_embedder(Settings.model_validate({"index": {"embedder": "openai"}}))
