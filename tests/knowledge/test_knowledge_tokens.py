"""Counting tokens without a download."""

import logging
import os
from collections.abc import Iterator

import pytest

from handrail.knowledge import tokens


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    tokens._counter.cache_clear()
    yield
    tokens._counter.cache_clear()


def test_tokens_are_counted_as_the_models_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "/nowhere")
    assert tokens.exact()
    assert tokens.count("You can return an item within 30 days.") == 10
    assert tokens.count("") == 0
    assert os.environ["TIKTOKEN_CACHE_DIR"] == "/nowhere"


def test_what_looks_like_a_control_token_is_text() -> None:
    assert tokens.count("<|endoftext|>") > 1


def test_without_the_vocabulary_tokens_are_estimated_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tokens.importlib.util, "find_spec", lambda name: None)
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    with caplog.at_level(logging.WARNING):
        assert tokens.count("twelve chars") == 3
        assert tokens.count("") == 0
    assert not tokens.exact()
    assert [record.message for record in caplog.records if "estimated" in record.message]
