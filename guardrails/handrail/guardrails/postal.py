"""The parts of a postal address that was written in one line: American, British, German and French ways of writing."""

import re
from collections.abc import Mapping
from functools import lru_cache

PARTS = ("street", "road", "number", "unit", "city", "state", "postcode", "country")
"""`street` is the first line, which holds `road` and `number`; `unit` the second (flat, suite, floor)."""

CODE = {
    "US": re.compile(r"\b\d{5}(?:-\d{4})?\b"),
    "GB": re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE),
    "CA": re.compile(r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d\b", re.IGNORECASE),
    "AU": re.compile(r"(?<=[A-Z] )\d{4}\b"),
}
STATE = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|"
    "PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC|PR|NSW|VIC|QLD|SA|TAS|ACT|NT|ON|QC|BC|AB|MB|SK|NS|NB|NL|PE|YT|NU"
)
NAMES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|"
    "Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|"
    "Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|"
    "Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|"
    "West Virginia|Wisconsin|Wyoming"
)
STATE_LAST = re.compile(rf"(?:^|[\s,]+)(?P<state>{STATE}|(?i:{NAMES}))\.?\s*$")
UNIT = re.compile(
    r"(?:^|[,\s]+)(?P<unit>(?:apt|apartment|unit|suite|ste|flat|floor|fl|room|rm|bldg|building|étage|app|appartement|wohnung|whg)"
    r"\b\.? ?#?\w{1,6}|# ?\w{1,6})\b",
    re.IGNORECASE,
)
COUNTRY = re.compile(
    r"[\s,]+(?P<country>USA|U\.S\.A?\.?|US|United States(?: of America)?|UK|U\.K\.|United Kingdom|Great Britain|"
    r"England|Scotland|Wales|Deutschland|Germany|France|Canada|Australia|Österreich|Austria|Schweiz|Switzerland)\s*$",
    re.IGNORECASE,
)
STREET_END = (
    r"(?:street|avenue|road|lane|drive|boulevard|terrace|crescent|highway|parkway|alley|grove|gardens|mews|plaza|turnpike|"
    r"freeway|causeway|st|ave|av|rd|ln|dr|blvd|ct|pl|ter|terr|cres|hwy|pkwy|sq|cir|way|court|place|close|square|circle|row|"
    r"hill|walk|trail|loop|park|quay|wharf|path|green|view)"
)
FIRST_LINE = re.compile(
    rf"\d[^,]*?\b{STREET_END}\b\.?(?: (?:[NSEW]{{1,2}}|North|South|East|West)\b\.?)?", re.IGNORECASE
)
BOX = re.compile(r"P\.? ?O\.? ?Box\b|Postfach\b|BP\b", re.IGNORECASE)
NUMBER = r"\d+[A-Za-z]?(?:[-/]\d+)?(?: ?(?:bis|ter|quater)\b)?"
NUMBER_FIRST = re.compile(rf"(?P<number>{NUMBER}),? +(?P<road>.+)")
NUMBER_LAST = re.compile(r"(?P<road>.*\D)\s(?P<number>\d+ ?[a-zA-Z]?(?:[-/]\d+)?)")
LONGEST = 300
"""Characters of an address; what is longer is none, and would keep the patterns busy for long."""


@lru_cache(maxsize=4096)
def parts_of(written: str) -> Mapping[str, str]:
    """The parts of an address by their names in `PARTS`; what was not written, or can't be told, is left out.

    Where nothing but the street is sure, that is all there is: no part is ever guessed.
    """
    rest = " ".join(written.split()).strip(" ,.")
    found: dict[str, str] = {}
    if len(rest) > LONGEST:
        return found
    rest = _taken(COUNTRY, rest, found)
    street, town = _split(rest)
    street = _taken(UNIT, street, found).strip(" ,")
    if not street:  # "Flat 3, 12 Baker Street, London"
        street, town = _split(town.strip(" ,"))
    if "unit" not in found:
        town = _taken(UNIT, town, found)
    found["street"] = street.strip(" ,")
    if not BOX.match(found["street"]) and (
        numbered := NUMBER_FIRST.fullmatch(found["street"]) or NUMBER_LAST.fullmatch(found["street"])
    ):
        found |= numbered.groupdict()
    found |= _town(town.strip(" ,."))
    return {name: found[name] for name in PARTS if found.get(name)}


def _taken(pattern: re.Pattern[str], text: str, found: dict[str, str]) -> str:
    """The text without what the pattern finds at its beginning or end, or before a comma, which is noted."""
    match = pattern.search(text)
    if match is None or (match.start() and text[match.end() :].strip() and text[match.end()] != ","):
        return text  # what stands around it is one name, and would not be if it were joined without it
    found |= match.groupdict()
    return f"{text[: match.start()]}{text[match.end() :]}"


def _split(rest: str) -> tuple[str, str]:
    """The first line and the town: at the comma after the street, else after the word that ends streets."""
    head, comma, tail = rest.partition(",")
    if re.fullmatch(NUMBER, head.strip()):  # "12, rue de Rivoli"
        more, comma, tail = tail.partition(",")
        head = f"{head.strip()} {more.strip()}"
    if comma and not CODE["US"].search(head):
        return head, tail
    if ended := FIRST_LINE.match(rest):
        return ended[0], rest[ended.end() :]
    if code := re.search(r"(?<=\D )\d{5}\b|(?<=\d )\d{5}\b", rest):  # "Hauptstraße 12 12345 Berlin"
        return rest[: code.start()], rest[code.start() :]
    return rest, ""


def _town(town: str) -> dict[str, str]:
    """City, state and postcode of what follows the street."""
    if before := re.match(r"(?:[A-Z]{1,2}-)?(?P<postcode>\d{4,5}) (?P<city>\D+)$", town):  # "12345 Berlin"
        return {key: value.strip(" ,") for key, value in before.groupdict().items()}
    found: dict[str, str] = {}
    for pattern in CODE.values():
        codes = list(pattern.finditer(town))
        if codes and codes[-1].end() == len(town):
            found["postcode"] = codes[-1][0]
            town = town[: codes[-1].start()].strip(" ,")
            break
    if state := STATE_LAST.search(town):
        city = town[: state.start()].strip(" ,")
        if city or "postcode" in found:
            found["state"], town = state["state"], city
    city = town.split(",")[0].strip()  # a county after a British city is neither city nor state
    return {**found, "city": city} if city else found
