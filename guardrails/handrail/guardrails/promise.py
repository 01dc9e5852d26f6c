"""Promises beyond the rules: money, dates, rights and discounts that neither a policy nor a result gives."""

import re
from dataclasses import dataclass

from handrail.guardrails.claims import claim, claims
from handrail.guardrails.text import even
from handrail.guardrails.verdict import Evidence

WE = r"(?:we|i|we'll|i'll|we will|i will|our team|they|someone|a colleague|the team|support|you|you'll|you will|it|your (?:\w+ ){0,2}?(?:refund|order|parcel|package|money|replacement|item|delivery))"
WILL = r"(?:will|shall|am going to|are going to|is going to|'ll|can|have|has|'ve|just|already|definitely|certainly|of course|happily|gladly|be|been|being|get|receive|also|now)"
MONEY = re.compile(
    rf"\b{WE}(?:'ll|'ve)? (?:{WILL} )*(?:refund(?:ed|ing)?|reimburse[ds]?|compensate[ds]?|pay(?:ing)? (?:you )?back|credit(?:ed|ing)?|give (?:you )?(?:your|the|a|all|all your) (?:\w+ )?(?:money|refund|credit)|(?:get|receive|have|issue\w*|process\w*|send|approve\w*|made|make|arrange\w*|initiate\w*) (?:you )?(?:your|the|a|an) (?:\w+ ){{0,2}}?(?:refund|money(?: back)?|reimbursement|credit|compensation))\b"
    r"|\b(?:your|the|a) (?:full )?refund (?:is|has been|was|will be) (?:approved|issued|processed|on its way|granted|sent|paid|confirmed|made)\b|\bmoney[- ]back guarantee\b"
)
TIME = re.compile(
    r"\b(?:by|before|until|within|in|no later than|at the latest) (?:the end of )?(?:today|tomorrow|tonight|(?:mon|tues|wednes|thurs|fri|satur|sun)day|next \w+|this \w+|the (?:day|week)|(?:the next |a |an |one |two |three |a few |\d+(?:-\d+)? )?(?:business |working )?(?:minutes?|hours?|days?|weeks?))\b"
    r"|\b(?:today|tomorrow|tonight|this (?:afternoon|evening|morning|week)|next week|right away|immediately|shortly|as soon as possible|momentarily|any minute|very soon)\b"
)
COMMITS = re.compile(
    r"\b(?:will|shall|'ll|going to|promise|guarantee|definitely|certainly|ensure|make sure|assure)\b"
    r"(?!(?: \w+){0,3} (?:need|have to|find|see|want|be able|be asked))"
)
VOWS = re.compile(
    r"\b(?:i|we) (?:can |do |will |'ll |hereby |personally |absolutely )*(?:guarantee|promise|swear|assure you|give you my word|vow)\b|\b(?:is|are|it's|that's) (?:\d+ ?%|fully |absolutely |100 percent )?guaranteed\b|\bi'?ll (?:personally )?(?:make sure|see to it)\b|\byou have my word\b|\brest assured\b|\bwithout fail\b|\bno matter what\b"
)
LAW = re.compile(
    r"\b(?:you (?:are|'re) (?:legally |by law )?(?:entitled|liable)|(?:legal|statutory|consumer) rights?|you (?:can|could|should|may) (?:sue|take (?:us|them|legal)|claim damages|go to court|file a (?:claim|lawsuit))|legal(?:ly)? (?:advice|obligated|required|binding|entitled)|(?:we|our company) (?:are|is|am|accept|admit|take) (?:\w+ )?(?:full )?(?:liable|liability|responsib\w+|negligen\w+|at fault|fault)|(?:it|this|that) (?:is|was) (?:\w+ )?our (?:own )?fault|by law,? (?:we|you)|under (?:the )?(?:\w+ ){0,3}(?:act|law|regulation|directive)\b|in my legal opinion)"
)
DISCOUNT = re.compile(
    r"\b(?:discount|voucher|coupon|promo(?:tion)?(?:al)? code|gift card|store credit|free (?:of charge|shipping|delivery|upgrade|replacement|gift|night|month|return|item)|for free|on the house|at no (?:extra |additional )?(?:cost|charge)|free upgrade|waive[ds]?|complimentary|half price|price match|loyalty points|\d+ ?(?:%|percent) off|\$ ?\d+ off|goodwill)\b"
)
DENIES = re.compile(r"\b(?:can't|cannot|can not|don't|do not|won't|not able|unable|isn't|is not|no longer|not|never|couldn't|unfortunately)\b")
ASKS = re.compile(r"\?\W*$|\b(?:if you|would you like|do you want|shall i|should i|let me know if)\b")


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise found in a sentence: `refund`, `time`, `legal` or `discount`, its words, and where they stand."""

    name: str
    words: str
    span: tuple[int, int]


def promises(sentence: str, evidence: Evidence) -> list[Promise]:
    """The promises in `sentence` that its evidence does not give.

    A policy may be quoted, and what a tool confirmed may be told: a promise whose words stand in one statement of the
    evidence, or in a tool's result, is none of the bot's own.
    """
    low = even(sentence).lower()
    if ASKS.search(low):
        return []
    found = []
    for name, pattern in (("refund", MONEY), ("discount", DISCOUNT), ("legal", LAW)):
        match = pattern.search(low)
        if match and not (name != "legal" and DENIES.search(low[: match.end()])) and not _given(name, match[0], sentence, evidence):
            found.append(Promise(name, match[0], match.span()))
    due = TIME.search(low)
    if due and COMMITS.search(low) and not DENIES.search(low[: due.end()]) and not _told(due[0], sentence, evidence):
        found.append(Promise("time", due[0], due.span()))
    vow = VOWS.search(low)
    if vow and not found and not DENIES.search(low[: vow.end()]) and not _told(vow[0], sentence, evidence):
        found.append(Promise("time", vow[0], vow.span()))
    return found


ROOTS = {
    "refund": re.compile(r"refund|reimburs|money back|credit|compensat"),
    "discount": re.compile(r"discount|voucher|coupon|promo|gift card|free|waive|no (?:extra |additional )?(?:cost|charge|fee)|complimentary|% off|points|goodwill|price match"),
    "legal": re.compile(r"legal|law|right|liab|entitle|statut|responsib|act\b|fault"),
}


def _given(name: str, words: str, sentence: str, evidence: Evidence) -> bool:
    root = ROOTS[name]
    if name != "legal" and any(root.search(result.lower()) for result in evidence.results.values()):
        return True
    return _told(words, sentence, evidence, root)


def _told(words: str, sentence: str, evidence: Evidence, root: re.Pattern[str] | None = None) -> bool:
    """Whether one statement of a passage or a result says most of what the sentence says, the promise included."""
    said = claim(sentence)
    for text in (*evidence.passages.values(), *evidence.results.values()):
        low = even(text).lower()
        if not (root.search(low) if root else words in low):
            continue
        parts = claims(text)
        for place, part in enumerate(parts):
            stems = part.stems | (parts[place - 1].stems if place else frozenset())
            close = len(said.stems & stems) >= 0.5 * len(said.stems)
            spoken = even(part.text).lower()
            names = bool(root.search(spoken)) if root else words in spoken
            if close and names and (root is None or not part.negative or said.negative):
                return True
    return False
