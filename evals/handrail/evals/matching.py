"""Whether what was expected stands in what came."""

from typing import Any


def part_of(expected: Any, got: Any) -> bool:
    """Whether everything in `expected` stands in `got`: dicts by key, lists by membership, the rest by equality."""
    if isinstance(expected, dict):
        return isinstance(got, dict) and all(k in got and part_of(v, got[k]) for k, v in expected.items())
    if isinstance(expected, list):
        return isinstance(got, list) and all(any(part_of(e, g) for g in got) for e in expected)
    return bool(expected == got or str(expected) == str(got))


def differences(expected: Any, got: Any, name: str = "it") -> list[str]:
    """Where `expected` does not stand in `got`, in words; empty exactly where `part_of` holds."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return [
            told
            for key, value in expected.items()
            for told in (differences(value, got[key], key) if key in got else [f"there is no {key}"])
        ]
    if isinstance(expected, list) and isinstance(got, list):
        return [f"{name} holds no {one!r}" for one in expected if not any(part_of(one, other) for other in got)]
    return [] if part_of(expected, got) else [f"{name} is {got!r}, not {expected!r}"]


def plain(text: str) -> str:
    """A text for comparing: lower case, plain apostrophes, single spaces."""
    return " ".join(text.casefold().replace("’", "'").split())
