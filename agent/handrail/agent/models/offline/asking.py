"""Questions for what is missing, and recognising in our own last line which of them was asked."""

import re
from collections.abc import Iterable, Sequence

from handrail.agent.models.offline.phrasing import say
from handrail.agent.models.offline.slots import Slot, slots_of
from handrail.agent.models.offline.words import either, humanised
from handrail.agent.tools.api import Tool

OPENED = re.compile(r"^(?:the|a|an|your|which|what|how|when|where|whether|who|why|his|her|their)\b", re.IGNORECASE)
CHOICES = 8


def question_for(slot: Slot) -> str:
    """The question that asks for one slot: always the same, so that it can be recognised."""
    what = _addressed(slot.description)
    if slot.kind == "choice":
        choices = [
            humanised(str(choice)) if str(choice).islower() else str(choice) for choice in slot.choices[:CHOICES]
        ]
        told = what or f"which {slot.noun}"
        return say("ask_choice", label=_capital(told), choices=either(choices))
    if slot.kind == "flag":
        return say("ask_flag", what=_capital(what or humanised(slot.name)))
    if not what:
        return say("ask_what", what=f"the {humanised(slot.name)}")
    if what.startswith(("which ", "what ", "how ", "when ", "where ", "who ")) and len(what) > 12:
        return f"{_capital(what)}?"
    return say("ask_tell", what=what if OPENED.match(what) else f"the {humanised(slot.name)} ({what})")


def which_question(slot: Slot) -> str:
    """The question that asks to choose one of the things shown for an id."""
    return say("which", noun=slot.noun)


def asked_in(line: str, tools: Iterable[Tool]) -> list[tuple[Tool, Slot]]:
    """The slots whose question our line ends with, of all tools that have such a one."""
    told = " ".join(line.split())
    found: list[tuple[Tool, Slot]] = []
    for tool in tools:
        for slot in slots_of(tool):
            if told.endswith(question_for(slot)) or (slot.kind == "id" and which_question(slot) in told):
                found.append((tool, slot))
    return found


def choose_from(question: str, lines: Sequence[str]) -> str:
    """A question with the things to choose from, one a line."""
    return "\n".join([question, *(f"- {line.rstrip('.')}" for line in lines)])


def _addressed(description: str) -> str:
    """A description of an argument, as said to the customer: theirs is yours, and hints for machines are left out."""
    told = re.split(r"[;.(]|, (?:as in|in the form|e\.g|such as|where|or|as listed|as find)", description.strip())[
        0
    ].strip()
    for of, to in ((r"\bthe (?:customer|user|client|guest|patient|member|caller)'s\b", "your"),
                   (r"\bthe (?:customer|user|client|guest|patient|member|caller)\b", "you"),
                   (r"\byou (wants|needs|has|looks|likes|is)\b", lambda m: "you " + {"has": "have", "is": "are"}.get(m[1], m[1][:-1]))):  # fmt: skip
        told = re.sub(of, to, told, flags=re.IGNORECASE)
    told = re.sub(r",?\s*(?:in )?yyyy-mm-dd\b.*|,?\s*iso 8601.*", "", told, flags=re.IGNORECASE).strip(" ,")
    return told[:1].lower() + told[1:] if told and not told[:2].isupper() else told


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
