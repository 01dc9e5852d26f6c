"""The verifier: reads a line, reads the evidence that the line names, and compares.

It shares nothing with the composer of packets.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .claims import RELATIVE, WEEKDAYS, WORDS, Claims, Day, read
from .evidence import Evidence, leaves
from .plain import plain

DONE = {
    "refunded": "refund", "cancelled": "cancel", "canceled": "cancel", "booked": "book", "rebooked": "book",
    "rescheduled": "schedul", "shipped": "ship", "dispatched": "dispatch", "delivered": "deliver",
    "returned": "return", "replaced": "replac", "credited": "credit", "charged": "charg", "approved": "approv",
    "reimbursed": "reimburs", "waived": "waiv", "unlocked": "unlock", "reactivated": "activat",
    "activated": "activat", "upgraded": "upgrad", "downgraded": "downgrad", "deleted": "delet", "closed": "clos",
    "compensated": "compensat", "resolved": "resolv", "verified": "verified", "proven": "verified",
}  # fmt: skip
"""Words that say an effect has happened, with their stems. Somebody other than the customer must have said so."""

_TOLD = re.compile(
    r"\b(says?|said|claims?|writes?|wrote|asks?|asked|wants?|reports?|told|according|whether|if|not|never)\b"
)


@dataclass(frozen=True, slots=True)
class Verifier:
    """Checks lines against a conversation's evidence. `known` are words that need none: the customer's name."""

    evidence: Mapping[str, Evidence]
    known: frozenset[str] = frozenset()

    def fault(self, text: str, refs: Sequence[str]) -> str | None:
        """What in a line its evidence does not bear, in words; None where all stands."""
        if not text.strip():
            return "it says nothing"
        if not refs:
            return "it names no evidence"
        missing = next((ref for ref in refs if ref not in self.evidence), None)
        if missing is not None:
            return f"there is no {missing}"
        return self.unborne(text, [self.evidence[ref] for ref in refs])

    def made_up(self, arguments: Mapping[str, Any], refs: Sequence[str]) -> str | None:
        """The first argument of a call that its evidence does not have."""
        given = [self.evidence[ref] for ref in refs if ref in self.evidence]
        source = _flat("\n".join(piece.text for piece in given))
        numbers = {number for piece in given for number in piece.claims.numbers}
        for path, value in leaves(arguments):
            if value is None or isinstance(value, bool):
                continue
            plain = _flat(str(value))
            if plain not in source and not (isinstance(value, int | float) and Decimal(str(value)) in numbers):
                return f"the argument {'.'.join(path)} {value!r}"
        return None

    def unborne(self, text: str, given: Sequence[Evidence]) -> str | None:
        """What in a text these pieces of evidence do not bear."""
        claims, borne = read(text), Claims()
        for piece in given:
            borne.join(piece.claims)
        source = _flat("\n".join(piece.text for piece in given))
        rest = re.sub(r"[“\"„][^“”\"„]+[”\"“]", " ", text)
        faults = (
            _texts(claims, source),
            _days(claims, borne, rest),
            _numbers(claims, borne, rest, len(given)),
            self._names(claims, borne),
            _effects(rest, given),
        )
        return next((fault for fault in faults if fault), None)

    def _names(self, claims: Claims, borne: Claims) -> str | None:
        for name, opens in sorted(claims.names):
            if name in borne.words or name in self.known or name in WEEKDAYS or name in WORDS:
                continue
            if not (opens and name in plain()) and name != "i" and not name.startswith(("i'", "i’")):
                return f"the name {name!r}"
        return None


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[’‘“”„\"]", "'", text)).casefold()


def _texts(claims: Claims, source: str) -> str | None:
    """Quotations, addresses and ids must stand in the evidence as they are; `…` marks what a quotation leaves out."""
    for quote in sorted(claims.quotes):
        for piece in re.split(r"…|\.\.\.|\[[^\]]*\]", quote):
            if _flat(piece).strip(" .,;:!?") not in source:
                return f"the quotation {quote!r}"
    for text in sorted(claims.addresses):
        if text not in source:
            return f"the address {text!r}"
    for code in sorted(claims.codes):
        if not re.search(rf"(?<![\w]){re.escape(code)}(?![\w])", source):
            return f"the id {code!r}"
    return None


def _days(claims: Claims, borne: Claims, text: str) -> str | None:
    for day in sorted(claims.days, key=lambda d: (d.month, d.day)):
        if not any(day.agrees(other) for other in borne.days):
            return f"the date {day.day}/{day.month}"
    for slashed in sorted(claims.slashed):
        readings = {tuple(map(int, re.split(r"[/.]", slashed)[:2]))}
        readings |= {(b, a) for a, b in readings}
        if slashed not in borne.slashed and not any((d.day, d.month) in readings for d in borne.days):
            return f"the date {slashed!r}"
    for at in sorted(claims.times):
        if at not in borne.times:
            return f"the time {at:%H:%M}"
    said = set(re.findall(r"[a-z]+", text.casefold()))
    for word in (*WEEKDAYS, *RELATIVE):
        if word in said and word not in borne.words and word not in _weekdays(claims, borne):
            return f"the day {word!r}"
    return None


def _weekdays(claims: Claims, borne: Claims) -> set[str | None]:
    """The weekdays of the evidence's days: of those that the line names, where it names any."""
    days: Iterable[Day] = borne.days
    if claims.days:
        days = [d for d in borne.days if any(d.agrees(named) for named in claims.days)]
    return {d.weekday for d in days}


def _numbers(claims: Claims, borne: Claims, text: str, pieces: int) -> str | None:
    # "3 times" counts the pieces of evidence themselves.
    counted = {int(n) for n in re.findall(r"\b(\d+) times\b", text)}
    for number in sorted(claims.numbers):
        told = number in borne.numbers or any(w in borne.words and n == number for w, n in WORDS.items())
        year = any(d.year == number for d in borne.days)
        if not told and not year and not (number in counted and number == pieces):
            return f"the number {number}"
    for currency in sorted(claims.currencies - borne.currencies):
        return f"the currency {currency}"
    for word, number in WORDS.items():
        spoken = re.search(rf"\b{word}\b", text, re.I)
        if spoken and word not in borne.words and number not in borne.numbers:
            return f"the number {word!r}"
    return None


def _effects(text: str, given: Sequence[Evidence]) -> str | None:
    """An effect that is told as a fact must be the word of a system, a policy or our side, not the customer's wish."""
    plain = text.casefold()
    for word, stem in DONE.items():
        if not re.search(rf"\b{word}\b", plain) or re.search(rf"\b(?:not|never|nothing)(?: \w+)? {word}\b", plain):
            continue
        reported = _TOLD.search(plain) is not None
        bearing = [p for p in given if reported or (p.speaker != "customer" and p.kind != "action_proposed")]
        done = any(p.kind == "action_succeeded" for p in given)
        if not done and not any(any(w.startswith(stem) for w in piece.claims.words) for piece in bearing):
            return f"the effect {word!r}"
    return None
