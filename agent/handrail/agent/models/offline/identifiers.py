"""Identifiers in what customers write."""

import re
from collections.abc import Sequence
from typing import Any

from handrail.agent.models.offline.said import Said
from handrail.agent.models.offline.slots import Slot
from handrail.agent.models.offline.words import stem_set
from handrail.agent.tools.api import Id

YEAR = re.compile(r"(?:19|20)\d\d")


def ids_in(text: str, slot: Slot) -> list[str]:
    """The identifiers of a slot's kind in a text, written as the business does."""
    if not slot.pattern:
        return _bare_ids(text) if slot.kind == "id" else []
    try:
        loose = re.compile(rf"(?<![\w-])#?(?:{slot.pattern.removeprefix('#')})(?![\w-])", re.IGNORECASE)
    except re.error:
        return []
    mark = Id(slot.pattern)
    found = [clean for match in loose.finditer(text) if (clean := _cleaned(mark, match[0]))]
    return list(dict.fromkeys(found or _spaced_ids(text, mark, slot)))


def ids_among(slots: Sequence[Slot], said: Said) -> dict[tuple[str, ...], Any]:
    """Identifiers for the slots whose form nothing tells: by the noun before them ("item 4711"), else the one that is
    left for the one slot that is left."""
    formed = [slot.items or slot for slot in slots if slot.pattern or (slot.items and slot.items.pattern)]
    claimed = {found.lstrip("#").lower() for slot in formed for found in ids_in(said.text, slot)}
    open_ = [slot for slot in slots if slot is not said.asked and _formless(slot)]
    tokens = [token for token in _bare_ids(said.text) if token.lstrip("#").lower() not in claimed] if open_ else []
    tokens = [token for token in tokens if not _in_moment(token, said)]
    values: dict[tuple[str, ...], Any] = {}
    loose = []
    for token in tokens:
        before = stem_set(" ".join(said.text[: said.text.index(token)].split()[-3:]))
        fitting = [slot for slot in open_ if (noun := stem_set((slot.items or slot).noun)) and noun <= before]
        best = max(fitting, key=lambda slot: len(stem_set((slot.items or slot).noun)), default=None)
        if best is None:
            loose += [token] if not YEAR.fullmatch(token) else []
        elif best.items:
            values.setdefault(best.path, []).append(token)
        else:
            values.setdefault(best.path, token)
    left = [slot for slot in open_ if slot.required and slot.path not in values]
    if len(loose) == len(left) == 1:
        values[left[0].path] = [loose[0]] if left[0].items else loose[0]
    return values


def _formless(slot: Slot) -> bool:
    return (slot.items or slot).kind == "id" and not (slot.items or slot).pattern


def _in_moment(token: str, said: Said) -> bool:
    start = said.text.index(token)
    return any(moment.start < start + len(token) and start < moment.end for moment in said.moments if moment.sure)


def _cleaned(mark: Id, text: str) -> str:
    bare = text.lstrip("#")
    for candidate in (text, bare, f"#{bare}", f"#{bare.upper()}"):
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
        joined = ["".join(words[number : number + size]) for size in (2, 3)] if len(word) <= 4 else []
        numbered = lead and said and word == said[1]
        bare = f"{lead[0]}{word}".replace("\\", "") if lead and numbered else ""
        # With the sign between letters and digits that was left out: "tb 5001" or "tb5001" for TB-5001.
        signed = [
            re.sub(r"(?<=[A-Za-z])(?=\d)", sign, one) for one in (word, joined[0] if joined else "") for sign in "-_"
        ]
        for candidate in (*joined, *signed, bare):
            if candidate and (clean := _cleaned(mark, candidate)):
                found.append(clean)
    return found


def _bare_ids(text: str) -> list[str]:
    """What looks like an identifier where nothing tells its form: letters and digits in one word, or a long number. A
    single digit will do among capitals (`VKGG7T`)."""
    words = re.findall(r"(?<![\w@<])#?[A-Za-z0-9][\w-]{3,}(?![\w@>])", text)
    return [word for word in words if sum(c.isdigit() for c in word) >= 2 - word.isupper()]
