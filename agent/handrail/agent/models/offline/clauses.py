"""A message taken apart into clauses, and what each of them is: a greeting, a question, a request."""

import re
from dataclasses import dataclass
from typing import Literal

from handrail.agent.models.offline.words import is_no, is_yes
from handrail.agent.sentences import split

Form = Literal[
    "greeting", "thanks", "bye", "yes", "no", "person", "bot", "request", "ability", "howto", "own", "rule", "statement"
]
"""`request`: do something. `ability`: can I, could you. `howto`: how do I. `own`: a question about what is the customer's.
`rule`: a question about how things are done here. `statement`: anything else."""

AND = re.compile(
    r"(?:[,;]\s*|\s+)(?:and|also|plus|then|but)\s+(?:then\s+|also\s+|please\s+|could you\s+|can you\s+)*"
    r"(?=(?:i\s+(?:also\s+)?(?:want|need|would|have|can)|i'd|can|could|would|will|what|how|when|where|which|"
    r"who|do you|does|"
    r"is|are|tell|show|send|give|cancel|change|move|book|refund|return|update|check|find|track|reserve|reschedule|add|"
    r"remove|list|make|order|pay|get me|help|let me|look)\b)",
    re.IGNORECASE,
)
GREETING = re.compile(
    r"^\W*(?:hi|hiya|hello|hey|good (?:morning|afternoon|evening|day)|greetings|howdy)\b(?:[\s,!.]+(?:there|"
    r"all|everyone|team|"
    r"folks|again|\w+))?[\s,!.]*$",
    re.IGNORECASE,
)
OPENING = re.compile(
    r"^\W*(?:(?:hi|hiya|hello|hey|good (?:morning|afternoon|evening|day))(?:\s+(?:there|all|again|team))?|"
    r"ok(?:ay)?|thanks|"
    r"thank you|great|well|so|alright|right|sorry|excuse me|yes|yeah)\b[\s,!.:–-]+(?=\S)",
    re.IGNORECASE,
)
THANKS = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|great|perfect|super|brilliant|lovely|wonderful|awesome|cool|nice|good|fine|that's|thats|excellent|yes|no)"
    r"[\s,!.]+)*(?:many |so )?(?:thanks|thank you|thx|ty|cheers|much appreciated|appreciate it|ta)\b[\w\s,!.':)]{0,40}$"
    r"|^\W*(?:great|perfect|super|brilliant|lovely|wonderful|awesome|cool|excellent|good to know|got it|"
    r"understood)\W*$",
    re.IGNORECASE,
)
BYE = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|thanks|no|great)[\s,!.]+)?(?:bye|goodbye|good bye|bye bye|see (?:you|ya)|"
    r"have a (?:nice|good|great) \w+|"
    r"that(?:'s| is| was| will be)? all|that'll be all|nothing else|cheerio)\b[\w\s,!.']{0,30}$",
    re.IGNORECASE,
)
PERSON = re.compile(
    r"\b(?:(?:speak|talk|chat|connect|put|transfer|pass|escalate|get|give|want|need|prefer|let)\b.{0,30}\b(?:human|person|agent|"
    r"representative|someone|somebody|manager|supervisor|advisor|adviser|operator|member of staff|real people)|"
    r"^\W*(?:human|agent|representative|operator|real person|a person)\b)",
    re.IGNORECASE,
)
BOT = re.compile(
    r"\b(?:are you (?:a |an |actually )*(?:bot|robot|human|person|ai|real|machine|automated)|am i (?:talking|"
    r"speaking|chatting) "
    r"(?:to|with) (?:a |an )?(?:bot|robot|human|person|machine|ai)|who are you|what are you|what can you (?:do|help)|"
    r"how can you help)\b|\bwhat do you do\W*$",
    re.IGNORECASE,
)
REQUEST = re.compile(
    r"^\W*(?:please\b|pls\b|kindly\b|i(?:'d| would) (?:really |also )?(?:like|love|prefer)|i (?:really |also |"
    r"just )?(?:want|need|wish|have) to\b|"
    r"i (?:really |also |just )?(?:want|need)\b|i wanna|i'm (?:trying|looking|calling|writing) to|"
    r"i am (?:trying|looking) to|let's|"
    r"help me|let me|(?:can|could|would|will) you(?: please)?\b|would it be possible|is it possible for you|"
    r"would you mind|"
    r"(?:cancel|change|move|book|refund|return|update|check|find|track|reserve|reschedule|add|remove|list|show|send|give|tell|"
    r"make|get|look|start|stop|switch|replace|exchange|swap|transfer|pay|renew|extend|delete|close|open|create|set|correct|"
    r"edit|modify|postpone|bring|put|take|sign|register|confirm|resend|order|call|upgrade|downgrade|buy|rebook|schedule)\b)",
    re.IGNORECASE,
)
CORE = re.compile(
    r"[,;:–-]\s*(?:so\s+|and\s+|but\s+|please\s+)*(?=(?:(?:can|could|would|will|may) (?:you|i|we)\b|please\b|"
    r"i(?:'d| would) like\b|"
    r"i (?:want|need) (?:to|my|a)\b|(?:what|how|when|where|which)\b).{4,})",
    re.IGNORECASE,
)
OTHERS = re.compile(
    r"^\W*(?:can|could|may|should|must|will|would|do|does) (?:my|our|his|her|their|the|a|an|one|any|children|"
    r"kids|dogs?|people)\b",
    re.IGNORECASE,
)
ABILITY = re.compile(
    r"^\W*(?:(?:can|could|may|am) i\b|(?:can|could|may) we\b|is it (?:still |at all )?possible|"
    r"is there (?:any|a) way|any chance|"
    r"would i be able|am i able|is it ok(?:ay)?|do i have to|must i|should i)",
    re.IGNORECASE,
)
HOWTO = re.compile(r"\bhow (?:do|can|could|should|would|to|does one|might)\b(?!.{0,20}\blong\b)", re.IGNORECASE)
ASKING = re.compile(
    r"^\W*(?:what|what's|whats|how|how's|when|when's|where|where's|wheres|which|who|whose|why|do|does|did|is|are|was|were|has|"
    r"have|had|can|could|will|would|should|may|am|any|isn't|aren't|don't|doesn't|hasn't|haven't)\b",
    re.IGNORECASE,
)
OWN = re.compile(
    r"\b(?:my|mine|our|i (?:ordered|bought|booked|placed|reserved|have|paid|sent|made|returned)|have i|did i|"
    r"am i (?:still )?(?:on|in|booked)|"
    r"i've (?:ordered|bought|booked|placed|paid|sent|made|returned)|i still|(?:for|about|on) me)\b",
    re.IGNORECASE,
)
RULE = re.compile(
    r"\b(?:polic(?:y|ies)|rules?|terms|conditions|allowed|permitted|eligible|how long|how many days|"
    r"how much (?:does|do|is|are|"
    r"would|will|time)|how soon|how often|what happens|what if|do you (?:offer|have|ship|deliver|accept|take|"
    r"do|provide|charge|"
    r"allow|give|sell|price|match)|does (?:it|the|your)|are there|is there (?:a|an|any)\b|deadline|fees?|"
    r"cost to|guarantee|"
    r"warranty|usually|normally|generally|in general|typically|ever)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One piece of a message. `own` tells that it speaks of the customer's own things, `asks` that it is a question."""

    text: str
    form: Form
    own: bool = False
    asks: bool = False
    core: str = ""
    """The part that asks, where what stands before it only leads there ("my knee hurts, can I cancel?")."""


def clauses_of(message: str) -> list[Clause]:
    """The clauses of a message, in order. A message that is one clause is that clause, whole."""
    pieces = [piece for sentence in split(message) for piece in _parted(sentence) if re.search(r"\w", piece)]
    if len(pieces) == 1:
        return [read(message.strip())]
    return [read(piece) for piece in pieces]


def read(text: str) -> Clause:
    """What one clause is."""
    bare = opened(text)
    lead = CORE.search(bare)
    core = bare[lead.end() :] if lead else ""
    bare = core or bare
    asks = text.rstrip().endswith("?") or bool(ASKING.match(bare))
    own = bool(OWN.search(opened(text)))
    return Clause(text, _form(text, bare, own=own, asks=asks), own, asks, core)


def opened(text: str) -> str:
    """A clause without the greeting, thanks or filler that it opens with."""
    while match := OPENING.match(text):
        text = text[match.end() :]
    return text.strip()


def _form(text: str, bare: str, *, own: bool, asks: bool) -> Form:
    for form, pattern in (("greeting", GREETING), ("bye", BYE), ("thanks", THANKS), ("bot", BOT), ("person", PERSON)):
        if pattern.search(text):
            return form  # type: ignore[return-value]
    if is_yes(text):
        return "yes"
    if is_no(text):
        return "no"
    if HOWTO.search(bare):
        return "howto"
    if OTHERS.match(bare):
        return "rule"
    if ABILITY.match(bare):
        return "ability"
    if REQUEST.match(bare):
        return "request"
    if asks:
        return "own" if own and not RULE.search(bare) else "rule"
    return "statement"


def _parted(sentence: str) -> list[str]:
    """The parts of a sentence that is joined by "and": only where each part can stand by itself."""
    parts, start = [], 0
    for match in AND.finditer(sentence):
        head = sentence[start : match.start()]
        if len(head.split()) >= 2:
            parts.append(head.strip())
            start = match.end()
    parts.append(sentence[start:].strip())
    return parts
