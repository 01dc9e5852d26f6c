"""What must not leave: the prompt, other people's data, secrets, and placeholders that stand for nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from handrail.conversation.sections import PHONE_REGIONS
from handrail.conversation.situation import Situation
from handrail.guardrails import facts
from handrail.guardrails.contact import contacts
from handrail.guardrails.mask import TOLD, hits
from handrail.guardrails.phrasebook import phrasebook
from handrail.guardrails.postal import parts_of
from handrail.guardrails.text import even
from handrail.guardrails.verdict import Evidence

SHINGLE = 7
"""So many words in a row that stand in the prompt too are the prompt, unless the evidence has them as well."""
PIECES = ("street", "unit", "city", "state", "postcode")
IDENTIFIER = re.compile(r"^(?=.*\d)[a-z]{0,4}[-_]?\d{4,}[a-z0-9\-]*$")


@cache
def _placeholder() -> re.Pattern[str]:
    return phrasebook("leak").any("placeholder", flags=re.IGNORECASE)


@cache
def _prompt() -> re.Pattern[str]:
    return phrasebook("leak").any("prompt")


@dataclass(frozen=True, slots=True)
class Leak:
    """What leaks (`prompt`, `other_customer`, `placeholder`, `secret`) and where."""

    name: str
    reason: str
    span: tuple[int, int] | None


def leaks(
    sentence: str,
    evidence: Evidence,
    situation: Situation | None,
    prompts: Sequence[str] = (),
    regions: tuple[str, ...] = PHONE_REGIONS,
) -> list[Leak]:
    """Everything in `sentence` that must not be sent."""
    low = even(sentence).lower()
    found = [
        Leak("placeholder", f"{m[0]} stands for nothing here", m.span()) for m in _placeholder().finditer(sentence)
    ]
    found += [Leak("secret", f"a {h.kind.replace('_', ' ')} is in the text", (h.start, h.end)) for h in hits(sentence)]
    spoken = _prompt().search(low)
    if spoken and spoken[0] not in " ".join(evidence.passages.values()).lower():
        found.append(Leak("prompt", "it speaks of its own instructions", spoken.span()))
    elif prompts and _copied(low, tuple(prompts), evidence):
        found.append(Leak("prompt", "it repeats its own instructions", None))
    return found + _strangers(sentence, evidence, situation, regions)


def _strangers(sentence: str, evidence: Evidence, situation: Situation | None, regions: tuple[str, ...]) -> list[Leak]:
    """Contact data and long numbers that neither the evidence nor the customer gave."""
    reached, coded = contacts(sentence, regions), facts.codes(sentence)
    if not reached and not coded:
        return []
    sources = (*evidence.passages.values(), *evidence.results.values(), *evidence.said)
    known = {c.key for text in sources for c in contacts(text, regions)}
    given = "\n".join(sources).lower()
    digits = re.sub(r"[^\d\n]", "", given)
    if situation is not None and situation.identity.customer_id:
        given += "\n" + situation.identity.customer_id.lower()
    found = []
    for contact in reached:
        written = sentence[contact.start : contact.end]
        bare = re.sub(r"\D", "", written)
        there = contact.key in known or written.lower() in given or (contact.kind == "phone" and bare in digits)
        there = there or (contact.kind == "address" and any(_in_pieces(written, source) for source in sources))
        if not there:
            found.append(Leak("other_customer", f"nobody gave this {contact.kind}", (contact.start, contact.end)))
    for code in coded:
        inside = any(c.start < code.span[1] and code.span[0] < c.end for c in reached)
        if not inside and IDENTIFIER.match(code.key) and code.key not in given and not _masked(sentence, code.span):
            found.append(Leak("other_customer", "nobody gave this number", code.span))
    return found


def _in_pieces(address: str, source: str) -> bool:
    """Whether every part of an address stands in one text, as in a record that has a field for each."""
    parts = parts_of(address)
    given = source.casefold()
    return "city" in parts and all(
        re.search(rf"(?<!\w){re.escape(parts[name].casefold())}(?!\w)", given) for name in parts if name in PIECES
    )


def _masked(sentence: str, span: tuple[int, int]) -> bool:
    return any(note in sentence[max(0, span[0] - 40) : span[1] + 40] for note in TOLD.values())


def _copied(low: str, prompts: tuple[str, ...], evidence: Evidence) -> bool:
    rows = _rows(low) & frozenset().union(*(_rows(p) for p in prompts))
    if not rows:
        return False
    return not rows <= frozenset().union(
        *(_rows(t) for t in (*evidence.passages.values(), *evidence.said)), frozenset()
    )


@lru_cache(maxsize=256)
def _rows(text: str) -> frozenset[tuple[str, ...]]:
    words = re.findall(r"[\w']+", even(text).lower())
    return frozenset(tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1))
