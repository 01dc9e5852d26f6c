"""The shelf: where the workspace keeps its frozen cases, one file each, readable by its owner alone."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from handrail.conversation.errors import Invalid
from handrail.conversation.settings import Settings
from handrail.evals.case import Case

from . import library
from .freeze import name_of


class Shelf:
    """The cases below `folder`, and the copies of policies that they were frozen with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.libraries = folder / "policies"

    @classmethod
    def of(cls, settings: Settings) -> "Shelf":
        """That of a workspace, in its data folder."""
        return cls(settings.data_folder / "cases")

    def __contains__(self, case_id: str) -> bool:
        return self._file(case_id).is_file()

    def put(self, case: Case) -> None:
        """Keep a case, in the place of an earlier one of its id. Raises `Invalid` where it can't be written."""
        file = self._file(case.id)
        part = file.with_name(f".{file.name}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            part.touch(mode=0o600)
            part.write_text(case.model_dump_json(exclude_defaults=True) + "\n", encoding="utf-8")
            part.replace(file)
        except OSError as error:
            raise Invalid(f"cases can't be kept in {self.folder}: {error.strerror}") from error

    def keep_policies(self, policies: Path) -> str:
        """Copy the policies as they are now, where that was not done; return the name of the copy."""
        try:
            self.libraries.mkdir(parents=True, exist_ok=True, mode=0o700)
            return library.keep(policies, self.libraries)
        except OSError as error:
            raise Invalid(f"policies can't be kept in {self.libraries}: {error.strerror}") from error

    def cases(self, ids: Iterable[str] | None = None) -> list[Case]:
        """The cases, by id; only these where `ids` are given. Raises `Invalid` for one that can't be read."""
        wanted = None if ids is None else set(ids)
        files = sorted(self.folder.glob("frozen-*.jsonl"))
        return [_read(file) for file in files if wanted is None or file.stem in wanted]

    def drop(self, conversation_ids: Iterable[str]) -> int:
        """Throw the cases of these conversations away; return how many there were."""
        gone = [file for id_ in conversation_ids for file in self.folder.glob(f"{name_of(id_, 0)[:-1]}*.jsonl")]
        for file in gone:
            file.unlink(missing_ok=True)
        return len(gone)

    def _file(self, case_id: str) -> Path:
        return self.folder / f"{case_id}.jsonl"


def _read(file: Path) -> Case:
    try:
        return Case.model_validate_json(file.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise Invalid(f"{file.name} holds no case that can be read: {error}") from error
