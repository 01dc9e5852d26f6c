"""The door to Chroma: one collection of vectors, known by what was embedded.

The vectors are always ours, and so are the passages: Chroma keeps a vector under the digest of its text, and the text
for people who look inside. A local Chroma (a folder) shows a process only what was there when it opened it; so after
another process has changed it, it is opened anew. With `CHROMA_URL` there is a server, and nothing grows stale.
"""

import asyncio
import hashlib
import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from handrail.conversation.errors import SettingsError, Unavailable
from handrail.conversation.imports import spared
from handrail.conversation.settings import Settings

FOLDER = "index"
BATCH = 500
SPACE = {"hnsw": {"space": "cosine"}}
_openings = itertools.count()

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Entry:
    """A vector to be kept: `digest` of what was embedded, the text, and the passage it first came from."""

    digest: str
    vector: NDArray[np.float32]
    text: str
    passage: str


class Index:
    """An open collection. All calls raise `Unavailable` when Chroma does not answer."""

    def __init__(self, client: Any, collection: Any, prefix: str) -> None:
        self._client = client
        self._collection = collection
        self._prefix = prefix
        self._running = 0
        self._closing = False

    @classmethod
    async def open(cls, settings: Settings, embedder: str) -> "Index":
        """Open the collection of this business and embedder, making it if it is not there."""
        return await asyncio.to_thread(cls._open, settings, embedder)

    @classmethod
    def _open(cls, settings: Settings, embedder: str) -> "Index":
        prefix = f"policies-{re.sub(r'[^a-z0-9]+', '-', settings.business.name.lower())[:40].strip('-') or 'ours'}"
        name = f"{prefix}-{hashlib.sha256(embedder.encode()).hexdigest()[:8]}"
        try:
            client = _client(settings)
            return cls(
                client, client.get_or_create_collection(name, configuration=SPACE, embedding_function=None), prefix
            )
        except SettingsError:
            raise
        except Exception as error:
            where = settings.index.chroma_url or settings.data_folder / FOLDER
            raise Unavailable(f"Chroma can't be opened at {where}: {error}", code="index") from error

    async def digests(self) -> set[str]:
        """Return the digests of all vectors."""
        found: Any = await self._run(partial(self._collection.get, include=[]))
        return set(found["ids"])

    async def put(self, entries: Sequence[Entry]) -> None:
        """Keep these vectors; one whose digest is there already is written over."""
        for start in range(0, len(entries), BATCH):
            batch = entries[start : start + BATCH]
            rows: dict[str, list[Any]] = {
                "ids": [entry.digest for entry in batch],
                "embeddings": [entry.vector for entry in batch],
                "documents": [entry.text for entry in batch],
                "metadatas": [{"passage": entry.passage} for entry in batch],
            }
            await self._run(partial(self._collection.upsert, **rows))

    async def drop(self, digests: Sequence[str]) -> None:
        """Forget these vectors."""
        for start in range(0, len(digests), BATCH):
            batch = list(digests[start : start + BATCH])
            await self._run(partial(self._collection.delete, ids=batch))

    async def drop_others(self) -> None:
        """Remove the collections that this business left behind under other embedders."""

        def remove() -> None:
            for collection in self._client.list_collections():
                if (
                    re.fullmatch(rf"{self._prefix}-[0-9a-f]{{8}}", collection.name)
                    and collection.name != self._collection.name
                ):
                    self._client.delete_collection(collection.name)

        await self._run(remove)

    async def near(self, vector: NDArray[np.float32], count: int) -> list[tuple[str, float]]:
        """Return the digests of up to `count` nearest vectors with their cosines, nearest first."""
        ask = partial(self._collection.query, query_embeddings=[vector], n_results=count, include=["distances"])
        found: Any = await self._run(ask)
        return [
            (digest, 1.0 - distance) for digest, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    async def vectors(self, digests: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of these digests, as far as they are there."""
        if not digests:
            return {}
        ask = partial(self._collection.get, ids=list(dict.fromkeys(digests)), include=["embeddings"])
        found: Any = await self._run(ask)
        return dict(zip(found["ids"], np.asarray(found["embeddings"], dtype=np.float32), strict=True))

    async def mark(self, **values: str) -> None:
        """Write values beside the collection, for `marks` in any process."""
        await self._run(partial(self._collection.modify, metadata=values))

    @property
    def marks(self) -> dict[str, str]:
        """What was marked when the collection was opened, or since by this process."""
        return dict(self._collection.metadata or {})

    async def close(self) -> None:
        """Close the client, once the calls that are under way have ended."""
        self._closing = True
        await self._leave()

    async def _run(self, call: Callable[[], Result]) -> Result:
        self._running += 1
        try:
            return await asyncio.to_thread(call)
        except Exception as error:
            raise Unavailable(f"Chroma failed: {error}", code="index") from error
        finally:
            self._running -= 1
            await self._leave()

    async def _leave(self) -> None:
        if self._closing and not self._running and self._client is not None:
            client, self._client = self._client, None
            await asyncio.to_thread(client.close)


def embed_with_chroma(texts: list[str]) -> NDArray[np.float32]:
    """Return vectors of Chroma's own model. Raises `Unavailable` when it can't be downloaded."""
    from chromadb.utils.embedding_functions import DefaultEmbeddingFunction

    try:
        rows = DefaultEmbeddingFunction()(texts)
    except Exception as error:
        raise Unavailable(f"Chroma's own model can't be loaded: {error}", code="embedder") from error
    found: NDArray[np.float32] = np.array(rows, dtype=np.float32)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return found


def _client(settings: Settings) -> Any:
    with spared():
        import chromadb
        from chromadb.config import Settings as ChromaSettings

    quiet = ChromaSettings(anonymized_telemetry=False)
    if settings.index.chroma_url is None:
        folder = settings.data_folder / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        # Chroma shares what it has read between clients of one path; each opening spells the path in another way.
        return chromadb.PersistentClient(f"{folder}/{'./' * (next(_openings) % 64)}", settings=quiet)
    url = urlsplit(settings.index.chroma_url)
    if not url.hostname:
        raise SettingsError(f"index.chroma_url: {settings.index.chroma_url!r} is no address such as http://chroma:8000")
    port = url.port or (443 if url.scheme == "https" else 8000)
    return chromadb.HttpClient(url.hostname, port, ssl=url.scheme == "https", settings=quiet)
