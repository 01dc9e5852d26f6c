"""One of a few choices, as customers name it."""

import re
from collections.abc import Collection
from typing import Any

from handrail.agent.models.offline.measuring import measured
from handrail.agent.models.offline.records import place_in
from handrail.agent.models.offline.said import Said
from handrail.agent.models.offline.slots import Slot
from handrail.agent.models.offline.words import humanised, stem_set, stems

HOURS = re.compile(r"(\d{1,2})(?::00)?(?:\s*[-–]\s*| to )(\d{1,2})(?::00)?(?:\s*h)?")


def choice_in(slot: Slot, said: Said) -> Any:
    """The choice that a line names for a slot; None where it names none, or several."""
    found = choices_in(slot.choices, said) or _measured(slot, said) or _hours(slot, said)
    if len(found) != 1 and said.asked is slot:
        place = place_in(said.text, len(slot.choices))
        return slot.choices[place] if place is not None else None
    return found[0] if len(found) == 1 else None


def _measured(slot: Slot, said: Said) -> list[Any]:
    """A number with its unit ("an hour", of 30, 60 and 90 minutes)."""
    amount = measured(slot, said.text)
    return [choice for choice in slot.choices if isinstance(choice, int | float) and choice == amount]


def _hours(slot: Slot, said: Said) -> list[Any]:
    """The hours of a day ("8-12") that a time or a part of the day lies in or makes up."""
    spans = {choice: (int(m[1]), int(m[2])) for choice in slot.choices if (m := HOURS.fullmatch(str(choice).strip()))}
    for moment in said.moments if len(spans) == len(slot.choices) else ():
        if moment.at is None:
            continue
        last = moment.at_until or moment.at
        middle = (60 * (moment.at.hour + last.hour) + moment.at.minute + last.minute) / 120
        return [choice for choice, (first, end) in spans.items() if first <= middle < end]
    return []


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
    likely = [c for c, share in shares.items() if share == most and (said.asked or 2 * share > len(_choice_words(c)))]
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
