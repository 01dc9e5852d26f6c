"""Delivery addresses as customers write them: the postcode, and the region it lies in."""

import re
from dataclasses import dataclass

from handrail.agent.tools import Refusal

from .catalogue import Region

POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b", re.IGNORECASE)
OUTLYING = ("BT", "HS", "IM", "IV", "JE", "GY", "KW", "ZE")
"""Areas of postcodes in the Highlands, on the islands and in Northern Ireland."""

EUROPE = (
    "Austria", "Belgium", "Bulgaria", "Croatia", "Cyprus", "Czechia", "Denmark", "Estonia", "Finland", "France",
    "Germany", "Greece", "Hungary", "Ireland", "Italy", "Latvia", "Lithuania", "Luxembourg", "Malta", "Netherlands",
    "Norway", "Poland", "Portugal", "Romania", "Slovakia", "Slovenia", "Spain", "Sweden", "Switzerland",
)  # fmt: skip
WORLD = ("United States", "USA", "Canada", "Australia", "New Zealand", "Japan")
HOME = ("United Kingdom", "UK", "Great Britain", "England", "Scotland", "Wales", "Northern Ireland")


@dataclass(frozen=True, slots=True)
class Address:
    """An address on one line, with what delivery needs to know of it."""

    text: str
    postcode: str
    region: Region


def read_address(text: str) -> Address:
    """Read `12 Mill Lane, Haverleigh, LA89 4QT` or `Lindvägen 3, 70210 Brunnsta, Sweden`.

    Refuses an address without a street, a place and a postcode, and countries the shop does not deliver to.
    """
    parts = [" ".join(part.split()) for part in re.split(r"[,\n]", text) if part.strip()]
    line, country = ", ".join(parts), parts[-1].casefold() if parts else ""
    abroad = _region(country)
    if abroad is not None and any(character.isdigit() for part in parts[1:] for character in part):
        return Address(line, next((p for p in reversed(parts[1:-1]) if any(c.isdigit() for c in p)), ""), abroad)
    found = list(POSTCODE.finditer(line))
    if found and len(parts) >= 2 and abroad is None:
        area, rest = found[-1][1].upper(), found[-1][2].upper()
        line = line[: found[-1].start()] + f"{area} {rest}" + line[found[-1].end() :]
        outlying = re.sub(r"\d.*", "", area) in OUTLYING
        return Address(line, f"{area} {rest}", Region.OUTLYING if outlying else Region.MAINLAND)
    known = (
        abroad is not None or country in {name.casefold() for name in HOME} or not country.isalpha() or len(parts) < 3
    )
    if known:
        raise Refusal("address_incomplete", "Please give the whole address: street and number, town, and postcode.")
    raise Refusal("no_delivery", f"We do not deliver to {parts[-1]}.", rule="shipping-abroad")


def _region(country: str) -> Region | None:
    if country in {name.casefold() for name in EUROPE}:
        return Region.EUROPE
    return Region.WORLD if country in {name.casefold() for name in WORLD} else None
