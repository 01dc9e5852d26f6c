"""Words as the built-in engine looks at them: stems, forms of speech, small numbers."""

import re
from functools import lru_cache

from handrail.knowledge.stems import stem

WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*")
COUNTS = {
    "a couple of": 2, "a couple": 2, "couple": 2, "both": 2, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "single": 1, "double": 2,
    "half a dozen": 6, "a dozen": 12, "dozen": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "ninety": 90,
}  # fmt: skip
ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5,
    "sixth": 6, "6th": 6, "seventh": 7, "7th": 7, "eighth": 8, "8th": 8, "ninth": 9, "9th": 9, "tenth": 10, "10th": 10,
}  # fmt: skip
YES = re.compile(
    r"^\W*(?:(?:yes|yeah|yep|yup|ya|sure|ok|okay|correct|exactly|right|absolutely|definitely|certainly|"
    r"please do|go ahead|"
    r"do it|that's right|sounds good|of course|indeed|fine|great|perfect|please)\b[\s,.!]*)+(?:please|do|"
    r"thanks|thank you|"
    r"that one|it is|i do|i would)?\W*$",
    re.IGNORECASE,
)
NO = re.compile(
    r"^\W*(?:no|nope|nah|not now|don't|never ?mind|forget it|leave it|cancel that|stop|not really|nothing)\b"
    r"(?:[\s,.!]+(?:no|thanks|thank you|that's (?:all|it|fine|ok)|that is all|i'm (?:good|fine|ok)|"
    r"it's (?:fine|ok)|nothing|else|"
    r"please|not now|don't|do it|for now|today|it|then))*\W*$|^\W*(?:i'm good|all good|that's all|that is all)\W*$",
    re.IGNORECASE,
)
DROP = re.compile(
    r"\b(never ?mind|forget (?:it|that|about it)|doesn't matter|changed my mind|(?:i'll|i will|"
    r"let me) keep (?:it|them|that)|rather not|don't bother|leave it (?:as it is|then)|"
    r"scrap that)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def stems(text: str) -> tuple[str, ...]:
    """The stems of the words that say something, in order."""
    return tuple(found for word in WORD.findall(text.lower()) if (found := _stem(word)))


@lru_cache(maxsize=8192)
def stem_set(text: str) -> frozenset[str]:
    """The stems of a text as a set."""
    return frozenset(stems(text))


def _stem(word: str) -> str:
    # Numbers written out are kept as they are: "one" says nothing to a search, but it may be what was asked for.
    return stem(word)


def humanised(name: str) -> str:
    """An identifier in words: `find_free_slots` becomes `find free slots`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").replace("-", " ").lower().strip()


def is_yes(text: str) -> bool:
    """Whether a whole message says no more than yes."""
    return bool(YES.match(text.strip()))


def is_no(text: str) -> bool:
    """Whether a whole message says no more than no."""
    return bool(NO.match(text.strip()))


def either(words: list[str] | tuple[str, ...], last: str = "or") -> str:
    """Words in a row: `a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
