"""Verified summaries of plain transcripts: in the words that were said, or written by a model and held to them."""

from collections.abc import Mapping, Sequence

from .digest import digest
from .evidence import Evidence
from .hiding import of_turns
from .transcript import Turn, evidence_of
from .verifier import Verifier
from .verify import Verified, sift
from .writer import Writer, drafted, instructions

MOST = 8
"""Lines that a summary has at most."""


class Digests:
    """Makes summaries: by the writer where there is one and any line of it stands, else from what was said."""

    def __init__(self, writer: Writer | None = None) -> None:
        self._writer = writer

    async def make(self, turns: Sequence[Turn]) -> Verified:
        """The summary of a transcript; its refs are `seq:<number of the turn, from 1>`."""
        found = evidence_of(turns)
        verifier = Verifier(found)
        if self._writer is None:
            return sift(digest(turns), verifier)
        draft = await drafted(self._writer, instructions("digest"), _material(found), of_turns(turns))
        if draft is None:
            return sift(digest(turns), verifier)
        written = sift(draft.model_copy(update={"lines": draft.lines[:MOST], "first_line": ""}), verifier)
        if written.packet.lines:
            return written
        said = sift(digest(turns), verifier)
        return Verified(said.packet, (*said.dropped, *written.dropped))


def _material(found: Mapping[str, Evidence]) -> str:
    who = {"customer": "customer", "person": "agent"}
    return "\n".join(f"[{ref}] {who[piece.speaker]}: {' '.join(piece.text.split())}" for ref, piece in found.items())
