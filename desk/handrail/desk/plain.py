"""Words that may open a sentence with a capital without being a name."""

from functools import cache
from importlib.resources import files


@cache
def plain() -> frozenset[str]:
    """Function words and the words with which lines of a summary begin, lower-cased (`plain.txt`)."""
    return frozenset((files(__package__) / "plain.txt").read_text(encoding="utf-8").split())
