"""What a sentence claims: its content words, its polarity, and the kind of sentence it is."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from handrail.guardrails.phrasebook import phrasebook
from handrail.guardrails.text import even, packaged, sentences

SHORTEST = 3
"""Words of a statement that a question may follow without a full stop."""
CALLS = re.compile(r"\W*(?:thanks|thank you|sorry|hello|hi|hey|got it|understood|no problem|(?:my )?apologies)\b", re.I)
CALLED = 3
"""Words of a name that somebody is called by."""
WORDS = re.compile(r"[^\W_]+(?:'[^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class _Lists:
    stop: frozenset[str]
    endings: tuple[str, ...]
    same: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Speech:
    negative: re.Pattern[str]
    no_denial: re.Pattern[str]
    conditions: re.Pattern[str]
    sweeping: re.Pattern[str]
    free: re.Pattern[str]
    lead: re.Pattern[str]
    courtesy: re.Pattern[str]
    asks: re.Pattern[str]
    asks_within: re.Pattern[str]


@cache
def _speech() -> _Speech:
    book = phrasebook("claims")
    return _Speech(
        negative=book.any("negative"),
        no_denial=book.any("no_denial"),
        conditions=book.any("conditions"),
        sweeping=book.any("sweeping"),
        free=book.any("free", flags=re.IGNORECASE),
        lead=book.any("lead"),
        courtesy=book.any("courtesy"),
        asks=book.any("asks", flags=re.IGNORECASE),
        asks_within=book.any("asks_within", flags=re.IGNORECASE),
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence taken apart. `kind` is `courtesy` (nothing is claimed), `question` or `statement`. `plain` are
    the stems of words that are not written as names, `sweeping` words that leave no exception."""

    text: str
    kind: str
    stems: frozenset[str]
    plain: frozenset[str]
    negative: bool
    conditions: frozenset[str]
    sweeping: frozenset[str]


def stem(word: str) -> str:
    """A rough stem: endings off, doubled last letters single, a few synonyms as one."""
    word = word.removesuffix("'s")
    for ending in _lists().endings:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + ("y" if ending in ("ies", "ied") else "")
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    word = word.removesuffix("e") if len(word) > 3 else word
    same = _lists().same
    return same.get(word, same.get(word + "e", word))


@lru_cache(maxsize=4096)
def claim(text: str) -> Claim:
    """Take one sentence apart."""
    written = _speech().free.sub("free", even(text).strip())
    low = written.lower()
    stop = _lists().stop
    stems = frozenset(stem(w) for w in WORDS.findall(low) if w not in stop and len(w) > 1)
    called = frozenset(stem(w.lower()) for w in WORDS.findall(written)[1:] if w[0].isupper())
    told = _speech().lead.sub("", low)
    kind = "statement"
    if low.rstrip("\"')] ").endswith("?"):
        kind = "question"
    elif not WORDS.search(told) or _speech().courtesy.match(told) or _addresses(written, told):
        kind = "courtesy"
    conditions, sweeping = (frozenset(each.findall(low)) for each in (_speech().conditions, _speech().sweeping))
    return Claim(text, kind, stems, stems - called, negative(told or low), conditions, sweeping)


def _addresses(written: str, told: str) -> bool:
    """Whether nothing but a name is left of a sentence after "thank you" and the like."""
    rest = WORDS.findall(written[len(written) - len(told) :]) if CALLS.match(written) else []
    return 0 < len(rest) <= CALLED and all(word[0].isupper() for word in rest)


@lru_cache(maxsize=2048)
def claims(text: str) -> tuple[Claim, ...]:
    """The sentences of `text`, taken apart."""
    return tuple(claim(text[a:b]) for a, b in pieces(text))


def pieces(text: str) -> list[tuple[int, int]]:
    """The spans of the sentences of `text`; a statement that runs into a question is one of its own ("it is open until
    six does that help?")."""
    spans: list[tuple[int, int]] = []
    for a, b in sentences(text):
        at = a + _turn(even(text[a:b]))
        asked = b - len(text[at:b].lstrip(" ,-"))
        spans += [(a, at), (asked, b)] if at > a else [(a, b)]
    return spans


def _turn(sentence: str) -> int:
    """Where the question begins that a statement runs into; 0 where none does."""
    if not sentence.rstrip("\"')] ").endswith("?") or _speech().asks.match(sentence):
        return 0
    within = _speech().asks_within.search(sentence)
    return within.start() if within and len(sentence[: within.start()].split()) >= SHORTEST else 0


def negative(low: str) -> bool:
    """Whether a sentence (in lower case) denies: an odd number of negations, set phrases left out."""
    return len(_speech().negative.findall(_speech().no_denial.sub(" ", low))) % 2 == 1


def opposed(one: Claim, other: Claim) -> bool:
    """Whether one says a word where the other says its opposite (`included`, `extra`), and neither says both."""
    for a, b in _opposites():
        if (a in one.stems and b in other.stems and b not in one.stems and a not in other.stems) or (
            b in one.stems and a in other.stems and a not in one.stems and b not in other.stems
        ):
            return True
    return False


@cache
def _lists() -> _Lists:
    data = packaged("claims.toml")
    return _Lists(frozenset(data["stop"].split()), tuple(data["endings"].split()), dict(data["same"]))


@cache
def _opposites() -> tuple[tuple[str, str], ...]:
    return tuple((stem(a), stem(b)) for a, b in packaged("claims.toml")["opposites"])
