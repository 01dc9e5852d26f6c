"""How well each tool fits a clause: by meaning, words, the clause's form, the action and identifiers it names."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from handrail.agent.models.offline import forms
from handrail.agent.models.offline.clauses import Clause
from handrail.agent.models.offline.sayings import READS
from handrail.agent.models.offline.slots import slots_of
from handrail.agent.models.offline.telling import told
from handrail.agent.models.offline.words import humanised, stem_set
from handrail.agent.toolbook import Score, Toolbook
from handrail.agent.tools.api import Tool

READ, CHANGES = 0.03, -0.2
"""What it counts for a tool that reads, and one that writes, that the clause asks for information."""
THEIRS, ANYONES = 0.04, -0.08
"""The same for tools that need an identity, and those that need none, where it asks about the customer's own things."""
SAME_ACTION, OTHER_ACTION, NO_ACTION, SAME_VERB = 0.08, -0.12, -0.08, 0.1
TAKES_ID, TAKES_NONE = 0.08, -0.06
ELSEWHERE = 0.3
AS_ORDER, TRACK = "where is my order", 0.95
"""Whatever it is ("where are my walking poles"), it is asked for as an order is; and what that counts."""


async def rank(clause: Clause, book: Toolbook) -> list[Score]:
    """The tools' scores for a clause, best first."""
    named = [kind.noun for kind in book.ids if kind.pattern.search(clause.text)]
    scores = [_with_id(_adjusted(score, clause), named) for score in await _scores(clause, book)]
    scores = [replace(score, value=score.value + _told(clause, score.tool)) for score in scores]
    return sorted(scores, key=lambda score: -score.value)


@lru_cache(maxsize=1024)
def actions_in(text: str) -> frozenset[str]:
    """The things to do that a text names."""
    return frozenset(key for key, pattern in forms.ACTIONS.items() if pattern.search(text))


async def _scores(clause: Clause, book: Toolbook) -> list[Score]:
    """The plain scores; where only the core of the clause asks, that counts as much as the whole."""
    whole = await book.scores(clause.text)
    if forms.TRACKED.search(clause.text):
        order = {score.tool.name: score.value * TRACK for score in await book.scores(AS_ORDER)}
        return [replace(s, value=max(s.value, order[s.tool.name] * (s.tool.effect == "read"))) for s in whole]
    if not clause.core:
        return whole
    core = {score.tool.name: score.value for score in await book.scores(clause.core)}
    return [replace(score, value=(score.value + core[score.tool.name]) / 2) for score in whole]


def _adjusted(score: Score, clause: Clause) -> Score:
    """The score, given how the clause is put and which action it names."""
    value = score.value
    named, does = actions_in(clause.text), actions_in(humanised(score.tool.name))
    if clause.form in ("own", "rule") and clause.asks:
        value += READ if score.tool.effect == "read" else CHANGES
        if clause.own:
            value += THEIRS if score.tool.identity != "none" else ANYONES
    elif not named and _verb(score.tool) in stem_set(clause.text):
        value += SAME_VERB
    elif clause.form in ("request", "ability", "statement") and named:
        if does:
            value += SAME_ACTION if named & does else OTHER_ACTION
        elif score.tool.effect == "read" and clause.form != "statement":
            value += NO_ACTION
    return replace(score, value=value)


def _told(clause: Clause, tool: Tool) -> float:
    """What it counts that the clause tells what the tool takes: little where it names something else to be done, and
    nothing for a tool with examples, which say better what it is asked for with."""
    if tool.examples:
        return 0.0
    named = actions_in(clause.text)
    return told(clause.text, tool) * (1.0 if not named or named & actions_in(humanised(tool.name)) else ELSEWHERE)


def _with_id(score: Score, named: Sequence[str]) -> Score:
    """A tool that takes an identifier of the kind that the text names fits it better than one that does not."""
    if not named:
        return score
    takes = any(slot.kind in ("id", "list") and slot.noun in named for slot in slots_of(score.tool))
    return replace(score, value=score.value + (TAKES_ID if takes else TAKES_NONE))


def _verb(tool: Tool) -> str:
    """What a tool does, by the first word of its name, where that is a word of its own ("renew")."""
    verb = humanised(tool.name).split()[0]
    return "" if verb in READS else next(iter(stem_set(verb)), "")
