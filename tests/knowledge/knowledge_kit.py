"""What the tests of this room share: an embedder that counts, policies on disk, passages without a file."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from handrail.conversation.errors import Unavailable
from handrail.conversation.settings import Settings
from handrail.knowledge import meaning
from handrail.knowledge.passages import Passage, Policy
from handrail.knowledge.stems import terms

TODAY = date(2026, 6, 15)

RETURNS_OLD = """---
id: returns
title: Returns
version: "1"
effective_from: 2024-01-01
effective_until: 2026-03-01
tags: [orders]
---

## How long you have

You can return an item within 14 days of delivery.

## Condition

Items must be unused and in their packaging.
"""
RETURNS = """---
id: returns
title: Returns
version: "2"
effective_from: 2026-03-01
tags: [orders]
---

## How long you have

You can return an item within 30 days of delivery.

## Condition

Items must be unused and in their packaging.
"""
DELIVERY = """---
id: delivery
title: Delivery
version: "1"
effective_from: 2024-01-01
---

## Costs

Standard delivery costs 4 pounds. It is free for orders over 75 pounds.

## Abroad

Parcels to Norway take eight working days.
"""
POLICIES = {"returns-v1.md": RETURNS_OLD, "returns-v2.md": RETURNS, "delivery.md": DELIVERY}


class Bags:
    """An embedder of bags of words: texts that share words lie near each other. It remembers what it was asked."""

    name = "bags"
    dimensions = 256

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.down = False

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.down:
            raise Unavailable("the embedder is down")
        self.texts.extend(texts)
        rows = np.full((len(texts), self.dimensions), 1e-6, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for term in terms(text):
                row[crc32(term.encode()) % self.dimensions] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class Exact(meaning.Exact):
    """Vectors in memory; `asked` are the numbers of neighbours wanted so far."""

    def __init__(self, digests: Sequence[str], held: NDArray[np.float32]) -> None:
        super().__init__(digests, held)
        self.asked: list[int] = []

    async def near(self, vector: NDArray[np.float32], count: int) -> list[tuple[str, float]]:
        self.asked.append(count)
        return await super().near(vector, count)


def workspace(folder: Path, policies: Mapping[str, str] = POLICIES, **sections: object) -> Settings:
    """Settings of a workspace in `folder` that has these policy files."""
    (folder / "policies").mkdir(exist_ok=True)
    for name, text in policies.items():
        (folder / "policies" / name).write_text(text, encoding="utf-8")
    return Settings.model_validate({"workspace": folder, **sections})


def a_policy(text: str, name: str = "returns", version: str = "1", **values: object) -> Policy:
    return Policy(**{"id": name, "version": version, "title": "Returns", "text": text,
                     "effective_from": date(2024, 1, 1), **values})  # type: ignore[arg-type]  # fmt: skip


def a_passage(text: str, name: str = "returns", **values: object) -> Passage:
    policy = a_policy(text, name, **values)
    return Passage(f"{policy.id}@{policy.version}#1", policy, "", text, len(text) // 4)
