"""Turning texts into vectors: the port, the three embedders behind it, and the cache before them.

Which one is used is a setting (`index.embedder`): `minilm` runs here without a download, `openai` asks any endpoint
that speaks OpenAI's embeddings protocol, `chroma` is Chroma's own MiniLM, which it downloads.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Protocol

import httpx
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from handrail.conversation.errors import SettingsError, Unavailable
from handrail.conversation.settings import Settings

from .minilm import MiniLM

Rows = NDArray[np.float32]
KEPT = 4096
OPENAI = "https://api.openai.com/v1"
OPENAI_BATCH = 256
OPENAI_DIMENSIONS = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072, "text-embedding-ada-002": 1536}


class Embedder(Protocol):
    """Where vectors come from. `name` changes whenever the same text would give another vector."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    async def embed(self, texts: Sequence[str]) -> Rows:
        """Return an array (n, dimensions), each row of length 1. Raises `Unavailable`."""
        ...


def open_embedder(settings: Settings) -> "Cached":
    """Return the embedder the settings name, behind a cache. Nothing is loaded or fetched before its first text."""
    match settings.index.embedder:
        case "minilm":
            return Cached(MiniLM())
        case "chroma":
            return Cached(ChromaEmbeddings())
        case "openai":
            return Cached(OpenAIEmbeddings(settings))


class Cached:
    """An embedder that remembers the last texts, and embeds a text once when several tasks want it at the same time."""

    def __init__(self, embedder: Embedder, size: int = KEPT) -> None:
        self._embedder = embedder
        self._size = size
        self._rows: OrderedDict[str, Rows] = OrderedDict()
        self._coming: dict[str, asyncio.Task[None]] = {}

    @property
    def name(self) -> str:
        return self._embedder.name

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    async def embed(self, texts: Sequence[str]) -> Rows:
        """As the port says; only texts that are not remembered are computed."""
        found: dict[str, Rows] = {}
        self._recall(texts, found)
        while missing := [text for text in dict.fromkeys(texts) if text not in found]:
            if fresh := [text for text in missing if text not in self._coming]:
                task = asyncio.create_task(self._fetch(fresh, found))
                task.add_done_callback(_seen)
                self._coming.update(dict.fromkeys(fresh, task))
            # Shielded: another task may wait for the same text when this one is cancelled.
            waits = dict.fromkeys(self._coming[text] for text in missing)
            await asyncio.gather(*(asyncio.shield(wait) for wait in waits))
            self._recall(missing, found)
        return np.stack([found[text] for text in texts]) if texts else np.zeros((0, self.dimensions), np.float32)

    async def close(self) -> None:
        """Close the connections of a remote embedder."""
        if isinstance(self._embedder, OpenAIEmbeddings):
            await self._embedder.close()

    def _recall(self, texts: Iterable[str], found: dict[str, Rows]) -> None:
        for text in texts:
            row = self._rows.get(text)
            if row is not None:
                self._rows.move_to_end(text)
                found[text] = row

    async def _fetch(self, texts: list[str], found: dict[str, Rows]) -> None:
        try:
            for text, row in zip(texts, await self._embedder.embed(texts), strict=True):
                found[text] = self._rows[text] = row
                self._rows.move_to_end(text)
            while len(self._rows) > self._size:
                self._rows.popitem(last=False)
        finally:
            for text in texts:
                self._coming.pop(text, None)


def _seen(task: asyncio.Task[None]) -> None:
    # Whoever waits for the task gets its error; where all of them were cancelled, nobody is left to care.
    if not task.cancelled():
        task.exception()


class _Row(BaseModel):
    index: int
    embedding: list[float]


class _Reply(BaseModel):
    data: list[_Row]


class OpenAIEmbeddings:
    """Vectors from an endpoint that speaks OpenAI's protocol (OpenAI, vLLM, Ollama, llama.cpp, gateways).

    `dimensions` is 0 until the first reply where the model is not one of OpenAI's own.
    """

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        engine = settings.engine
        if engine.api_key is None and engine.base_url is None:
            raise SettingsError("index.embedder: 'openai' needs OPENAI_API_KEY or OPENAI_BASE_URL")
        self.name = self._model = settings.index.embedding_model
        self.dimensions = OPENAI_DIMENSIONS.get(self._model, 0)
        self._client = httpx.AsyncClient(
            base_url=engine.base_url or OPENAI,
            headers={"Authorization": f"Bearer {engine.api_key.get_secret_value()}"} if engine.api_key else {},
            timeout=engine.timeout_seconds,
            transport=transport,
        )

    async def embed(self, texts: Sequence[str]) -> Rows:
        """As the port says. Raises `Unavailable` when the endpoint does not answer, or answers something else."""
        parts = [await self._ask(texts[start : start + OPENAI_BATCH]) for start in range(0, len(texts), OPENAI_BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, self.dimensions), np.float32)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _ask(self, texts: Sequence[str]) -> Rows:
        question = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        try:
            answer = await self._client.post("embeddings", json=question)
            answer.raise_for_status()
            rows = sorted(_Reply.model_validate_json(answer.content).data, key=lambda row: row.index)
            found = normalised([row.embedding for row in rows])
        except httpx.HTTPStatusError as error:
            told = error.response.text[:200]
            raise Unavailable(f"embeddings: HTTP {error.response.status_code}: {told}", code="embedder") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(
                f"embeddings: {self._client.base_url} does not answer: {error!r}", code="embedder"
            ) from error
        except (ValidationError, ValueError) as error:
            raise Unavailable(f"embeddings: the reply has another form: {error}", code="embedder") from error
        if len(found) != len(texts):
            raise Unavailable(f"embeddings: {len(found)} vectors for {len(texts)} texts", code="embedder")
        self.dimensions = found.shape[1]
        return found


class ChromaEmbeddings:
    """Chroma's own all-MiniLM-L6-v2, which it downloads at the first text."""

    name = "chroma-all-MiniLM-L6-v2"
    dimensions = 384

    async def embed(self, texts: Sequence[str]) -> Rows:
        """As the port says. Raises `Unavailable` when the model can't be downloaded."""
        from .index import embed_with_chroma

        return await asyncio.to_thread(embed_with_chroma, list(texts))


def normalised(vectors: Sequence[Sequence[float]]) -> Rows:
    """Return `vectors` as rows of length 1 (a row of zeros stays)."""
    rows = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths == 0, 1, lengths)).astype(np.float32)
