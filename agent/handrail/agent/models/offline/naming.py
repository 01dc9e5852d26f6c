"""Names, titles and places for arguments of free text: what stands in quotes, and proper names by the word before."""

import re
from collections.abc import Mapping, Sequence

from handrail.agent.models.offline.daywords import DAYS, MONTHS
from handrail.agent.models.offline.said import Said
from handrail.agent.models.offline.slots import Slot
from handrail.agent.models.offline.timing import Paths
from handrail.agent.models.offline.words import humanised, stem_set

QUOTED = re.compile(r"[\"“”«»]([^\"“”«»]{1,300})[\"“”«»]|(?<!\w)'([^']{2,300})'(?!\w)")
PROPER = re.compile(
    r"<name_\d+(?:\.[a-z]+)?>|(?<![\w@.#-])[A-Z][\w'’&-]*(?:\s+(?:(?:of|the|de|da|di|van|von|der|le|la|el)\s+)*[A-Z][\w'’&-]*)*(?![\w@-])"
)
ROLES: Mapping[str, str] = {
    "to": "destination goal to recipient country city arrival receiver",
    "from": "origin from departure start sender city source",
    "in": "street place location city area town country station region",
    "at": "street place location station venue",
    "near": "place location city area town station street",
    "on": "street road",
    "by": "author artist writer director doctor composer by",
    "with": "insurer provider doctor trainer person",
    "for": "name person recipient patient passenger driver country",
    "called": "name title", "named": "name title", "name": "name", "is": "name",
}  # fmt: skip
"""What a proper name is, by the word before it."""
LONG = re.compile(r"\b(?:summary|description|note|notes|comment|message|details|reason|query|text|question)\b", re.I)
"""Arguments that take whole sentences: a name is none of them."""
NO_NAME = frozenset({*DAYS, *MONTHS, "i", "mr", "mrs", "ms", "please", "ok", "hi", "hello", "thanks"})


def names_in(slots: Sequence[Slot], said: Said, taken: Paths) -> Paths:
    """What a line tells for those of some slots that take free text; `taken` are the values of all found so far."""
    texts = [slot for slot in slots if slot.kind == "text" and slot.path not in taken]
    if not texts or said.asked is not None:
        return {}
    values: Paths = {}
    quotes = [(match.start(), match[1] or match[2]) for match in QUOTED.finditer(said.text)]
    bare = QUOTED.sub(lambda match: " " * len(match[0]), said.text)
    names = [(m.start(), m[0]) for m in PROPER.finditer(bare) if _is_name(m, bare, said, slots, taken)]
    loose: list[str] = []
    for start, name in sorted((*quotes, *names)):
        slot = _by_role(said.text[:start], [slot for slot in texts if slot.path not in values])
        if slot is not None:
            values[slot.path] = name
        elif (start, name) in quotes:
            loose.insert(sum(other in dict(quotes).values() for other in loose), name)
        else:
            loose.append(name)
    left = [slot for slot in texts if slot.path not in values and not LONG.search(humanised(slot.name))]
    needed = [slot for slot in left if slot.required]
    if quotes and loose:
        # What is quoted is told on purpose: the first argument takes the first, and so on.
        told = [name for name in loose if name in dict(quotes).values()]
        values.update({slot.path: name for slot, name in zip(needed or texts[:1], told, strict=False)})
    elif len(needed) == len(loose) == 1:
        values[needed[0].path] = loose[0]
    return values


def _by_role(before: str, slots: Sequence[Slot]) -> Slot | None:
    """The slot that takes what stands after such a word; the one whose name says so goes before the others."""
    led = re.search(r"\b([a-z]+)(?:\s+(?:the|a|my))?\s*[\"“«']?$", before)
    role = stem_set(ROLES.get(led[1], "")) | ({led[1]} if led else set()) if led else frozenset()
    if led is None or led[1] not in ROLES:
        return None
    named = [slot for slot in slots if set(humanised(slot.name).split()) & {led[1], *ROLES[led[1]].split()}]
    if named:
        return named[0]
    told = [slot for slot in slots if role & stem_set(slot.description)]
    return told[0] if len(told) == 1 else None


def _is_name(match: re.Match[str], text: str, said: Said, slots: Sequence[Slot], taken: Paths) -> bool:
    words = [word.lower() for word in match[0].split()]
    if match[0].startswith("<"):
        return True
    if any(char.isdigit() for char in match[0]) or all(word.split("'")[0] in NO_NAME for word in words):
        return False
    if any(moment.start < match.end() and match.start() < moment.end for moment in said.moments):
        return False
    opens = not text[: match.start()].strip() or bool(re.search(r"[.!?]\s*$", text[: match.start()]))
    if opens and len(words) == 1:
        return False
    stems = stem_set(match[0])
    chosen = [stem_set(humanised(str(value))) for value in taken.values() if isinstance(value, str)]
    return bool(stems) and not stems <= said.common and not any(stems & choice for choice in chosen)
