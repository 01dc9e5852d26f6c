"""The wish that is still open from the lines before: what our last question belongs to, and what waits after it."""

from collections.abc import Sequence
from dataclasses import replace

from handrail.agent.models.offline.answers import chooses
from handrail.agent.models.offline.clauses import read
from handrail.agent.models.offline.dialogue import Dialogue, Piece, asks
from handrail.agent.models.offline.goals import Goal, wishes_in
from handrail.agent.models.offline.phrasing import ability, say
from handrail.agent.models.offline.records import place_in
from handrail.agent.models.offline.slots import slots_of
from handrail.agent.models.offline.words import is_no, is_yes, stem_set
from handrail.agent.toolbook import Toolbook

OFFER = say("one_intent", first="|").split("|")[0].rsplit(".", 1)[-1].strip()
"""How an offer to use a tool begins."""
SHORT = 4
"""Words up to which a line after our question may be no more than its answer."""
MOST = 4


class Threads:
    """Finds open wishes in what was said before."""

    def __init__(self, dialogue: Dialogue, book: Toolbook) -> None:
        self._dialogue, self._book = dialogue, book

    async def open(self, own: Sequence[Goal]) -> Goal | None:
        """The wish that the message may bear on; `own` are the wishes of the message itself."""
        dialogue = self._dialogue
        proposal = dialogue.situation.proposal
        if proposal and proposal.tool in self._book.by_name and not dialogue.brief.results:
            tool = self._book.by_name[proposal.tool]
            return Goal("tool", dialogue.message, tool, (Piece(dialogue.message),), base=proposal.arguments)
        if not (asks(dialogue.last_line) or (dialogue.brief.results and not own)):
            return None
        return self._offered() or await self._begun()

    async def _begun(self) -> Goal | None:
        """Go back over our questions to the line that began it; the lines between are its answers."""
        dialogue = self._dialogue
        later: list[Piece] = [Piece(dialogue.message, dialogue.last_line)] if dialogue.message else []
        for piece in dialogue.earlier():
            wishes = [] if is_answer(piece) else await wishes_in(piece, self._book)
            waiting = self._waiting(wishes, piece)
            if waiting:
                return replace(waiting[0], pieces=(*waiting[0].pieces, *later))
            if wishes or not (asks(piece.before) or dialogue.brief.results):
                return None
            later.insert(0, piece)
        return None

    def _offered(self) -> Goal | None:
        """The wish that the customer takes up from our offer ("Would you like me to …, or to …?")."""
        message, line = self._dialogue.message, self._dialogue.last_line
        tools = [tool for tool in self._book.tools if f" {ability(tool)}" in line] if OFFER in line else []
        tools.sort(key=lambda tool: line.index(f" {ability(tool)}"))
        if not tools or not message or is_no(message):
            return None
        place = place_in(message, len(tools))
        said = stem_set(message)
        fits = [len(said & stem_set(ability(tool))) for tool in tools]
        if place is None and max(fits) > 0 and fits.count(max(fits)) == 1:
            place = fits.index(max(fits))
        if place is None and len(tools) == 1 and is_yes(message):
            place = 0
        if place is None:
            return None
        before = next(self._dialogue.earlier(), None)
        return Goal("tool", message, tools[place], (*((before,) if before else ()), Piece(message, line)))

    def further(self) -> Goal | None:
        """The same again for another thing ("and the second one?"), after something was done or shown for one."""
        situation, message = self._dialogue.situation, self._dialogue.message
        used = [(a.seq, a.tool) for a in situation.actions if a.stage in ("succeeded", "failed")]
        used += [(r.seq, r.tool) for r in situation.results if r.arguments]
        names = [name for _, name in sorted(used, reverse=True)[:1]]
        # After a mere list, "the second one" asks to be told of it.
        names += [tool.name for tool in self._book.tools if tool.effect == "read"]
        for tool in (self._book.by_name[name] for name in names if name in self._book.by_name):
            takes = any(slot.kind == "id" and slot.required for slot in slots_of(tool))
            if message and takes and chooses(self._dialogue, [tool], message):
                return Goal("tool", message, tool, (Piece(message),))
        return None

    async def instructed(self) -> tuple[Goal, ...]:
        """What a person who gave the conversation back asked for, as far as nothing was done for it."""
        situation = self._dialogue.situation
        if not situation.instruction:
            return ()
        line = Piece(situation.instruction, seq=situation.handoff.seq if situation.handoff else 0)
        return tuple(self._waiting(await wishes_in(line, self._book), line))

    async def left_over(self, thread: Goal) -> tuple[Goal, ...]:
        """Wishes of the lines from the beginning of a thread on, which wait for their turn after it."""
        first = thread.pieces[0].seq if thread.pieces else 0
        left: list[Goal] = []
        for piece in self._dialogue.earlier():
            if not first or piece.seq < first or len(left) >= MOST:
                break
            wishes = [] if is_answer(piece) else await wishes_in(piece, self._book)
            left += [goal for goal in self._waiting(wishes, piece) if goal.tool is not thread.tool or goal.forced]
        return tuple(left)

    async def unfinished(self) -> tuple[Goal, ...]:
        """Wishes of the customer's last line that had any, as far as nothing was done for them: they come next."""
        for piece in self._dialogue.earlier():
            wishes = [] if is_answer(piece) else await wishes_in(piece, self._book)
            if wishes:
                return tuple(self._waiting(wishes, piece))
        return ()

    def _waiting(self, wishes: Sequence[Goal], piece: Piece) -> list[Goal]:
        """Those of a line's wishes that nothing was done for yet."""
        if len(wishes) == 1 and self._dialogue.acted_since(piece.seq):
            # What was done after a line with one wish was that wish, whatever it reads like by now ("cancel it").
            return []
        return [goal for goal in wishes if not self._dialogue.done_since(goal.name, piece.seq, goal.forced)]


def is_answer(piece: Piece) -> bool:
    """Whether a line was a short answer to our question, rather than a wish."""
    if not asks(piece.before) or len(piece.text.split()) > SHORT:
        return False
    return read(piece.text).form in ("statement", "yes", "no")
