"""The agenda of a turn: what of the message and of the lines before is to be dealt with now, one after the other."""

from dataclasses import dataclass

from handrail.agent.models.offline.answers import answers
from handrail.agent.models.offline.dialogue import Dialogue, Piece
from handrail.agent.models.offline.goals import Goal, goals_of, intents_of
from handrail.agent.models.offline.intents import RELEVANT, Intent
from handrail.agent.models.offline.records import points
from handrail.agent.models.offline.threads import Threads
from handrail.agent.models.offline.words import DROP, is_no, is_yes, stem_set
from handrail.agent.toolbook import Toolbook

VAGUE = 2
"""Telling words up to which a question may be no more than the one before, put for another thing."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """The goals of a turn in order. `thread` is the wish that our last question belongs to, if it is still open."""

    goals: tuple[Goal, ...]
    intents: tuple[Intent, ...]
    thread: Goal | None = None
    dropped: bool = False
    unread: bool = False
    """The message was meant as an answer to our question, but no answer was found in it."""


async def plan(dialogue: Dialogue, book: Toolbook, threads: Threads) -> Agenda:
    """Make the agenda."""
    message = dialogue.message
    meant = dialogue.about(book.tools) if points(message) else frozenset[str]()
    relevance = dialogue.brief.found.relevance
    lenient = relevance < RELEVANT
    intents = await intents_of(message, book, relevance, meant=meant, lenient=lenient) if message else ()
    own = goals_of(intents, Piece(message, dialogue.last_line))
    if dialogue.put_aside and (is_no(message) or is_yes(message)):
        return Agenda(await threads.unfinished(), intents)
    thread = await threads.open(own)
    if DROP.search(message) and not any(goal.uses or goal.asks for goal in own):
        return Agenda((), intents, thread, dropped=True)
    if thread is None:
        return Agenda(await _fresh(message, own, threads), intents)
    answered = answers(dialogue, book, thread, own)
    # Or a call was made for what was asked before: the customer has proven who they are, or said yes.
    if answered or (dialogue.brief.results and (not message or is_yes(message))):
        several = own if answered and len(intents) > 1 else ()
        others = tuple(goal for goal in several if goal.tool is not thread.tool and (goal.uses or goal.asks))
        return Agenda((thread, *others, *await threads.left_over(thread)), intents, thread)
    social = any(intent.want in ("social", "person") for intent in intents)
    return Agenda(own, intents, thread, unread=not own and not social)


async def _fresh(message: str, own: tuple[Goal, ...], threads: Threads) -> tuple[Goal, ...]:
    """The goals where no question of ours waits: the message's own, else what it may go on with."""
    vague = not own or (len(stem_set(message)) <= VAGUE and not any(goal.uses for goal in own))
    further = threads.further() if vague else None
    if further is not None:
        return (further,)
    return own or await threads.instructed()
