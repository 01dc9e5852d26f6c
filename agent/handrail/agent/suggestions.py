"""What a person at the desk might answer: drafted from the policies by the engine, checked, and sent by nobody."""

from collections.abc import Sequence
from dataclasses import dataclass

from handrail.agent.brief import make_brief
from handrail.agent.citations import cite
from handrail.agent.claims import HIDDEN
from handrail.agent.evidence import evidence_of
from handrail.agent.hiding import revealed
from handrail.agent.nodes.retrieve import retrieve
from handrail.agent.nodes.speak import passes
from handrail.agent.services import Services
from handrail.agent.speech import Ending, engine_speech
from handrail.agent.turn import Turn, unspoken
from handrail.conversation.errors import Unavailable
from handrail.conversation.events import Citation, ModelUsed
from handrail.conversation.situation import Situation
from handrail.conversation.spending import spend, spending
from handrail.knowledge.passages import Hit

LINES = 3
"""So many of the customer's last lines are answered together."""
QUOTES = 3
"""How many passages are offered beside the draft."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage that may answer, as it stands in the policy."""

    citation: Citation
    heading: str
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A reply to edit: `text` is empty where the engine has nothing that holds. `held_back` counts its sentences that
    did not pass the checks; `engine` drafted it."""

    text: str
    citations: tuple[Citation, ...]
    quotes: tuple[Quote, ...]
    held_back: int
    engine: str


class Suggestions:
    """Drafts replies for people. Nothing of them is written to the log but what a model cost: what is sent is the
    person's own line."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def make(self, conversation_id: str) -> Suggestion:
        """A reply to what the customer said last, from the policies in force at the date that counts, and what was
        looked up before.

        No tool is called. Where the engine does not answer, the passages come alone. Raises `NotFound`.
        """
        services = self._services
        situation = await services.situations.get(conversation_id)
        turn: Turn = {**unspoken(situation, _message(situation)), "turn_id": ""}
        if not turn["message"].strip():
            return Suggestion("", (), (), 0, "")
        turn |= await retrieve(turn, services)
        turn["tools"] = ()
        with spending() as spent:
            try:
                return await self._drafted(turn)
            except Unavailable:
                return Suggestion("", (), _quotes(turn["found"].hits), 0, "")
            finally:
                if used := ModelUsed.of("suggestion", spent.usage):
                    await services.log.append(conversation_id, "system", *used)

    async def _drafted(self, turn: Turn) -> Suggestion:
        services, kept, held_back = self._services, "", 0
        cited: list[Citation] = []
        speech = engine_speech(services.model.draft(make_brief(turn, services)))
        evidence = evidence_of(turn, services.workspace.by_name)
        answers, engine = False, services.model.name
        async for piece in speech:
            for spoken in piece.sentences if isinstance(piece, Ending) else (piece,):
                text, citations = cite(revealed(spoken.text, turn, services), turn["found"])
                if not text.strip():
                    continue
                if passes(await services.rails.outbound(text, evidence, turn["situation"])):
                    kept = f"{kept} {text.strip()}".strip()
                    cited += citations
                else:
                    held_back += 1
            if isinstance(piece, Ending):
                spend(piece.draft.usage)
                answers, engine = piece.draft.kind in ("answer", "ask"), piece.draft.engine or engine
        quotes = _quotes(turn["found"].hits)
        if not answers:
            return Suggestion("", (), quotes, held_back, engine)
        return Suggestion(kept, tuple(dict.fromkeys(cited)), quotes, held_back, engine)


def _message(situation: Situation) -> str:
    """What the customer said since a person last answered, without the wish for a person, which has been granted."""
    answered = max((line.seq for line in situation.lines if line.speaker == "person"), default=0)
    # A code is no question, and what stands in its place would be searched for as if it were.
    said = [line for line in situation.lines if line.speaker == "customer" and line.text.strip() != HIDDEN]
    if (handoff := situation.handoff) and handoff.reason == "asked_for_person":
        wish = max((line.seq for line in said if line.seq < handoff.seq), default=0)
        said = [line for line in said if line.seq != wish] or said
    return "\n".join(line.text for line in ([line for line in said if line.seq > answered] or said[-1:])[-LINES:])


def _quotes(hits: Sequence[Hit]) -> tuple[Quote, ...]:
    return tuple(Quote(hit.passage.citation, hit.passage.heading, hit.passage.told, hit.score) for hit in hits[:QUOTES])
