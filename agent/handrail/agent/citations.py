"""Citation marks: engines write `[1]` after a sentence; customers get the sentence and its sources."""

import re
from collections.abc import Iterable

from handrail.conversation.events import Citation
from handrail.knowledge.passages import Found

MARK = re.compile(r"[ \t]*\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\]")


def cite(sentence: str, found: Found) -> tuple[str, tuple[Citation, ...]]:
    """Take the marks out of a sentence and return it with the passages they number, each once, in order.

    A mark that numbers no passage is taken out and cites nothing: `grounded` judges the sentence as it stands.
    """
    numbers = [int(number) for match in MARK.finditer(sentence) for number in match.group(1).split(",")]
    cited = (found.hits[number - 1].passage.citation for number in numbers if 1 <= number <= len(found.hits))
    return MARK.sub("", sentence), tuple(_once(cited))


def _once(citations: Iterable[Citation]) -> Iterable[Citation]:
    return dict.fromkeys(citations)
