"""Identifiers in what customers write."""

import re

from handrail.agent.models.offline.slots import Slot
from handrail.agent.tools.api import Id


def ids_in(text: str, slot: Slot) -> list[str]:
    """The identifiers of a slot's kind in a text, written as the business does."""
    if not slot.pattern:
        return _bare_ids(text) if slot.kind == "id" else []
    try:
        loose = re.compile(rf"(?<![\w-])#?(?:{slot.pattern})(?![\w-])", re.IGNORECASE)
    except re.error:
        return []
    mark = Id(slot.pattern)
    found = [clean for match in loose.finditer(text) if (clean := _cleaned(mark, match[0]))]
    return list(dict.fromkeys(found or _spaced_ids(text, mark, slot)))


def _cleaned(mark: Id, text: str) -> str:
    for candidate in (text, text.lstrip("#"), f"#{text}"):
        try:
            return mark.clean(candidate)
        except ValueError:
            continue
    return ""


def _spaced_ids(text: str, mark: Id, slot: Slot) -> list[str]:
    """Identifiers written with gaps ("W 10021", "w-10021") or without their letters ("order 10021")."""
    words = re.findall(r"[A-Za-z0-9]+", text)
    lead = re.match(r"#?[A-Za-z]+(?:\\?[-_])?(?=\\d|\[)", mark.pattern)
    said = re.search(rf"(?:\b(?:{re.escape(slot.noun)}|number|no\.?|id|is)\s+|#|^\W*)(\d+)\b", text, re.IGNORECASE)
    found: list[str] = []
    for number, word in enumerate(words):
        joined = word + words[number + 1] if number + 1 < len(words) and len(word) <= 4 else ""
        numbered = lead and said and word == said[1]
        bare = f"{lead[0]}{word}".replace("\\", "") if lead and numbered else ""
        for candidate in (joined, bare):
            if candidate and (clean := _cleaned(mark, candidate)):
                found.append(clean)
    return found


def _bare_ids(text: str) -> list[str]:
    """What looks like an identifier where nothing tells its form: letters and digits in one word, or a long number. A
    single digit will do among capitals (`VKGG7T`)."""
    words = re.findall(r"(?<![\w@<])#?[A-Za-z0-9][\w-]{3,}(?![\w@>])", text)
    return [word for word in words if sum(c.isdigit() for c in word) >= 2 - word.isupper()]
