"""Whether the customer asks for a person, said in any of the usual ways."""

import re
from functools import cache

from handrail.guardrails.text import even, misspelt

STAFF = (
    r"(?:human(?: being)?s?|representatives?|reps?|agents?|operators?|manager(?:ment)?s?|managers|supervisors?|superiors?"
    r"|(?:real|live|actual|living|proper|human|physical|breathing|normal|non-robotic) (?:person|people|human|agent|one|body|support|help|chat|operator|being|representative)s?"
    r"|real life person|customer (?:service|care|support|services|rep)(?: (?:rep|representative|agent|person|team|advisor|manager))?"
    r"|support (?:person|agent|team|rep|staff|specialist)|service (?:rep|agent|advisor|desk|team)|staff(?: member)?|member of staff|team member|employee|colleague"
    r"|advis[oe]rs?|tech(?:nical)? support|help ?desk|someone (?:real|human|in charge|else|competent|who (?:can|is|knows|works)\b)|somebody (?:real|human|in charge|else)"
    r"|anyone (?:real|human)|in charge)"
)
"""People of a support desk. Guides, drivers and other people who are part of the goods are not among them."""

ANYONE = r"(?:someone|somebody|anyone|anybody|a person|some one|some body|any one|people|a guy|a woman|a man)"
LOOSE = r"(?:please|pls|plz|now|right now|today|asap|instead|ok|okay|thanks|thank you|hello|hi|hey|just|i|me|we|a|an|the|to|want|need|get|give|gimme|would|like|'d|i'd|can|could|may|let|have|you|yes|no|any|for|help|my|your|here|there|immediately|really|then|so|again|only)"
MOVE = r"(?:be (?:connected|transferred|put through|forwarded)|connect me|transfer me|forward me|put me (?:through|on (?:to|with))|pass me(?: on| over)?|hand me (?:over|off)|switch me(?: over)?|route me|direct me|redirect me|escalate(?: this| it| me)?)"
MEET = rf"(?:speak(?:ing)?|talk(?:ing)?|chat(?:ting)?|have a (?:\w+ )?(?:chat|word|talk|call)|{MOVE}|(?:get|be) in touch|get (?:a )?hold of|discuss (?:this|it)|deal|communicate)"

