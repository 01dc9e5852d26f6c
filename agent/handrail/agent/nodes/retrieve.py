"""Retrieve: the policies in force at the relevant date and the few tools that fit, before the engine is asked."""

from handrail.agent.models.offline.clauses import clauses_of
from handrail.agent.models.offline.words import stem_set
from handrail.agent.relevant_date import relevant_date
from handrail.agent.services import Services
from handrail.agent.turn import Turn
from handrail.conversation.events import Checked, Consultation, Consulted, Data
from handrail.knowledge.passages import Found, Hit

ASKED = frozenset({"own", "rule", "howto"})
TELLING = 2
"""Words that say something, from which a question stands by itself."""
CONTEXT_LINES = 3
"""How many lines before the message help to understand a short follow-up."""


async def retrieve(turn: Turn, services: Services) -> Turn:
    """Search the policies, check the passages for hidden instructions, pick the tools."""
    situation, message = turn["situation"], turn["message"]
    now = services.clock.now()
    as_of = relevant_date(message, situation, services.workspace.by_name, now)
    before = [line for line in situation.lines if line.seq <= situation.answered]
    own = [line.text for line in before if line.speaker == "customer"]
    query = _question(message)
    found = await services.knowledge.find(
        query,
        as_of=as_of,
        context=own[-CONTEXT_LINES:],
        said=[line.text for line in before],
        audience=situation.identity.audience,
    )
    clean, checked = await _without_instructions(turn, found, services)
    consulted = Consulted(
        turn_id=turn["turn_id"],
        query=query,
        passages=tuple(_consultation(hit) for hit in clean.hits),
        relevance=clean.relevance,
        as_of=as_of,
    )
    picked = await services.router.pick(message, situation)
    # What was done in this turn is told in the words of its tool, whatever else the message may be about.
    used = (services.workspace.by_name.get(result.call.tool) for result in turn["results"])
    tools = tuple(dict.fromkeys((*picked, *(tool for tool in used if tool))))
    pending = (*turn["pending"], *checked, consulted)
    return {"found": clean, "tools": tools, "pending": pending, "step": "draft"}


def _question(message: str) -> str:
    """What the policies are asked: of a message that asks something beside what is to be done, the question alone."""
    clauses = clauses_of(message)
    asked = [clause.text for clause in clauses if clause.form in ASKED and clause.asks]
    others = [clause for clause in clauses if not (clause.form in ASKED and clause.asks)]
    question = " ".join(asked)
    alone = others and all(clause.form == "request" for clause in others) and len(stem_set(question)) >= TELLING
    return question if alone else message


async def _without_instructions(turn: Turn, found: Found, services: Services) -> tuple[Found, tuple[Data, ...]]:
    """Leave out passages that carry instructions to the model, and log what was found in them."""
    kept, events = [], []
    for hit in found.hits:
        verdict = await services.rails.passage(hit.passage.told)
        if verdict.withholds:
            events.append(
                Checked(
                    turn_id=turn["turn_id"],
                    direction="passage",
                    subject=hit.passage.id,
                    findings=verdict.findings,
                    milliseconds=dict(verdict.milliseconds),
                )
            )
        else:
            kept.append(hit)
    return Found(hits=tuple(kept), relevance=found.relevance if kept else 0.0), tuple(events)


def _consultation(hit: Hit) -> Consultation:
    passage = hit.passage
    return Consultation(
        passage=passage.id,
        policy=passage.policy.id,
        version=passage.policy.version,
        title=passage.policy.title,
        heading=passage.heading,
        score=hit.score,
        also=tuple(other.id for other in hit.also),
    )
