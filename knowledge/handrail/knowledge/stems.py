"""Words cut to their stems, and the words that say nothing: cheap, in English, without a download.

The rules follow the first steps of Porter's stemmer (https://tartarus.org/martin/PorterStemmer/): plurals, -ed, -ing,
-ly, a few noun endings and a final -e or -y, which is what tells a customer's words from a policy's.
"""

import re
from functools import lru_cache

WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*")
STOPWORDS = frozenset(
    """
    a about above after again all also am an and any anyone anything are aren't as at be because been before
    being both but by can can't cannot could couldn't did didn't do does doesn't doing don't done each either
    else ever every few for from further get getting go going gonna got had hadn't has hasn't have haven't
    having he hello help her here hers hey hi him his how however i i'd i'll i'm i've if in into is isn't it
    it's its itself just kind know let let's like lot many may maybe me might more most much must my myself need
    no nor not now of off oh ok okay on once one only or other our ours out over own per please pls possible
    quite rather really same say see she should shouldn't so some somebody someone something soon still such
    sure tell than thank thanks that that's the their theirs them then there there's these they they're thing
    things think this those through to too try trying u under until up upon us use very via wanna want wanted
    wants was wasn't way we we'd we'll we're we've well were weren't what what's when where whether which while
    who whom whose why will wish with within without won't wonder wondering would wouldn't yes yet you you'd
    you'll you're you've your yours yourself
    """.split()  # noqa: SIM905 - 250 quoted words are worse to read
)
VOWELS = "aeiouy"
IRREGULAR = {
    "bought": "buy", "broke": "break", "broken": "break", "children": "child", "forgot": "forget",
    "forgotten": "forget", "kept": "keep", "lost": "lose", "paid": "pay", "sent": "send", "sold": "sell",
    "stolen": "steal", "tore": "tear", "torn": "tear", "wore": "wear", "worn": "wear",
}  # fmt: skip


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, as they are written."""
    return WORD.findall(text.lower().replace("’", "'").replace("e-mail", "email"))


def terms(text: str) -> list[str]:
    """Return the stems of the words that say what a text is about, in order, repeats included."""
    return [stemmed for word in words(text) if (stemmed := stem(word))]


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the stem of a lower-case word, or nothing for a word that says nothing."""
    if word in STOPWORDS:
        return ""
    word = word.partition("'")[0]
    word = IRREGULAR.get(word, word)
    if len(word) <= 3 or not word.isascii() or not word.isalpha():
        return word
    return _ending(_tense(_plural(word)))


def _plural(word: str) -> str:
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith("ies"):
        return word[:-3] + "y" if len(word) > 4 else word[:-1]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _tense(word: str) -> str:
    for suffix in ("ing", "ed", "ly"):
        trunk = word.removesuffix(suffix)
        if trunk != word and len(trunk) >= 3 and any(letter in VOWELS for letter in trunk):
            doubled = len(trunk) > 3 and trunk[-1] == trunk[-2] and trunk[-1] not in "lsz"
            return trunk[:-1] if doubled else trunk
    return word


def _ending(word: str) -> str:
    for suffix in ("ation", "ment", "al"):
        trunk = word.removesuffix(suffix)
        if trunk != word and len(trunk) >= 4:
            word = trunk
            break
    if word.endswith(("ll", "ery")):
        word = word[:-1]
    if len(word) > 3 and word[-1] == "e":
        word = word[:-1]
    return word[:-1] + "i" if word[-1] == "y" and len(word) > 3 else word
