"""Whether the customer asked for something else beside what was just settled, which must not be forgotten."""

from handrail.agent.brief import make_brief
from handrail.agent.models.offline.dialogue import Dialogue
from handrail.agent.models.offline.threads import Threads
from handrail.agent.models.offline.words import DROP
from handrail.agent.services import Services
from handrail.agent.turn import Turn
from handrail.knowledge.passages import Found

NOTHING = Found(hits=(), relevance=0.0)


async def others_wait(turn: Turn, services: Services) -> bool:
    """Whether the line that began it holds a wish that nothing was done for yet; never after "forget it"."""
    brief = make_brief({**turn, "found": NOTHING, "tools": ()}, services)
    if DROP.search(brief.message):
        return False
    book = services.router.book
    return bool(await Threads(Dialogue(brief, book.mended), book).unfinished())
