"""What a clause wants: a tool, an answer from the policies, both, or nothing that can be told."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from handrail.agent.models.offline.clauses import OTHERS, Clause
from handrail.agent.models.offline.slots import slots_of
from handrail.agent.models.offline.words import humanised, stem_set
from handrail.agent.toolbook import READS, Score, Toolbook
from handrail.agent.tools.api import Tool

Want = Literal["tool", "policy", "social", "person", "unclear"]

ACTIONS = {
    "cancel": r"cancel\w*|call(?:ing)? off|withdraw|scrap|abort|stop|take (?:me|us) off|(?:can't|cannot|won't|not able to) (?:make it|"
    r"come|attend|join)|(?:don't|do not|no longer) (?:want|need)",
    "change": r"chang\w*|updat\w*|edit\w*|modif\w*|amend\w*|correct|mov(?:e|ing)|reschedul\w*|postpone|bring forward|push back|"
    r"shift|swap\w*|switch\w*|replac\w*|rebook\w*|redirect|different|another",
    "book": r"book|booking|reserv\w*|sign (?:me|us|him|her|them)? ?up|schedule|join|register|enrol\w*",
    "return": r"return\w*|send(?:ing)? .{0,20}back|give .{0,20}back|sent back|bring .{0,20}back",
    "refund": r"refund\w*|money back|reimburs\w*|compensat\w*",
    "exchange": r"exchang\w*|swap\w*",
    "pay": r"pay|paid|payment",
    "add": r"add\w*|include",
    "remove": r"remov\w*|delet\w*",
}
"""Things to do, by what customers call them. They tell tools apart that deal with the same things."""
NAMED = {key: re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) for key, pattern in ACTIONS.items()}
GENERAL = re.compile(
    r"\b(?:polic(?:y|ies)|rules?|terms|conditions|in general|generally|usually|normally|allowed|permitted|"
    r"what happens|what if|"
    r"how long (?:do|does|will|is|are)|how many days|fees?|charged? for|cost (?:me )?to|"
    r"(?<!know )(?<!check )(?<!see )(?<!me )(?<!wondering )if (?:i|we|you)|do (?:i|we) (?:have to|need to|get|"
    r"pay)|deadline|"
    r"do you (?:offer|ship|deliver|accept|charge|allow|refund|price))\b",
    re.IGNORECASE,
)
CONDITION = re.compile(
    r"\b(?:if|within|after|before|without|less than|more than|even though|unless|worn|opened|used)\b", re.IGNORECASE
)
FREE = re.compile(
    r"\b(?:when|what (?:dates?|days?|times?)|which (?:dates?|days?|times?)|availab\w*|free|openings?|slots?|"
    r"places? left|next|"
    r"any (?:dates?|days?|times?|places?|spots?|seats?))\b",
    re.IGNORECASE,
)
LEAST = {"request": 0.5, "own": 0.55, "statement": 0.62, "ability": 0.6, "rule": 0.7}
"""How well a tool must fit a clause of each form."""
OFFERED = 0.6
SURE = 0.75
WELL = 0.8
RELEVANT = 0.35
"""How relevant what was found must be to be quoted."""
TRACKED = re.compile(
    r"^\W*(?:hi|hello|hey)?\W*where(?:'s| is| are)\b.{0,20}\bmy\b(?! (?:refund|money|points|voucher|discount))|"
    r"\bhas my .{1,40}(?:arrived|come|shipped|been (?:sent|shipped|dispatched|delivered))|"
    r"\bwhen (?:will|do|does|is|are) .{0,20}\bmy .{1,40}(?:arriv|com|get here|be delivered|ship)",
    re.IGNORECASE,
)
AS_ORDER = "where is my order"
TRACK = 0.95
CLOSE = 0.05
POINTED = 0.3
MEANT = 0.12
"""What it counts for a tool that it is for what the customer points at."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What one clause wants. `tool` is the one to use; for a policy question the one to offer after the answer."""

    want: Want
    clause: Clause
    tool: Tool | None = None
    fit: float = 0.0
    scores: tuple[Score, ...] = ()


async def read_intent(
    clause: Clause, book: Toolbook, relevance: float, *, own: bool = False, meant: frozenset[str] = frozenset()
) -> Intent:
    """Tell what a clause wants. `own` says that it speaks of the customer's own things for a reason outside of it, `meant`
    which tools are for the things that it points at."""
    if clause.form in ("greeting", "thanks", "bye", "yes", "no", "bot"):
        return Intent("social", clause)
    if clause.form == "person":
        return Intent("person", clause)
    if clause.form == "statement" and _only_id(clause.text, book):
        return Intent("unclear", clause)
    own = own or clause.own or book.spoken(clause.text) != clause.text
    scores = await rank(clause, book)
    scores = [replace(score, value=score.value + MEANT * (score.tool.name in meant)) for score in scores]
    scores.sort(key=lambda score: -score.value)
    if meant and len(stem_set(clause.text)) <= 1 and clause.asks and (told := _of_meant(scores, meant)):
        return Intent("tool", clause, told.tool, told.value, tuple(scores[:3]))
    tool = _tool(clause, tuple(scores), own=own, relevance=relevance, book=book)
    if tool is not None:
        return Intent("tool", clause, tool.tool, tool.value, tuple(scores[:3]))
    if relevance >= RELEVANT and clause.form != "statement":
        offered = scores[0] if scores and _may_offer(clause, scores[0]) else None
        return Intent("policy", clause, offered.tool if offered else None, relevance, tuple(scores[:3]))
    if relevance >= RELEVANT + 0.1:
        return Intent("policy", clause, None, relevance, tuple(scores[:3]))
    return Intent("unclear", clause, None, scores[0].value if scores else 0.0, tuple(scores[:3]))


