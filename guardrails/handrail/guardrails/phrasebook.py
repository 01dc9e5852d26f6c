"""Lists of patterns that ship with the checks: `data/<name>.toml`, put together from named parts."""

import re
from functools import cache
from typing import Any

from handrail.guardrails.text import packaged

NESTED = 4
"""How deep parts may stand in parts."""


class Phrasebook:
    """One file of patterns. `[parts]` are filled in wherever their names (in capitals) stand; a part may be a list."""

    def __init__(self, name: str) -> None:
        self.data: dict[str, Any] = packaged(f"{name}.toml")
        self._parts = {
            key: part if isinstance(part, str) else "(?:" + "|".join(part) + ")"
            for key, part in self.data.get("parts", {}).items()
        }
        # A name may follow an escape such as \b, but never another capital.
        self._names = re.compile("(?<![A-Z_])(?:" + "|".join(self._parts) + ")(?![A-Z_])") if self._parts else None

    def fill(self, pattern: str) -> str:
        """`pattern` with its parts filled in."""
        for _ in range(NESTED):
            if self._names is None or not self._names.search(pattern):
                break
            pattern = self._names.sub(lambda m: self._parts[m[0]], pattern)
        return pattern

    def each(self, *keys: str, flags: int = 0) -> tuple[re.Pattern[str], ...]:
        """The patterns listed under `keys`, one by one; none where the list is missing."""
        return tuple(re.compile(self.fill(p), flags) for p in self._at(keys))

    def any(self, *keys: str, flags: int = 0) -> re.Pattern[str]:
        """The patterns listed under `keys` as one that matches where any of them does."""
        return re.compile("|".join(f"(?:{self.fill(p)})" for p in self._at(keys)), flags)

    def _at(self, keys: tuple[str, ...]) -> list[str]:
        found: Any = self.data
        for key in keys:
            found = found.get(key, []) if isinstance(found, dict) else []
        return [found] if isinstance(found, str) else list(found)


@cache
def phrasebook(name: str) -> Phrasebook:
    """The phrasebook `data/<name>.toml`, read once."""
    return Phrasebook(name)
