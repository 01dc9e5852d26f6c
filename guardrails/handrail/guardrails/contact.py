"""Where people can be reached: e-mail addresses, phone numbers and postal addresses in a text."""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from handrail.conversation.sections import PHONE_REGIONS

EMAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]+@(?:[\w](?:[\w\-]*[\w])?\.)+[A-Za-z]{2,24}(?![\w\-]*@)", re.UNICODE)
PHONE = re.compile(
    r"(?<![\w#/.,:\-+@$€£])(?:\+|00)?\(?\d(?:[\s\u00a0]?[()./\-–]?[\s\u00a0]?\d){5,15}(?:\s?(?:ext\.?|x|extension)\s?\d{1,5})?(?![\w%]|[.,:/\-]\d)",
    re.I,
)
DATE = re.compile(
    r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}|\d{1,2} ?[-–] ?\d{1,2}|\d{1,2}[.:]\d{2}.*"
)
CALLED = re.compile(
    r"\b(?:call|phone|mobile|cell(?:phone)?|text|sms|whats ?app|telephone|tel|ring|fax|"
    r"reach (?:me|us|him|her)|contact (?:me|us)|dial|ph|my number|number is|number:)\b"
    r"[^\n\d]{0,25}$",
    re.I,
)
NUMBERED = re.compile(
    r"(?:\b(?:order|orders|booking|reservation|tracking|reference|ref|invoice|ticket|case|account|acct|id|item|sku|part|serial|model|"
    r"confirmation|policy|flight|parcel|package|shipment|return|rma|code|isbn|ean|customer|member(?:ship)?|contract)\b"
    r"(?:[ -]?(?:number|no|nr|num|id|code|is|was|of|#|:|=))*|#)"
    r"[^\w\n]{0,4}(?:\d[\d ]{3,16}(?:,| and|, and|&| or)\s*)*$",
    re.I,
)
SUFFIX = (
    r"(?:street|avenue|road|lane|drive|boulevard|terrace|crescent|highway|parkway|alley|grove|gardens|mews|plaza|turnpike|freeway|causeway"
    r"|str(?:aße|asse)|strasse|straße|allee|platz)"
)
SHORT = (
    r"(?:St|Ave|Av|Rd|Ln|Dr|Blvd|Ct|Pl|Ter|Terr|Cres|Hwy|Pkwy|Sq|Cir|Way|Court|Place|"
    r"Close|Square|Circle|Row|Hill|Walk|Trail|Loop|Park|Quay|Wharf|Path|Green|View)"
)
UNIT = r"(?:,? ?(?i:apt|apartment|unit|suite|ste|flat|floor|fl|room|rm|#)\.? ?#?\w{1,6})?"
TOWN = (
    r"(?:,? ?(?:[A-Z][\w'.\-]+(?: [A-Z][\w'.\-]+){0,2},? )?"
    r"(?:[A-Z]{2},? \d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4,5} [A-Z][\w\-]+|\d{5})\b"
    r"|, [A-Z][\w'.\-]+(?: [A-Z][\w'.\-]+){0,2}(?:, [A-Z]{2}\b)?)?"
)
NOT_STREET = (
    r"(?!(?:minutes?|mins?|hours?|hrs?|miles?|kms?|kilomet\w+|days?|weeks?|months?|years?|persons?|people|items?|"
    r"orders?|pairs?|tents?|x|of|in|on|at|to|from|and|or|for|the|a|am|pm|percent|more|lane|way|times?|st|nd|rd|th)\b)"
)
ADDRESS = re.compile(
    rf"(?<![\w.,$€£#\-])\d{{1,5}}[A-Za-z]?(?:[-/]\d{{1,4}})?,? (?:"
    rf"(?:{NOT_STREET}[\w'.\-]+ ){{1,4}}?(?i:{SUFFIX})\b"
    rf"|(?:(?:[NSEW]{{1,2}}|North|South|East|West)\.? )?"
    rf"(?:(?i:{NOT_STREET})(?:[A-Z]|\d+(?:st|nd|rd|th))[\w'.\-]* ){{1,3}}{SHORT}\b\.?"
    rf")(?: [NSEW]{{1,2}}\b)?{UNIT}{TOWN}"
)
GERMAN = re.compile(
    r"\b[A-ZÄÖÜ][\wäöüß\-]*(?:straße|strasse|str\.|allee|platz|weg|gasse)"
    r"\s\d{1,4}\s?[a-z]?(?:,? \d{5} [A-ZÄÖÜ][\wäöüß\-]+)?"
)
FRENCH = re.compile(
    r"(?<![\w.,$€£#\-])\d{1,4}(?: ?(?:bis|ter|quater))?,? "
    r"(?i:rue|avenue|boulevard|place|chemin|allée|impasse|quai|cours|route|passage|faubourg) "
    r"(?:(?:de|du|des|la|le|les) |[ld]['’]){0,2}[A-ZÀ-Ý][\wÀ-ÿ'’\-]*"
    r"(?: (?:(?:de|du|des|la|le|les) )?[A-ZÀ-Ý][\wÀ-ÿ'’\-]*){0,3}"
    r"(?:,? \d{5} [A-ZÀ-Ý][\wÀ-ÿ\-]+(?:[ \-][A-ZÀ-Ý][\wÀ-ÿ\-]+){0,2})?"
)
BOX = re.compile(rf"\bP\.? ?O\.? ?Box \d+{TOWN}", re.I)


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach somebody: `email`, `phone` or `address`, where it stands, and what makes two the same."""

    kind: str
    start: int
    end: int
    key: str


@lru_cache(maxsize=4096)
def contacts(text: str, regions: tuple[str, ...] = PHONE_REGIONS) -> tuple[Contact, ...]:
    """The e-mail addresses, phone numbers and postal addresses of `text`, from left to right, without overlaps."""
    found: list[Contact] = []
    if "@" in text:
        found += [Contact("email", *m.span(), m[0].casefold()) for m in EMAIL.finditer(text)]
    if any(c.isdigit() for c in text):
        for pattern in (FRENCH, ADDRESS, GERMAN, BOX):
            _add(
                found,
                [Contact("address", *m.span(), " ".join(m[0].casefold().split())) for m in pattern.finditer(text)],
            )
        _add(found, _phones(text, regions))
    return tuple(sorted(found, key=lambda c: c.start))


def _add(found: list[Contact], more: list[Contact]) -> None:
    found += [c for c in more if all(c.end <= f.start or f.end <= c.start for f in found)]


def _phones(text: str, regions: tuple[str, ...]) -> list[Contact]:
    found = []
    for match in PHONE.finditer(text):
        before = text[max(0, match.start() - 60) : match.start()]
        key = _number(match[0], before, regions)
        if key:
            found.append(Contact("phone", *match.span(), key))
    return found


def _number(written: str, before: str, regions: tuple[str, ...]) -> str | None:
    digits = sum(c.isdigit() for c in written)
    if not 7 <= digits <= 15 or DATE.fullmatch(written.strip()) or NUMBERED.search(before):
        return None
    called = bool(CALLED.search(before))
    if not called and written.isdigit():
        # A bare run of digits is an order number until somebody says "call me at".
        return None
    groups = re.findall(r"\d+", written)
    if not called and written[0] not in "+0(" and max(map(len, groups)) < 3:
        return None
    known = dialled(written, regions)
    if known:
        return known
    return "".join(c for c in written if c.isdigit()) if called else None


@lru_cache(maxsize=2048)
def dialled(written: str, regions: tuple[str, ...]) -> str | None:
    """The number in international form if it is one that could be dialled."""
    for region in regions if written[0] != "+" else (None,):
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) or (region is None and phonenumbers.is_possible_number(number)):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None