async def rank(clause: Clause, book: Toolbook) -> list[Score]:
    """How well each tool fits a clause, given its form, the action and the identifiers it names; best first."""
    scores = [_with_id(_adjusted(score, clause), clause.text, book) for score in await _scores(clause, book)]
    return sorted(scores, key=lambda score: -score.value)


def actions_in(text: str) -> frozenset[str]:
    """The things to do that a text names."""
    return frozenset(key for key, pattern in NAMED.items() if pattern.search(text))


def _of_meant(scores: list[Score], meant: frozenset[str]) -> Score | None:
    """For a question that says no more than "where is it?": the tool that reads the thing pointed at."""
    reads = [score for score in scores if score.tool.name in meant and score.tool.effect == "read"]
    return reads[0] if reads and reads[0].value >= POINTED else None


def _only_id(text: str, book: Toolbook) -> bool:
    """Whether a clause is an identifier and no more: what is to be done with it, it does not tell."""
    for kind in book.ids:
        text = kind.pattern.sub(" ", text)
    return not stem_set(text)


async def _scores(clause: Clause, book: Toolbook) -> list[Score]:
    """The scores of a clause; where only its core asks, that counts as much as the whole."""
    whole = await book.scores(clause.text)
    if TRACKED.search(clause.text):
        # Whatever it is ("where are my walking poles"), it is asked for as an order is.
        order = {score.tool.name: score.value * TRACK for score in await book.scores(AS_ORDER)}
        return [replace(s, value=max(s.value, order[s.tool.name] * (s.tool.effect == "read"))) for s in whole]
    if not clause.core:
        return whole
    core = {score.tool.name: score.value for score in await book.scores(clause.core)}
    return [Score(s.tool, (s.value + core[s.tool.name]) / 2, s.meaning, s.phrase) for s in whole]


def _with_id(score: Score, text: str, book: Toolbook) -> Score:
    """A tool that takes an identifier of the kind that the text names fits it better than one that does not."""
    named = [kind.noun for kind in book.ids if kind.pattern.search(text)]
    if not named:
        return score
    takes = any(slot.kind in ("id", "list") and slot.noun in named for slot in slots_of(score.tool))
    return Score(score.tool, score.value + (0.08 if takes else -0.06), score.meaning, score.phrase)


def _adjusted(score: Score, clause: Clause) -> Score:
    """A tool's score, given how the clause is put and which action it names."""
    value = score.value
    named, does = actions_in(clause.text), actions_in(humanised(score.tool.name))
    informs = clause.form in ("own", "rule") and clause.asks
    if informs:
        value += 0.03 if score.tool.effect == "read" else -0.2
        if clause.own:
            value += 0.04 if score.tool.identity != "none" else -0.08
    elif not named and _verb(score.tool) in stem_set(clause.text):
        value += 0.1
    elif clause.form in ("request", "ability", "statement") and named:
        if does:
            value += 0.08 if named & does else -0.12
        elif score.tool.effect == "read" and clause.form != "statement":
            value -= 0.08
    return Score(score.tool, value, score.meaning, score.phrase)


def _verb(tool: Tool) -> str:
    """What a tool does, by the first word of its name, where that is a word of its own ("renew")."""
    verb = humanised(tool.name).split()[0]
    return "" if verb in READS else next(iter(stem_set(verb)), "")


def _tool(clause: Clause, scores: tuple[Score, ...], *, own: bool, relevance: float, book: Toolbook) -> Score | None:
    if not scores or clause.form not in LEAST:
        return None
    best = scores[0]
    general = bool(GENERAL.search(clause.text) or OTHERS.match(clause.text)) and clause.form != "request"
    if clause.form in ("own", "rule"):
        return _informing(clause, scores, own=own, general=general, relevance=relevance)
    if clause.form == "ability" and best.tool.effect == "read" and best.value < SURE:
        return None
    if clause.form == "ability" and (not own or general or (CONDITION.search(clause.text) and relevance >= RELEVANT)):
        return None
    if clause.form == "statement" and general:
        return None
    if best.value < LEAST[clause.form]:
        return None
    if clause.form == "statement" and best.tool.effect == "write":
        # A plain statement ("my parcel is late") is looked into before anything is changed.
        reads = [score for score in scores[:3] if score.tool.effect == "read" and best.value - score.value < CLOSE]
        return reads[0] if reads else best
    return best


def _informing(
    clause: Clause, scores: tuple[Score, ...], *, own: bool, general: bool, relevance: float
) -> Score | None:
    """For a question: a tool that reads, and only where it fits well or the question is about the customer's own things."""
    if general or (clause.form == "own" and CONDITION.search(clause.text) and not own):
        return None
    reads = [score for score in scores if score.tool.effect == "read"]
    best = reads[0] if reads else None
    free = bool(FREE.search(clause.text))
    if own and clause.form == "own":
        least = LEAST["own"]
    else:
        # Where the policies have an answer, a tool has to fit the better.
        least = LEAST["rule"] - 0.08 * own + 0.12 * (relevance >= WELL and not free and not own)
    if best is not None and best.value >= least:
        return best
    writes = [score for score in scores if score.tool.effect == "write"]
    if best is not None and writes and free and writes[0].value + 0.2 >= 0.6 and best.value >= 0.4:
        return best
    return None


def _may_offer(clause: Clause, score: Score) -> bool:
    same = bool(actions_in(clause.text) & actions_in(humanised(score.tool.name))) or score.meaning >= 0.75
    return clause.form in ("ability", "howto") and score.tool.effect == "write" and score.value >= OFFERED and same
