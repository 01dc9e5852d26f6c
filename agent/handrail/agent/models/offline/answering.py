"""Answers from the policies, and from what a person of the team wrote; what is said where there are none."""

from collections.abc import Sequence

from handrail.agent.models.offline.dialogue import Dialogue
from handrail.agent.models.offline.goals import Goal
from handrail.agent.models.offline.intents import Intent
from handrail.agent.models.offline.phrasing import abilities, ability, say
from handrail.agent.models.offline.quoting import quote
from handrail.agent.models.offline.reply import Reply
from handrail.agent.models.offline.slots import slots_of
from handrail.agent.models.offline.words import stem_set
from handrail.agent.sentences import split
from handrail.agent.toolbook import Toolbook
from handrail.agent.tools.api import Tool
from handrail.knowledge.passages import Found

RELEVANCE, WORDS = 0.5, 0.3
LEAST, SURE = 0.6, 0.85
"""Fit of the quotation, with so much of the relevance of what was found and of the words told: from where it is told
with a word of doubt, and from where without. Of 48 questions that the sample's policies answer and 30 that they mostly
don't, 1 and 13 fell under the first, 2 and 12 between the two."""
PERSON_FIT = 0.5
CLOSE, ALIKE = 0.45, 0.08
"""How near a tool must come to be asked about, and how near to each other two are named together."""
IN_DOUBT = 0.2
SHORT = 4
LEANING = 2
"""Telling words up to which a question may lean on what was said before it."""
UNRELATED, ODD = 0.2, 24
"""Relevance under which nothing was found, and the length of a word that is none (something encoded, say)."""


async def answer(goal: Goal, dialogue: Dialogue, book: Toolbook, reply: Reply, *, alone: bool) -> None:
    """Quote what answers a question; offer to do it where a tool could; else say that it is not known.

    `alone` says that the message asks nothing else: then all of it is the question.
    """
    brief = dialogue.brief
    # After a draft was held back, the best passage alone.
    found = Found(brief.found.hits[:1], brief.found.relevance) if brief.feedback else brief.found
    quotes = [await quote(question, found, book.embed) for question in _questions(goal, dialogue, alone=alone)]
    quoted = max((q for q in quotes if q), key=lambda q: q.fit + WORDS * q.words, default=None)
    sure = quoted.fit + WORDS * quoted.words + RELEVANCE * found.relevance if quoted else 0.0
    # A wish that no tool takes is answered by a rule only where that surely speaks of it.
    least = SURE if goal.intent and goal.intent.clause.form == "request" and not goal.asks else LEAST
    if quoted is not None and sure >= least:
        _tell(quoted.text, goal, reply, sure=sure)
        reply.doubt(min(found.relevance, sure))
    elif not await person_said(goal.text, dialogue, book, reply):
        if reply.parts:
            reply.add(say("part_not_covered"))
        else:
            not_covered(reply)


def _tell(text: str, goal: Goal, reply: Reply, *, sure: float) -> None:
    if goal.tool is not None:
        reply.add(text)
        reply.add(say("offer"))
    elif sure >= SURE:
        reply.add(text)
    elif reply.parts:
        reply.add(say("part_not_covered"))
    else:
        reply.add(f"{say('hedge')}\n{text}\n{say('hedge_offer')}")
        reply.reason = "not_covered"


def not_covered(reply: Reply) -> None:
    """Say that it is not known, and that a person can help."""
    reply.add(say("not_covered"))
    reply.reason = "not_covered"
    reply.doubt(IN_DOUBT)


async def person_said(question: str, dialogue: Dialogue, book: Toolbook, reply: Reply) -> bool:
    """Answer with what a person of the team wrote in this conversation, where that fits."""
    lines = [line for line in dialogue.situation.lines if line.speaker == "person"]
    pairs = [(line, sentence.strip()) for line in lines for sentence in split(line.text) if len(sentence.split()) > 2]
    if not pairs or not question:
        return False
    vectors = await book.embed([question, *(sentence for _, sentence in pairs)])
    fits = (vectors[1:] @ vectors[0]).tolist()
    best = max(range(len(pairs)), key=lambda n: fits[n])
    if fits[best] >= PERSON_FIT:
        reply.add(say("person_said", name=pairs[best][0].name, text=pairs[best][1]))
    return bool(fits[best] >= PERSON_FIT)


def unclear(intents: Sequence[Intent], message: str, book: Toolbook, relevance: float, reply: Reply) -> None:
    """Ask what is meant, naming what comes near; or say that it is not known, where it is a question after all."""
    asked = [intent for intent in intents if intent.want == "unclear"]
    reply.doubt(IN_DOUBT)
    near = [s for intent in asked for s in intent.scores if s.value >= CLOSE and intent.clause.form != "rule"][:2]
    if len(near) == 2 and near[0].value - near[1].value >= ALIKE:
        near.pop()
    tools = [score.tool for score in near] or _takers(message, book)
    if tools:
        reply.add(_which(tools))
    elif any(_wants_answer(intent) for intent in asked) or _odd(message, relevance):
        not_covered(reply)
        return
    elif any(len(intent.clause.text.split()) >= SHORT for intent in asked):
        reply.add(say("noted"))
    else:
        reply.add(say("unclear_more", abilities=abilities(book.tools)) if book.tools else say("unclear"))
    reply.asks = True


def _wants_answer(intent: Intent) -> bool:
    return intent.clause.asks or intent.clause.form == "request"


def _odd(message: str, relevance: float) -> bool:
    return relevance < UNRELATED and any(len(word) > ODD for word in message.split())


def _which(tools: Sequence[Tool]) -> str:
    first, *others = dict.fromkeys(ability(tool) for tool in tools)
    return say("which_intent", first=first, second=others[0]) if others else say("one_intent", first=first)


def _takers(text: str, book: Toolbook) -> list[Tool]:
    """For a message that names an identifier: two things that can be done with it, reading before changing."""
    named = {kind.noun for kind in book.ids if kind.pattern.search(text)}
    takes = [
        tool for tool in book.tools if any(s.kind == "id" and s.required and s.noun in named for s in slots_of(tool))
    ]
    return sorted(takes, key=lambda tool: tool.effect != "read")[:2]


def _questions(goal: Goal, dialogue: Dialogue, *, alone: bool) -> list[str]:
    """How the question may be put: as it stands, with the rest of the message, and with the line before it.

    One that leans on what was said ("and for boots?", "how long does that take?") says little by itself.
    """
    leans = len(stem_set(goal.text)) <= LEANING or len(goal.text.split()) <= SHORT
    before = next((piece.text for piece in dialogue.earlier()), "") if leans else ""
    texts = [goal.text, dialogue.message if alone or leans else "", f"{before} {goal.text}" if before else ""]
    return list(dict.fromkeys(text for text in texts if text))