ASKS = [
    rf"\b{MEET} (?:\w+ ){{0,2}}?(?:to|with|from|of|through to|over to) (?:\w+ ){{0,3}}?(?:{STAFF}|{ANYONE})\b(?! (?:who speaks|on the (?:tour|trip)))",
    rf"^\W*(?:(?:yes|please|pls|ok|just|can you|could you|then)\W+)*{MOVE}(?: (?:now|please|pls|to support))?\W*$",
    r"\b(?:connect me|transfer me|put me(?: through)?|pass me|forward me) (?:to|with|through to) (?!(?:another|a different) (?:\w+ )?(?:seat|flight|room|date|tour|bed|table|plan|slot|day|trip)\b)\w+",
    r"\b(?:speak|talk|chat)(?:ing)? (?:\w+ )?(?:to|with) (?:the|your|an?|some|one of your) (?:\w+ )?(?:reception\w*|team|department|office|desk|workshop|restaurant|gym|spa|billing|sales|warehouse|store|shop|branch|crew|cleaners?|technicians?|mechanic|specialist|expert|worker|owner|boss)\b",
    r"\b(?:get|ask|have) (?:someone|somebody|anyone) (?:else )?to (?:help|assist|look|deal|sort|fix|talk|call|answer|check)\b|\b(?:can|could|will) (?:someone|somebody) else (?:\w+ )?(?:look|help|deal|check|handle|sort|take)\b",
    r"\b(?:not|n't|don't|dont) (?:feel )?comfortable (?:\w+ ){0,5}with (?:a |an )?(?:machine|bot|robot|computer|ai)\b",
    r"\bput me through\b|\bwho (?:can|could|do) i (?:talk|speak) (?:to|with)\b",
    rf"\b(?:help|answer|reply|response|support|assistance)s? (?:from|by|of) (?:a |an )?{STAFF}\b",
    rf"\b(?:need|want|wanna|require|get|give|gimme|send|find|fetch|bring|rather have|prefer|like|demand|request|insist on|wish for|connect|transfer|try|reach|contact|call|page|where(?:'s| is)) (?:me |to have |to get |to see |to reach |to contact |to |for )*(?:a |an |the |some |any |your |one of your |my |another )*{STAFF}\b(?! (?:who|that|which|from|code|number|price|fee|edition|account|discount|portal|position|job|for the|told|said|was))",
    r"\b(?:need|want|get|give|gimme|send|find|prefer|demand) (?:me |to have |to get )*(?:a |an )person\b(?= ?(?:$|[.!?,;]|to |now|please|pls|on the|instead|here|asap|not ))",
    rf"\b(?:can|could|will|would|may|please have|have|let|want|need|get|ask|is there|tell) (?:{ANYONE}|{STAFF})(?: from \w+ \w+| from \w+)? (?:please |there |to )*(?:call|phone|ring|contact|reach out|get back|get in touch|email|look into (?:this|it)|deal with (?:this|me)|take over|talk to me|speak (?:to|with) me|speak to|answer me|message me|come (?:on|to the))\b",
    rf"\b(?:is|are) there (?:a |an |any )?(?:{STAFF}|anyone|someone|anybody|somebody|a person)(?: (?:there|here|real|else|at all|now))?(?: i can| to| that can| who can| there| here)? ?(?:talk|speak|chat|to talk|to speak|$|[?!.])",
    r"\bi(?:'d| would) (?:rather|prefer(?: to)?) (?:speak|talk|deal|chat)\b.{0,30}\b(?:human|person|someone|somebody|people|real)\b",
    r"\b(?:call ?-?back|callback)\b(?=.{0,30}(?:please|request|from|\?|!|$))|\b(?:request|want|need|schedule|arrange|have) (?:a )?(?:phone )?call ?back\b",
    r"\b(?:don't|do not|dont|not|stop|no more|enough|tired of|sick of|hate|refuse to)\b (?:\w+ ){0,4}?(?:talk|talking|speak|speaking|chat|chatting|deal|dealing|with|giving me|sending me|write|writing|these|your)\b (?:to |with |the |a |this |these |your |another )*(?:chat ?)?(?:bots?|robots?|machines?|computers?|ai|automated (?:\w+ )?(?:answers?|replies|messages|responses?|system))\b(?! (?:vacuum|mower|bag))",
    r"\bescalate (?:this|it|my|the|me)\b|\b(?:please |want to |need to )escalate\b",
    r"\bspeak to (?:a |the |your )?(?:boss|manager|owner|management)\b|\b(?:your|the) (?:manager|supervisor|boss) (?:now|please|immediately)\b",
    r"^\W*(?:a )?(?:person|people|human|someone|somebody|real)(?: real| please| pls| now| here| there)*\W*$",
    r"^\W*(?:is )?(?:any ?one|any ?body|some ?one|some ?body|anybody)(?: actually| really)? (?:there|here|home|alive|listening)\W*$",
    rf"^(?:\W|\b{LOOSE}\b|\bi said\b)*(?:{STAFF})(?:\W|\b{LOOSE}\b)*$",
    r"(?:[,:]| and| -) (?:real )?(?:human|person|agent)s?(?: please| now)?\W*$",
    r"\bno (?:more )?(?:bots?|robots?)\b",
    r"\bhuman (?:support|help|assistance|interaction|contact|touch)\b(?=.{0,12}$|.{0,20}please)|\btalk to human\b|\bspeak human\b",
]

BOT = r"\b(?:are|r) (?:you|u) (?:\w+ ){0,2}?(?:a |an )?(?:real|human|bot|robot|machine|person|computer|ai|chatbot)\b|\bam i (?:talking|speaking|chatting|writing) (?:to|with) (?:a |an )?(?:\w+ )?(?:human|bot|robot|machine|person|computer|ai|chatbot)\b|\bis this (?:a |an )?(?:\w+ )?(?:bot|robot|machine|real person|human|chatbot|automated\w*)\b"

