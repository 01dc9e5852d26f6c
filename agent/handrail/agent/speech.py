"""What is to be said next, sentence by sentence: an engine's stream or a text of ours."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from handrail.agent.models.protocol import Delta, Draft
from handrail.agent.sentences import Splitter


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence. `engine` is what drafted it, and `switched` why that is not the usual one; empty for texts of
    ours."""

    text: str
    engine: str = ""
    switched: str = ""
    certainty: float | None = None
    """How sure the engine is of the reply up to here, where it tells."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a speech: the sentences that are left, and the draft that all of them make up."""

    sentences: tuple[Spoken, ...]
    draft: Draft


Speech = AsyncGenerator[Spoken | Ending, None]
"""Sentences in order, then the one ending. Closed, it lets the engine stop too."""


async def engine_speech(stream: AsyncIterator[Delta | Draft]) -> Speech:
    """Cut an engine's deltas into sentences."""
    splitter = Splitter()
    try:
        async for piece in stream:
            if isinstance(piece, Delta):
                for sentence in splitter.feed(piece.text):
                    yield Spoken(sentence, piece.engine, piece.switched, piece.certainty)
            else:
                left = tuple(
                    Spoken(sentence, piece.engine, piece.switched, piece.certainty) for sentence in splitter.flush()
                )
                yield Ending(left, piece)
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


async def fixed_speech(text: str, draft: Draft) -> Speech:
    """Say a text of ours as one part."""
    yield Ending((Spoken(text),), draft)
