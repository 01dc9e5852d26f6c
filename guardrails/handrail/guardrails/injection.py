"""Text that tries to steer the agent: in what customers write, and hidden in passages and tool results."""

import base64
import binascii
import codecs
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from html import unescape
from urllib.parse import unquote

from handrail.guardrails.phrasebook import phrasebook
from handrail.guardrails.text import QUOTES, skeleton

CERTAIN = 0.6
"""From this score on the text is treated as an attack."""
WIDE = 24_000
"""How many characters are read; longer texts are cut, and being so long is noted by whoever limits them."""
CODED = re.compile(r"(?<![\w+/=])[A-Za-z0-9+/]{24,}={0,2}(?![\w+/=])")
HEX = re.compile(r"(?<!\w)(?:[0-9a-fA-F]{2}[ :]?){16,}(?!\w)")
TAGS = re.compile("[\U000e0020-\U000e007e]{8,}")
"""Characters that nobody sees, each of which stands for one of ASCII."""
TRACES = ("ignore", "instruction", "prompt", "disregard")
"""Nearly every order has one of these words: a text turned round or moved by 13 letters is told by theirs."""
CODED_WEIGHT = 0.7
"""What an encoding counts beside the marks in it: nobody encodes a plain request."""
SPACED = re.compile(r"\b(?:[a-zA-Z][ .\-_*]){5,}[a-zA-Z]\b")
MIXED = re.compile(r"[\w@$!]+")
LEET = str.maketrans("013457@$!", "oieastasi")


@dataclass(frozen=True, slots=True)
class Mark:
    """One trace of an attack: its kind, how surely it is one, and where it stands (no span where it was hidden)."""

    kind: str
    weight: float
    span: tuple[int, int] | None


@cache
def _patterns() -> tuple[tuple[str, float, re.Pattern[str]], ...]:
    book = phrasebook("injection")
    return tuple(
        (mark["kind"], float(mark["weight"]), re.compile(book.fill(pattern), re.DOTALL | re.MULTILINE))
        for mark in book.data["mark"]
        for pattern in mark["patterns"]
    )


def marks(text: str) -> list[Mark]:
    """Every trace of an attack in `text`, also behind look-alike letters, spacing and encodings."""
    text = text[:WIDE]
    plain = _read(text.translate(QUOTES).lower(), spans=True)
    seen = list(plain.values())
    clean = skeleton(text).translate(QUOTES).lower()
    for hidden in _respelt(clean):
        # What stands there openly as well hides nothing: it must not count twice.
        seen += [replace(mark, kind="encoded") for at, mark in _read(hidden, spans=False).items() if at not in plain]
    for hidden in _decoded(text, clean):
        found = [replace(mark, kind="encoded") for at, mark in _read(hidden, spans=False).items() if at not in plain]
        seen += [*found, Mark("encoded", CODED_WEIGHT, None)] if found else []
    if len(clean) == len(text) or clean == text.lower():
        return seen
    known = {m.kind for m in seen}
    return seen + [m for m in _read(clean, spans=False).values() if m.kind not in known]


def _read(low: str, *, spans: bool) -> dict[int, Mark]:
    """What each pattern, by its number, finds first."""
    found = {}
    for number, (kind, weight, pattern) in enumerate(_patterns()):
        match = pattern.search(low)
        if match:
            found[number] = Mark(kind, weight, match.span() if spans else None)
    return found


def _respelt(clean: str) -> list[str]:
    """The text without spaces between letters, and with letters for look-alike digits, where that changes it."""
    spaced = SPACED.sub(lambda m: re.sub(r"[ .\-_*]", "", m[0]), clean)
    leet = MIXED.sub(lambda m: m[0].translate(LEET) if _mixed(m[0]) else m[0], clean)
    return [told for told in (spaced, leet) if told != clean]


def _mixed(word: str) -> bool:
    return any(c.isdigit() or c in "@$!" for c in word) and any(c.isalpha() for c in word)


def _decoded(text: str, clean: str) -> Iterator[str]:
    """What the text hides in encodings, in lower case."""
    for match in CODED.finditer(text):
        yield from _opened(lambda code: base64.b64decode(code + "=" * (-len(code) % 4), validate=True), match[0])
    for match in HEX.finditer(text):
        yield from _opened(lambda code: bytes.fromhex(re.sub(r"[ :]", "", code)), match[0])
    for match in TAGS.finditer(text):
        yield "".join(chr(ord(c) - 0xE0000) for c in match[0]).lower()
    if text.count("%") > 2 and (plain := unquote(text)) != text:
        yield plain.lower()
    if "&#" in text:
        yield unescape(text).lower()
    for turn in (lambda told: codecs.decode(told, "rot13"), lambda told: told[::-1]):
        if any(turn(trace) in clean for trace in TRACES):
            yield turn(clean)


def _opened(decode: Callable[[str], bytes], code: str) -> Iterator[str]:
    """The text in a code; nothing where it is none."""
    try:
        text = decode(code).decode("utf-8")
    except (binascii.Error, ValueError):
        return
    if text.isprintable() or "\n" in text:
        yield text.lower()


def score(found: list[Mark], likeness: float = 0.0) -> float:
    """How surely this is an attack, 0 to 1: the marks as independent evidence, together with the likeness to attacks.

    `likeness` is the probe's reading, about 0 for everyday text and 1 for an attack; alone it settles only what is far
    up, and it lifts weak marks.
    """
    best: dict[tuple[str, float], int] = {}
    for mark in found:
        best[mark.kind, mark.weight] = best.get((mark.kind, mark.weight), 0) + 1
    doubt = math.prod((1 - 0.55 * w) * (1 - 0.3 * w) ** min(n - 1, 2) for (_, w), n in best.items())
    lift = max(0.0, likeness - 0.1)
    return min(1.0, 1 - doubt * math.exp(-1.5 * lift))
