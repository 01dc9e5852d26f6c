"""What Handrail itself says, where no engine is needed."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Formatter

from handrail.conversation.errors import SettingsError

FILE = "phrases.toml"


class Phrases:
    """The phrases by key. A workspace may lay its own `phrases.toml` over the packaged ones."""

    def __init__(self, phrases: Mapping[str, str]) -> None:
        self._phrases = dict(phrases)

    def __call__(self, key: str, **values: object) -> str:
        """The phrase `key` with `values` filled in."""
        return self._phrases[key].format(**values)


def load_phrases(workspace: Path) -> Phrases:
    """Read the packaged phrases and lay those of the workspace over them.

    Raises `SettingsError` naming a phrase that does not exist, is no text, or has a placeholder that is never filled.
    """
    packaged = tomllib.loads((files("handrail.agent") / FILE).read_text(encoding="utf-8"))
    own = workspace / FILE
    if not own.exists():
        return Phrases(packaged)
    try:
        changed = tomllib.loads(own.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{own} is not valid TOML: {error}") from error
    for key, text in changed.items():
        if key not in packaged:
            raise SettingsError(f"{own}: there is no phrase {key!r}; there are {', '.join(sorted(packaged))}")
        if not isinstance(text, str):
            raise SettingsError(f"{own}: {key} must be a text")
        if _fields(text) - _fields(packaged[key]):
            raise SettingsError(f"{own}: {key} may use {sorted(_fields(packaged[key])) or 'no placeholders'} only")
    return Phrases({**packaged, **changed})


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
