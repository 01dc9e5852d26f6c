"""Lines spoiled on purpose, to see whether a judge finds it."""

import random
import re
from typing import Literal

Spoil = Literal["another digit", "another name", "another word in a quotation", "an added claim"]
SPOILS: tuple[Spoil, ...] = ("another digit", "another name", "another word in a quotation", "an added claim")

NAMES = ("Quenby", "Thessaly", "Oswin", "Merrow", "Ysolde")
"""Names that nobody in the data bears."""


def spoiled(line: str, how: Spoil, chance: random.Random) -> str | None:
    """The line with one thing in it made wrong; None where it has no such thing."""
    if how == "an added claim":
        return f"{line} It was paid on {chance.randint(1, 28)} February 20{chance.randint(31, 59)}."
    pattern = {
        "another digit": r"\d",
        "another name": r"(?<=\w )[A-Z][a-z]{2,}\b",
        "another word in a quotation": r"(?<=\w )[a-z]{5,}(?= \w)",
    }[how]
    places = [m for m in re.finditer(pattern, line) if how == "another digit" or _quoted(line, m.start())]
    if not places:
        return None
    place = chance.choice(places)
    if how == "another digit":
        other = chance.choice([digit for digit in "123456789" if digit != place[0]])
    else:
        other = chance.choice(NAMES) if how == "another name" else place[0][::-1] + "o"
    return f"{line[: place.start()]}{other}{line[place.end() :]}"


def _quoted(line: str, place: int) -> bool:
    return line.rfind("“", 0, place) > line.rfind("”", 0, place)
