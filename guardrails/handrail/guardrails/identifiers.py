"""Numbers that states and banks give to people: found by their shape and check digits, or by the words before them."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.de import idnr
from stdnum.dk import cpr
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.ie import pps
from stdnum.in_ import aadhaar, pan
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.se import personnummer
from stdnum.us import itin, rtn, ssn


@dataclass(frozen=True, slots=True)
class Number:
    """One kind of number: its shape, its check, and the word that must stand before a common shape."""

    shape: re.Pattern[str]
    check: Callable[[str], bool]
    word: re.Pattern[str] | None = None


def _number(shape: str, check: Callable[[str], bool], word: str | None = None, gap: int = 30) -> Number:
    return Number(
        re.compile(rf"(?<![\w\-./])(?:{shape})(?![\w/]|-\w|\.\w)", re.IGNORECASE),
        check,
        re.compile(rf"\b(?:{word})(?:[^\n?!;.]|\.(?! )){{0,{gap}}}$", re.IGNORECASE) if word else None,
    )


def _any(_: str) -> bool:
    return True


NUMBERS = (
    _number(r"\d{3}-\d{2}-\d{4}", _any),
    _number(r"\d{3} \d{2} \d{4}", lambda n: ssn.is_valid(n.replace(" ", "-")) or itin.is_valid(n)),
    _number(r"\d{3}[- ]?\d{2}[- ]?\d{4}", _any, r"ssn|social(?: security)?(?: number| no)?|itin|tax(?:payer)? id"),
    _number(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]", _any),
    _number(r"\d{3}[- ]?\d{3}[- ]?\d{4}", nhs.is_valid, r"nhs"),
    _number(r"\d{3}[- ]\d{3}[- ]\d{3}", sin.is_valid, r"sin|social insurance"),
    _number(r"\d{9}", sin.is_valid, r"sin|social insurance"),
    _number(r"\d{2} ?\d{3} ?\d{3} ?\d{3}", idnr.is_valid, r"steuer\w*|tax|idnr|tin"),
    _number(r"\d{8}-?[A-HJ-NP-TV-Z]", dni.is_valid),
    _number(r"[XYZ]-?\d{7}-?[A-HJ-NP-TV-Z]", nie.is_valid),
    _number(r"[12] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}", nir.is_valid),
    _number(r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]", codicefiscale.is_valid),
    _number(r"\d{4}[ .]?\d{2}[ .]?\d{3}|\d{9}", bsn.is_valid, r"bsn|burgerservice\w*"),
    _number(r"\d{3}\.\d{3}\.\d{3}-\d{2}", cpf.is_valid),
    _number(r"\d{11}", cpf.is_valid, r"cpf"),
    _number(r"[2-9]\d{3} \d{4} \d{4}", aadhaar.is_valid),
    _number(r"[2-9]\d{11}", aadhaar.is_valid, r"aadhaa?r|uid"),
    _number(r"[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z]", pan.is_valid),
    _number(r"(?:\d{2})?\d{6}[-+]\d{4}", personnummer.is_valid),
    _number(r"\d{6}[-+A-FYXWVU]\d{3}[0-9A-Y]", hetu.is_valid),
    _number(r"\d{6}-?\d{4}", cpr.is_valid, r"cpr"),
    _number(r"\d{6} ?\d{5}", fodselsnummer.is_valid, r"f[oø]dselsnummer|personnummer"),
    _number(r"\d{11}", pesel.is_valid, r"pesel"),
    _number(r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}", ahv.is_valid),
    _number(r"\d{7}[A-W][A-IW]?", pps.is_valid, r"pps|ppsn"),
    _number(r"(?=[A-Z0-9]*\d{3})[A-Z0-9]{6,10}", _any, r"passport(?: number| no\.?| nr)?(?: is|:| =)?", gap=4),
    _number(
        r"(?=[A-Z0-9\-]*\d{4})[A-Z0-9][A-Z0-9\- ]{4,18}[A-Z0-9]",
        _any,
        r"(?:driver'?s?|driving) licen[cs]e(?: number| no\.?)?(?: is|:| =)"
        r"|(?:national )?id(?:entity)? card(?: number| no\.?)?(?: is|:| =)",
        gap=4,
    ),
)

ACCOUNTS = (
    _number(r"\d{9}", rtn.is_valid, r"routing(?: number| no)?|aba|rtn"),
    _number(r"\d{2}[- ]?\d{2}[- ]?\d{2}", _any, r"sort ?code"),
    _number(
        r"\d[\d \-]{4,18}\d",
        _any,
        r"(?:bank|checking|savings|current|giro) (?:account|acct|acc)(?: number| no\.?)?"
        r"|routing[^\n]{0,40}account(?: number| no\.?)?"
        r"|sort ?code[^\n]{0,30}acc(?:oun)?t(?: number| no\.?)?",
    ),
)


def identifiers(text: str) -> list[tuple[int, int]]:
    """Where identity numbers stand."""
    return _found(text, NUMBERS)


def accounts(text: str) -> list[tuple[int, int]]:
    """Where national bank account, routing and sort code numbers stand, said to be such."""
    return _found(text, ACCOUNTS)


def _found(text: str, numbers: tuple[Number, ...]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for number in numbers:
        for match in number.shape.finditer(text):
            if number.word is not None and not number.word.search(text[max(0, match.start() - 60) : match.start()]):
                continue
            if number.check(match[0]) and all(match.end() <= a or b <= match.start() for a, b in spans):
                spans.append(match.span())
    return spans
