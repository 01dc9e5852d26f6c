"""Questions for what is missing, and recognising in our own last line which of them was asked."""

import re
from collections.abc import Iterable, Sequence

from handrail.agent.models.offline.phrasing import addressed, say
from handrail.agent.models.offline.slots import Slot, slots_of
from handrail.agent.models.offline.words import either, humanised
from handrail.agent.tools.api import Tool

OPENED = re.compile(r"^(?:the|a|an|your|which|what|how|when|where|whether|who|why|his|her|their)\b", re.IGNORECASE)
CHOICES = 12


def question_for(slot: Slot) -> str:
    """The question that asks for one slot: always the same, so that it can be recognised."""
    told = _addressed(slot.description)
    what = (
        told
        if OPENED.match(told)
        else f"the {humanised(slot.name)} ({told})"
        if told
        else f"the {humanised(slot.name)}"
    )
    if slot.kind == "choice":
        choices = [str(choice).replace("_", " ") for choice in slot.choices[:CHOICES]]
        return say("ask_choice", what=what, choices=either(choices))
    return say("ask_flag", what=what) if slot.kind == "flag" else say("ask_tell", what=what)


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
    told = re.sub(r",?\s+(?:as|from|in|by|of)\s+(?:the\s+)?\w+_\w+\b.*", "", description.strip())
    told = re.split(r"[;.(]|,\s+(?:as in|in the form|e\.g|such as|where|or|as listed|if|when)\b", told)[0].strip()
    told = re.sub(r",?\s*(?:in )?yyyy-mm-dd\b.*|,?\s*iso 8601.*", "", told, flags=re.IGNORECASE).strip(" ,")
    told = addressed(told)
    return told[:1].lower() + told[1:] if told and not told[:2].isupper() else told
