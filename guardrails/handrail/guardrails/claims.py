"""What a sentence claims: its content words, its polarity, and the kind of sentence it is."""

import re
from dataclasses import dataclass
from functools import lru_cache

from handrail.guardrails.text import even, sentences

STOP = frozenset(
    """a an the this that these those there here it its it's i you he she we they me him her us them my your his our their mine yours ours
    is are was were be been being am do does did done doing have has had having can could may might shall should will would must
    and or but if then so as at by for from in into of off on onto out over to up with without within about after before between during
    what which who whom whose when where why how all any both each few more most other some such own same than too very just also only
    please yes no not sure okay ok thanks thank hello hi let know like want need get got make made say said tell ask see look
    well really quite still even again ever never always however i'm you're we're they're he's she's that's there's what's i've you've we've
    they've i'll you'll we'll they'll i'd you'd we'd they'd don't doesn't didn't isn't aren't wasn't weren't won't can't couldn't cannot
    shouldn't wouldn't haven't hasn't hadn't n't s t re ve ll d m one ones thing things way lot bit""".split()
)
NEGATIVE = re.compile(
    r"\b(?:not|no|never|none|neither|nor|cannot|without|nothing|nobody|nowhere|n't|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|won't|can't|couldn't|"
    r"shouldn't|wouldn't|haven't|hasn't|hadn't|unable|unavailable|impossible|prohibited|forbidden|excluded|excludes?|refused?|denied|declined|"
    r"lacks?|non-?refundable|non-?smoking|nonrefundable|ineligible|invalid|disallowed|banned|fails? to)\b|\w+n't\b"
)
NEGATED_AGAIN = re.compile(r"\b(?:no (?:problem|worries|doubt|need|longer than|later than|more than|less than|fewer than|matter|later|sooner|minimum)|not only|not just|why not|if not|whether or not|or not|not (?:a )?problem|no\.|(?:costs?|pay|charge\w*) nothing|nothing (?:extra|to pay|more))(?!\w)")
OPPOSITES = (
    ("free", "charge"), ("free", "fee"), ("free", "paid"), ("included", "extra"), ("included", "excluded"), ("open", "closed"), ("before", "after"), ("accept", "refuse"), ("allow", "prohibit"), ("allow", "forbid"),
    ("optional", "required"), ("indoor", "outdoor"), ("minimum", "maximum"), ("weekday", "weekend"), ("refundable", "nonrefundable"), ("used", "unworn"), ("cheap", "expensive"), ("early", "late"), ("earliest", "latest"), ("least", "most"),
    ("inside", "outside"), ("arrive", "depart"), ("arrival", "departure"), ("online", "offline"), ("permitted", "prohibited"), ("smoking", "nonsmoking"), ("available", "unavailable"), ("possible", "impossible"),
)  # fmt: skip
CONDITION = re.compile(r"\b(?:only|unless|except|provided|as long as|subject to|up to|at least|at most|excluding|other than|must|required?|depending|if)\b")
FREE_OF_CHARGE = re.compile(
    r"\b(?:at |for |with )?(?:no|without(?: any)?) (?:extra |additional |further )*(?:charges?|fees?|costs?)\b|\bfree of charge\b|\bcomplimentary\b", re.IGNORECASE
)
LEAD = re.compile(
    r"^\W*(?:(?:thanks|thank you|of course|sure|certainly|absolutely|great(?: news)?|good news|perfect|sorry|i'm (?:very |so |really )?sorry|my apologies|apologies|okay|ok|alright|yes|no|nope|yep|hello|hi|hey|got it|understood|noted|no problem)"
    r"(?: there| again)?(?:[,!.:;\-–]+\s*|\s+(?:but|and)\s+|\s*$)(?:but |and )?)+|^no (?=(?:they|you|we|it|there|this|that|i|he|she)\b)"
)
"""What people say before they say something."""
COURTESY = re.compile(
    r"^\W*(?:thanks?\b|you're welcome|welcome\b|hello|hi\b|hey\b|good (?:morning|afternoon|evening|day)|happy to help|glad to|i'd be (?:happy|glad)|my pleasure|no worries|have a (?:\w+ )?(?:day|one|trip|time|evening|weekend)|enjoy\b|i hope|hope (?:this|that)|"
    r"i understand|i see\b|i'm (?:very |so |really |truly )?sorry (?:to hear|for|about|that you)|sorry (?:to hear|for|about)|i apologi[sz]e|let me |let's |please |one moment|just a moment|is there anything|anything else|"
    r"i can(?:'t| not|not)? (?:help|connect|put|pass|look|check|hand|transfer|bring|find|see|tell|answer|show|do|only|also|get|ask|give)|i could (?:connect|pass|hand|check)|i(?:'ll| will| am going to|'m going to) (?:check|look|connect|pass|hand|transfer|put|bring|find|see|need|ask|show|get|send)|i need |i'd need |"
    r"(?:would|do) you (?:like|want|mind|prefer)|shall i|should i|could you|can you|may i|how can|goodbye|bye\b|take care|feel free|if you(?:'d| would) like|if you (?:want|prefer|need|have)|just (?:tell|say|let)|"
    r"i (?:don't|do not) (?:know|have|find|see)|i (?:couldn't|could not|didn't|did not) (?:find|see|understand|catch)|i'm (?:not sure|not able|an? |the |here|afraid i)|i am (?:not sure|not able|an? |the |here)|i (?:found|have found)\b|here (?:is|are|'s)\b|to (?:do|confirm) (?:that|this)\b)"
)
WORDS = re.compile(r"[^\W_]+(?:'[^\W\d_]+)?")
ENDINGS = ("ations", "ation", "ingly", "ments", "ment", "ings", "ies", "ing", "ied", "ers", "est", "ed", "es", "er", "ly", "s")
SAME = {
    "wi": "wifi", "fi": "wifi", "internet": "wifi", "wireless": "wifi", "pet": "animal", "dog": "animal", "cat": "animal", "car": "park", "kid": "child", "children": "child", "purchase": "buy", "bought": "buy",
    "cost": "fee", "charge": "fee", "price": "fee", "payment": "pay", "complimentary": "free", "provide": "offer", "serve": "offer", "include": "offer", "allow": "accept", "permit": "accept", "permitt": "accept", "sent": "send", "ship": "send", "deliver": "send",
    "telephone": "phone", "reserve": "book", "reservation": "book", "guest": "customer", "vegan": "vegan", "begin": "start", "refunded": "refund",
}  # fmt: skip
"""Words that say the same in a support desk's sentences, by stem."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence taken apart. `kind` is `courtesy` (nothing is claimed), `question` or `statement`. `plain` are
    the stems of words that are not written as names."""

    text: str
    kind: str
    stems: frozenset[str]
    plain: frozenset[str]
    negative: bool
    conditions: frozenset[str]