DENIED = re.compile(
    r"\b(?:don't|do not|dont|didn't|did not|no|not|never|without|needn't|rather not|instead of|won't|avoid|no need|before|after|if you|unless|when|(?<!what )(?<!how )(?:do|does) (?:i|we|one|you) (?:need|have))\b(?: \w+){0,4}$"
)
PAST = re.compile(
    r"\b(?:spoke|talked|spoken|was talking|chatted|been (?:speaking|talking)|had to|i was|was told to|told me to|asked me to|said i|tried to|he was|she was|used to|had|am i|are we)\b(?: \w+){0,3}$"
)
ASKING_HOW = re.compile(r"\b(?:how|should|where|what(?:'s| is))\b(?: \w+){0,4} ?$")
KNOWN = frozenset(["representative", "representatives", "operator", "manager", "supervisor", "customer", "service", "support", "someone", "somebody", "assistant", "transfer", "connect", "escalate", "advisor"])  # fmt: skip
SLIPS = {
    "huamn": "human", "humna": "human", "humam": "human", "hman": "human", "humon": "human", "humen": "human", "agnet": "agent", "aget": "agent", "agant": "agent",
    "persn": "person", "preson": "person", "persen": "person", "perosn": "person", "peron": "person", "speek": "speak", "speack": "speak", "spek": "speak", "tlak": "talk", "tak": "talk",
    "rep": "rep", "repersentative": "representative", "csr": "customer service rep", "hooman": "human", "managr": "manager", "pepole": "people", "ppl": "people", "sum1": "someone", "some1": "someone", "any1": "anyone",
}  # fmt: skip
WORD = re.compile(r"[\w']+")


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], ...], re.Pattern[str], re.Pattern[str]]:
    bare = re.compile(rf"^(?:\W|\b{LOOSE}\b)*(?:\b{STAFF}\b(?:\W|\b{LOOSE}\b)*)+$")
    return tuple(re.compile(p) for p in ASKS), re.compile(BOT), bare


def asks_for_person(text: str) -> tuple[float, tuple[int, int] | None]:
    """How surely `text` asks for a person (0 to 1), and where it does. 0.6 is "how do I reach support?"
    and 0.4 "are you a bot?": worth an offer, no more."""
    mended, places = _mended(even(text).lower())
    asks, bot, bare = _compiled()
    for clause_start, clause in _clauses(mended):
        if len(clause) < 120 and bare.match(clause) and WORD.search(clause):
            return 1.0, (places[clause_start], places[clause_start + len(clause)])
        for pattern in asks:
            match = pattern.search(clause)
            if match and not _meant_otherwise(clause[: match.start()], match[0]):
                start = clause_start + match.start()
                sure = 0.6 if ASKING_HOW.search(clause[: match.start()]) else 0.95
                return sure, (places[start], places[start + len(match[0])])
    match = bot.search(mended)
    return (0.4, (places[match.start()], places[match.end()])) if match else (0.0, None)


def _meant_otherwise(before: str, matched: str) -> bool:
    """The words before turn the wish into its opposite, or into a tale of last time."""
    if re.match(r"(?:don't|do not|dont|not|stop|no more|enough|tired|sick|hate|refuse)", matched):
        return False
    return bool(DENIED.search(before.rstrip()) or PAST.search(before.rstrip()))


def _clauses(text: str) -> list[tuple[int, str]]:
    found, start = [], 0
    for gap in re.finditer(r"[.!?;\n]+|,? (?:but|and then|so) ", text):
        found.append((start, text[start : gap.end()]))
        start = gap.end()
    found.append((start, text[start:]))
    return [(a, c) for a, c in found if c.strip()]


def _mended(text: str) -> tuple[str, list[int]]:
    """`text` with slips put right, and for every character of it (and its end) the place in `text`."""
    out: list[str] = []
    places: list[int] = []
    last = 0
    for match in WORD.finditer(text):
        word = match[0]
        right = SLIPS.get(word) or misspelt(word, KNOWN) or word
        out += [text[last : match.start()], right]
        places += range(last, match.start())
        places += [match.start() + min(i, len(word) - 1) for i in range(len(right))]
        last = match.end()
    out.append(text[last:])
    places += range(last, len(text) + 1)
    return "".join(out), places
