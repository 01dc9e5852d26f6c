"""What a clause wants: a tool, an answer from the policies, both, or nothing that can be told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from handrail.agent.models.offline import forms
from handrail.agent.models.offline.clauses import Clause
from handrail.agent.models.offline.ranking import actions_in, rank
from handrail.agent.models.offline.slots import slots_of
from handrail.agent.models.offline.words import humanised, stem_set
from handrail.agent.toolbook import Score, Toolbook
from handrail.agent.tools.api import Tool

Want = Literal["tool", "policy", "social", "person", "unclear"]

SOCIAL = frozenset({"greeting", "thanks", "bye", "wait", "yes", "no", "bot"})
LEAST = {"request": 0.5, "own": 0.55, "statement": 0.62, "ability": 0.6, "rule": 0.7}
"""How well a tool must fit a clause of each form."""
OWN_RULE, ANSWERED = -0.08, 0.12
"""For a question about rules: less where it is about the customer's own things, more where the policies answer it."""
WELL = 0.8
"""How relevant what was found must be to count as an answer."""
RELEVANT, RELEVANT_TO_STATEMENT = 0.35, 0.45
"""How relevant it must be to be looked at."""
SURE, SEARCHED = 0.7, 0.65
CLOSE = 0.05
OFFERED, OFFERED_MEANING = 0.6, 0.75
POINTED = 0.3
MEANT = 0.12
"""What it counts for a tool that it is for what the customer points at."""
FREE_READ, FREE_WRITE = 0.4, 0.4
LENIENT, AHEAD = 0.12, 0.2
"""How much less well a tool may fit what the policies don't answer, if it is so far ahead of every other tool."""
TOLD = 3


@dataclass(frozen=True, slots=True)
class Intent:
    """What one clause wants. `tool` is the one to use; for a policy question the one to offer after the answer."""

    want: Want
    clause: Clause
    tool: Tool | None = None
    fit: float = 0.0
    scores: tuple[Score, ...] = ()


async def read_intent(
    clause: Clause,
    book: Toolbook,
    relevance: float,
    *,
    own: bool = False,
    meant: frozenset[str] = frozenset(),
    conditional: bool = False,
    lenient: bool = False,
) -> Intent:
    """Tell what a clause wants, given how relevant what the policies' search found is.

    `own` says that it speaks of the customer's own things for a reason outside of it; `meant` names the tools for the
    things that it points at; `conditional` that the message it is of names a condition ("worn", "within a week");
    `lenient` that the policies have no answer, so that a tool which fits less well will do.
    """
    if clause.form in SOCIAL:
        return Intent("social", clause)
    if clause.form == "person":
        return Intent("person", clause)
    if clause.form == "statement" and _only_id(clause.text, book):
        return Intent("unclear", clause)
    own = own or clause.own or book.spoken(clause.text) != clause.text
    ranked = await rank(clause, book)
    scores = [replace(score, value=score.value + MEANT * (score.tool.name in meant)) for score in ranked]
    scores.sort(key=lambda score: -score.value)
    ease = LENIENT if lenient and _ahead(scores) else 0.0
    best = _of_meant(clause, scores, meant) or _tool(
        clause, scores, own=own, relevance=relevance, conditional=conditional, ease=ease
    )
    return _intent(clause, best, tuple(scores[:TOLD]), relevance)


def _intent(clause: Clause, best: Score | None, scores: tuple[Score, ...], relevance: float) -> Intent:
    if best is not None:
        return Intent("tool", clause, best.tool, best.value, scores)
    least = RELEVANT_TO_STATEMENT if clause.form == "statement" else RELEVANT
    if relevance >= least:
        offered = scores[0].tool if scores and _may_offer(clause, scores[0]) else None
        return Intent("policy", clause, offered, relevance, scores)
    return Intent("unclear", clause, None, scores[0].value if scores else 0.0, scores)


def _of_meant(clause: Clause, scores: Sequence[Score], meant: frozenset[str]) -> Score | None:
    """For a question that says no more than "where is it?": the tool that reads the thing pointed at."""
    if not clause.asks or len(stem_set(clause.text)) > 1:
        return None
    reads = [score for score in scores if score.tool.name in meant and score.tool.effect == "read"]
    return reads[0] if reads and reads[0].value >= POINTED else None


def _only_id(text: str, book: Toolbook) -> bool:
    """Whether a clause is an identifier and no more: what is to be done with it, it does not tell."""
    for kind in book.ids:
        text = kind.pattern.sub(" ", text)
    return not stem_set(text)


def _ahead(scores: Sequence[Score]) -> bool:
    return len(scores) < 2 or scores[0].value - scores[1].value >= AHEAD


def _tool(
    clause: Clause, scores: Sequence[Score], *, own: bool, relevance: float, conditional: bool, ease: float
) -> Score | None:
    if not scores or clause.form not in LEAST:
        return None
    general = not ease and bool(forms.GENERAL.search(clause.text) or forms.OTHERS.match(clause.text))
    if clause.form in ("own", "rule"):
        return None if general else _informing(clause, scores, own=own, relevance=relevance, ease=ease)
    if scores[0].value < LEAST[clause.form] - ease:
        return None
    if clause.form == "ability":
        conditional = (conditional or bool(forms.CONDITION.search(clause.text))) and relevance >= RELEVANT
        fits = scores[0].tool.effect == "write" or scores[0].value >= SURE
        return scores[0] if (own or ease) and fits and not general and not conditional else None
    if clause.form == "statement":
        return None if general else _careful(scores)
    return scores[0]


def _careful(scores: Sequence[Score]) -> Score | None:
    """A plain statement ("my parcel is late") is looked into before anything is changed; no words are searched."""
    best = scores[0]
    if best.tool.effect == "read":
        searches = any(slot.required and slot.kind == "text" for slot in slots_of(best.tool))
        return None if searches and best.value < SEARCHED else best
    reads = (score for score in scores[:TOLD] if score.tool.effect == "read" and best.value - score.value < CLOSE)
    return next(reads, best)


def _informing(clause: Clause, scores: Sequence[Score], *, own: bool, relevance: float, ease: float) -> Score | None:
    """For a question: a tool that reads, where it fits well, or the question is about the customer's own things.

    "Can a courier come tomorrow?" asks for it to be done where no policy says so.
    """
    if ease and forms.OTHERS.match(clause.text) and scores[0].value >= LEAST["ability"]:
        return scores[0]
    best = next((score for score in scores if score.tool.effect == "read"), None)
    if best is None:
        return None
    free = bool(forms.FREE.search(clause.text))
    least = LEAST["own"]
    if not (own and clause.form == "own"):
        least = LEAST["rule"] + OWN_RULE * own + ANSWERED * (relevance >= WELL and not free and not own)
    if best.value >= least - ease * (best is scores[0]):
        return best
    # "Which days are free for a cleaning?" asks for what a booking needs, so a tool that books may fit best.
    write = next((score for score in scores if score.tool.effect == "write"), None)
    free = free and write is not None and write.value >= FREE_WRITE
    return best if free and best.value >= FREE_READ else None


def _may_offer(clause: Clause, score: Score) -> bool:
    same = bool(actions_in(clause.text) & actions_in(humanised(score.tool.name))) or score.meaning >= OFFERED_MEANING
    return clause.form in ("ability", "howto") and score.tool.effect == "write" and score.value >= OFFERED and same
