"""Counting tokens as OpenAI's models do, without a download.

tiktoken fetches its vocabulary on first use; litellm (which guardrails-ai brings) ships the same files, so tiktoken is
pointed at those. Where they are missing, the count is an estimate by characters, and the log says so once.
"""

import hashlib
import importlib.util
import logging
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

ENCODING = "o200k_base"
ADDRESS = f"https://openaipublic.blob.core.windows.net/encodings/{ENCODING}.tiktoken"
FOLDER = "TIKTOKEN_CACHE_DIR"
REMEMBERED = 4096
"""How many texts' counts are kept."""
CHARACTERS = 4
"""English text has about four characters a token: the estimate where the vocabulary is missing."""

log = logging.getLogger(__name__)


def count(text: str) -> int:
    """Return the tokens of `text` in the encoding of GPT-4o and what came after; special tokens count as text."""
    return _counter()(text)


def exact() -> bool:
    """Whether `count` counts with the vocabulary rather than estimates by characters."""
    return _counter() is not estimate


def estimate(text: str) -> int:
    """Return the number of tokens of `text` guessed from its length."""
    return -(-len(text) // CHARACTERS)


@lru_cache(maxsize=1)
def _counter() -> Callable[[str], int]:
    folder = _folder()
    if folder is None:
        log.warning("the vocabulary of %s is not installed: tokens are estimated by characters", ENCODING)
        return estimate
    import tiktoken

    # litellm sets the same variable when it is imported, so it is set here for the moment of loading only.
    before = os.environ.get(FOLDER)
    os.environ[FOLDER] = str(folder)
    try:
        encoding = tiktoken.get_encoding(ENCODING)
    finally:
        if before is None:
            del os.environ[FOLDER]
        else:
            os.environ[FOLDER] = before
    # Rules, tools and passages come up in prompt after prompt.
    return lru_cache(maxsize=REMEMBERED)(lambda text: len(encoding.encode_ordinary(text)))


def _folder() -> Path | None:
    """The folder that holds the vocabulary under the name tiktoken gives it (the SHA-1 of its address)."""
    folders = [Path(os.environ[FOLDER])] if os.environ.get(FOLDER) else []
    litellm = importlib.util.find_spec("litellm")
    if litellm is not None and litellm.origin:
        folders.append(Path(litellm.origin).parent / "litellm_core_utils" / "tokenizers")
    name = hashlib.sha1(ADDRESS.encode(), usedforsecurity=False).hexdigest()
    return next((folder for folder in folders if (folder / name).is_file()), None)
