"""What is to be said next, sentence by sentence: an engine's stream or a text of ours."""

from collections.abc import AsyncIterator, Iterable

from handrail.agent.models.protocol import Delta, Draft
from handrail.agent.sentences import Splitter

Speech = AsyncIterator[str | Draft]
"""Sentences in order, then the one draft that they make up."""


async def engine_speech(stream: AsyncIterator[Delta | Draft]) -> Speech:
    """Cut an engine's deltas into sentences; the draft comes last."""
    splitter = Splitter()
    async for piece in stream:
        if isinstance(piece, Delta):
            for sentence in splitter.feed(piece.text):
                yield sentence
        else:
            for sentence in splitter.flush():
                yield sentence
            yield piece


async def fixed_speech(parts: Iterable[str], draft: Draft) -> Speech:
    """Say texts of ours, each as one part."""
    for part in parts:
        yield part
    yield draft
