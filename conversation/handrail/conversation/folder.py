"""Which workspace is meant: the folder that somebody names, the one they stand in, or the sample business."""

from importlib.util import find_spec
from pathlib import Path

from handrail.conversation.errors import SettingsError
from handrail.conversation.settings import FILE, Settings, load


def sample_folder() -> Path:
    """The packaged sample business."""
    spec = find_spec("handrail.sample")
    assert spec is not None and spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0])


def settings_for(workspace: Path | None) -> Settings:
    """Load the settings of the workspace that is meant. Raises `SettingsError`."""
    if workspace is not None:
        if not (workspace / FILE).is_file():
            raise SettingsError(f"there is no {FILE} in {workspace}; `handrail new {workspace}` makes a workspace")
        return load(workspace)
    if Path(FILE).is_file():
        return load(Path())
    # The sample may be installed where nothing may be written: its data go to the folder one stands in.
    return load(sample_folder()).model_copy(update={"data": Path.cwd() / ".handrail"})
