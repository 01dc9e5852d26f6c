"""One of a few choices, as customers name it."""

import re
from collections.abc import Collection
from typing import Any

from handrail.agent.models.offline.records import place_in
from handrail.agent.models.offline.said import Said
from handrail.agent.models.offline.slots import Slot
from handrail.agent.models.offline.words import humanised, stem_set, stems


def choice_in(slot: Slot, said: Said) -> Any:
    """The choice that a line names for a slot; None where it names none, or several."""
    found = choices_in(slot.choices, said)
    if len(found) != 1 and said.asked is slot:
        place = place_in(said.text, len(slot.choices))
        return slot.choices[place] if place is not None else None
    return found[0] if len(found) == 1 else None


def choices_in(choices: Collection[Any], said: Said) -> list[Any]:
    """The choices that a line names: wholly, else by a word that no other choice has; several where it is not clear."""
    whole = [choice for choice in choices if says(choice, said)]
    if whole:
        longest = max(len(stems(humanised(str(choice)))) for choice in whole)
        return [choice for choice in whole if len(stems(humanised(str(choice)))) == longest]
    words = stem_set(said.text) if said.asked else stem_set(said.text) - said.common
    shares = {choice: len(words & _choice_words(choice)) for choice in choices}
    most = max(shares.values(), default=0)
    # One word of many ("arrived", of "parcel never arrived") names no choice, unless a choice was asked for.
    likely = [c for c, share in shares.items() if share == most and (said.asked or 2 * share >= len(_choice_words(c)))]
    return likely if most else []


def _choice_words(choice: Any) -> frozenset[str]:
    return stem_set(humanised(str(choice)))


def says(choice: Any, said: Said) -> bool:
    """Whether a line names a choice with all its words."""
    spoken = humanised(str(choice))
    words = _choice_words(choice)
    if not words:
        return bool(re.search(rf"(?<!\w){re.escape(spoken)}(?!\w)", said.text, re.IGNORECASE))
    # A choice whose only word is the intent's own verb ("cancelled", in "cancel my order") is not named by it.
    return words <= stem_set(said.text) and (said.asked is not None or not words <= said.common or len(words) > 1)
