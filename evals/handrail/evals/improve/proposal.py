"""A proposal on disk: the file that a person edits, where each sentence of it comes from, and what it would change."""

import os
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from handrail.conversation.errors import Conflict, Invalid, NotFound
from handrail.conversation.settings import Settings

from .answers import Answer
from .changes import Change, digest_of

TEXT, ABOUT, SOURCES = "policy.md", "proposal.json", "sources.md"


class Ending(BaseModel):
    """A version that ends where the proposal begins."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    file: str
    base: str
    text: str


class Proposal(BaseModel):
    """What would mend a gap. `file` is the policy's file that would be written, None where nothing is: then `advice`
    says what a person has to do. `base` is the digest of what that file held; `cites` is the policy that then answers,
    `drafted` the digest of the draft before anybody edited it, which is `unwritten` where it is a heading alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    gap_id: int
    at: AwareDatetime
    file: str | None = None
    base: str | None = None
    cites: str = ""
    drafted: str = ""
    unwritten: bool = False
    by: str = ""
    ends: Ending | None = None
    remarks: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


class Proposals:
    """Those of a workspace, one folder for each gap, readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, settings: Settings) -> "Proposals":
        """That of a workspace, in its data folder."""
        return cls(settings.data_folder / "improve")

    def place(self, gap_id: int) -> Path:
        """The folder of a gap's proposal."""
        return self.folder / f"gap-{gap_id}"

    def put(self, proposal: Proposal, text: str, sources: str, *, anew: bool) -> None:
        """Keep a proposal. Raises `Conflict` where somebody has edited the one before, unless `anew`."""
        place = self.place(proposal.gap_id)
        if not anew and self._edited(proposal.gap_id):
            raise Conflict(f"{place / TEXT} was edited: accept it, or draft it --anew", code="edited")
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, content in ((TEXT, text), (SOURCES, sources), (ABOUT, proposal.model_dump_json(indent=1) + "\n")):
            if name == TEXT and proposal.file is None:
                (place / TEXT).unlink(missing_ok=True)
                continue
            descriptor = os.open(place / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(content)

    def get(self, gap_id: int) -> tuple[Proposal, tuple[Change, ...]]:
        """A proposal and the changes to files that it comes to, as it stands now. Raises `NotFound` and `Invalid`."""
        place = self.place(gap_id)
        try:
            proposal = Proposal.model_validate_json((place / ABOUT).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise NotFound(f"nothing is proposed for gap {gap_id} yet") from error
        except (OSError, ValidationError) as error:
            raise Invalid(f"{place} holds no proposal that can be read: {error}") from error
        if proposal.file is None:
            return proposal, ()
        changes = [Change(proposal.file, proposal.base, (place / TEXT).read_text(encoding="utf-8"))]
        if proposal.ends is not None:
            changes.insert(0, Change(proposal.ends.file, proposal.ends.base, proposal.ends.text))
        return proposal, tuple(changes)

    def _edited(self, gap_id: int) -> bool:
        try:
            before, _ = self.get(gap_id)
            held = (self.place(gap_id) / TEXT).read_text(encoding="utf-8") if before.file else ""
        except (NotFound, OSError):
            return False
        return before.file is not None and digest_of(held) != before.drafted


def sources_text(answers: tuple[Answer, ...], remarks: tuple[str, ...], by: str) -> str:
    """Where a draft comes from, for whoever edits it."""
    lines = [f"Drafted by {by or 'the words of people'}, from:", ""]
    for answer in answers:
        how = "the right answer, at the wrap-up" if answer.right else "said to the customer"
        lines.append(
            f"- {answer.text}\n  ({answer.by}, {answer.at:%Y-%m-%d}, {answer.conversation_id} seq:{answer.seq}, {how})"
        )
    return "\n".join([*lines, "", *(f"Look at this: {remark}" for remark in remarks)]) + "\n"
