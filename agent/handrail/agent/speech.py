"""What is to be said next, sentence by sentence: an engine's stream or a text of ours."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from handrail.agent.models.protocol import Delta, Draft
from handrail.agent.sentences import Splitter


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a speech: the sentences that are left, and the draft that all of them make up."""

    sentences: tuple[str, ...]
    draft: Draft


Speech = AsyncIterator[str | Ending]
"""Sentences in order, then the one ending."""


async def engine_speech(stream: AsyncIterator[Delta | Draft]) -> Speech:
    """Cut an engine's deltas into sentences."""
    splitter = Splitter()
    async for piece in stream:
        if isinstance(piece, Delta):
            for sentence in splitter.feed(piece.text):
                yield sentence
        else:
            yield Ending(tuple(splitter.flush()), piece)


async def fixed_speech(text: str, draft: Draft) -> Speech:
    """Say a text of ours as one part."""
    yield Ending((text,), draft)