def stem(word: str) -> str:
    """A rough stem: endings off, doubled last letters single, a few synonyms as one."""
    word = word.removesuffix("'s")
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + ("y" if ending in ("ies", "ied") else "")
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    word = word.removesuffix("e") if len(word) > 3 else word
    return SAME.get(word, SAME.get(word + "e", word))


@lru_cache(maxsize=4096)
def claim(text: str) -> Claim:
    """Take one sentence apart."""
    written = FREE_OF_CHARGE.sub("free", even(text).strip())
    low = written.lower()
    stems = frozenset(stem(w) for w in WORDS.findall(low) if w not in STOP and len(w) > 1)
    called = frozenset(stem(w.lower()) for w in WORDS.findall(written)[1:] if w[0].isupper())
    told = LEAD.sub("", low)
    kind = "statement"
    if low.rstrip("\"')] ").endswith("?"):
        kind = "question"
    elif not WORDS.search(told) or COURTESY.match(told):
        kind = "courtesy"
    return Claim(text, kind, stems, stems - called, negative(told or low), frozenset(CONDITION.findall(low)))


@lru_cache(maxsize=2048)
def claims(text: str) -> tuple[Claim, ...]:
    """The sentences of `text`, taken apart."""
    return tuple(claim(text[a:b]) for a, b in sentences(text))


def negative(low: str) -> bool:
    """Whether a sentence (in lower case) denies: an odd number of negations, set phrases left out."""
    return len(NEGATIVE.findall(NEGATED_AGAIN.sub(" ", low))) % 2 == 1


def opposed(one: Claim, other: Claim) -> bool:
    """Whether one says a word where the other says its opposite (`included`, `extra`), and neither says both."""
    for left, right in OPPOSITES:
        a, b = stem(left), stem(right)
        if (a in one.stems and b in other.stems and b not in one.stems and a not in other.stems) or (
            b in one.stems and a in other.stems and a not in one.stems and b not in other.stems
        ):
            return True
    return False
