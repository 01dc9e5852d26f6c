"""The built-in engine: drafts without a language model, by embeddings, strict slots, quotations and templates."""

import re
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass, field

from handrail.agent.models.offline.dialogue import Dialogue, last_question
from handrail.agent.models.offline.goals import Goal
from handrail.agent.models.offline.outcomes import outcome
from handrail.agent.models.offline.phrasing import abilities, ability, say
from handrail.agent.models.offline.planning import Agenda, plan
from handrail.agent.models.offline.pursuing import Pursuit, Step
from handrail.agent.models.offline.quoting import quote, sentences_of
from handrail.agent.models.offline.slots import slots_of
from handrail.agent.models.offline.smalltalk import small_talk
from handrail.agent.models.offline.threads import OFFER, Threads
from handrail.agent.models.protocol import Brief, Call, Delta, Draft
from handrail.agent.toolbook import Toolbook
from handrail.agent.sentences import split
from handrail.agent.tools.api import Tool
from handrail.knowledge.embed import Embedder
from handrail.knowledge.passages import Found, Hit, Passage

NAME = "offline"
LEAST, SURE = 0.55, 0.8
"""Fit of the quotation (a cosine) and half the relevance of what was found: from where it is told with a word of doubt,
and from where without. Of 44 questions that the sample's policies answer and 30 that they hardly do, 2 and 17 fell under
the first, 4 and 9 between the two."""
PERSON_FIT = 0.5
CITED = re.compile(r"\s*\[\d+\]")


@dataclass(slots=True)
class Reply:
    """A reply as it comes together: what was said so far, and how it ends."""

    parts: list[str] = field(default_factory=list)
    asks: bool = False
    call: Call | None = None
    writes: bool = False
    reason: str = ""
    certainty: float = 1.0

    def add(self, text: str) -> None:
        if text and text not in self.parts:
            self.parts.append(text)

    def draft(self, sent: str) -> Draft:
        text = _unsent("\n".join(self.parts), sent)
        if self.call is not None:
            # Before a look-up nothing is said: what it brings is told together with the rest.
            text = text if self.writes else ""
            return Draft("act", f"{text}\n" if text else "", call=self.call, certainty=self.certainty, engine=NAME)
        if self.reason:
            return Draft("give_up", text, reason=self.reason, certainty=self.certainty, engine=NAME)
        return Draft("ask" if self.asks else "answer", text, certainty=self.certainty, engine=NAME)


class OfflineModel:
    """The engine that needs no model: the same brief gives the same draft.

    `tools` are all tools of the workspace: what a brief's few need to be told (an order's number) may be shown by
    another one.
    """

    name = NAME

    def __init__(self, embedder: Embedder, tools: Sequence[Tool] = ()) -> None:
        self._embedder = embedder
        self._tools = tuple(tools)
        self._books: dict[tuple[str, ...], Toolbook] = {}

    async def warm(self, passages: Iterable[Passage]) -> None:
        """Compute ahead what answers would otherwise wait for: the vectors of tools and of policies' sentences."""
        await self._book(()).scores("warm up")
        for passage in passages:
            await self._embedder.embed(sentences_of(Hit(passage, 0.0, 0.0, 0.0)))

    async def draft(self, brief: Brief) -> AsyncGenerator[Delta | Draft, None]:
        """Draft a reply; see `Model`. The deltas are whole sentences."""
        draft = await _Turn(brief, self._book(brief.tools)).draft()
        for sentence in split(draft.text):
            yield Delta(sentence)
        yield draft

    def _book(self, tools: Sequence[Tool]) -> Toolbook:
        known = {tool.name for tool in self._tools}
        every = (*self._tools, *(tool for tool in tools if tool.name not in known))
        names = tuple(tool.name for tool in every)
        if names not in self._books:
            if len(self._books) > 64:
                self._books.clear()
            self._books[names] = Toolbook(self._embedder, every)
        return self._books[names]


class _Turn:
    """One draft."""

    def __init__(self, brief: Brief, book: Toolbook) -> None:
        self._brief, self._book = brief, book
        self._dialogue = Dialogue(brief)
        self._threads = Threads(self._dialogue, book)
        self._pursuit = Pursuit(self._dialogue, book, book.embed)
        self._reply = Reply()

    async def draft(self) -> Draft:
        agenda = await plan(self._dialogue, self._book, self._threads)
        goals = list(agenda.goals)
        told = self._tell_results(goals)
        if told and not any(goal.want == "policy" for goal in goals):
            goals += [goal for goal in await self._threads.unfinished() if all(goal.tool is not g.tool for g in goals)]
        # Answers come before the question that a change ends with.
        for goal in sorted(goals, key=_changes):
            if not self._reply.call and not self._reply.asks and not self._reply.reason:
                await self._pursue(goal)
        if not goals and not told:
            await self._without_goal(agenda)
        elif agenda.thread and not self._waits() and self._is_aside(agenda):
            self._remind()
        return self._reply.draft(self._brief.sent)

    def _waits(self) -> bool:
        return bool(self._reply.asks or self._reply.call or self._reply.reason)

    def _is_aside(self, agenda: Agenda) -> bool:
        """A question that was answered while ours still waits for its answer."""
        return all(goal.want == "policy" for goal in agenda.goals) and not self._dialogue.situation.proposal

    def _remind(self) -> None:
        question = last_question(self._dialogue.last_line)
        if question and not question.startswith(OFFER):
            self._reply.add(question)
            self._reply.asks = True

    def _tell_results(self, goals: Sequence[Goal]) -> bool:
        """Tell what actions came to that no goal of this turn accounts for (the customer said yes to them before)."""
        wanted = {goal.tool.name for goal in goals if goal.tool}
        told = False
        for result in self._brief.results:
            tool = self._book.by_name.get(result.call.tool)
            if result.call.tool in wanted or tool is None or (tool.effect == "read" and goals):
                continue
            came = outcome(tool, result, self._dialogue)
            self._reply.add(came.text)
            self._reply.asks = self._reply.asks or came.asks
            self._reply.reason = self._reply.reason or came.reason
            told = True
        return told

    async def _pursue(self, goal: Goal) -> None:
        if goal.want == "policy":
            await self._answer(goal)
            return
        if goal.want == "person" or goal.tool is None:
            self._reply.reason = "asked_for_person"
            return
        step = await self._pursuit.step(goal)
        self._take(step)
        if goal.intent:
            self._reply.certainty = min(self._reply.certainty, goal.intent.fit, 1.0)

    def _take(self, step: Step) -> None:
        self._reply.add(step.text)
        self._reply.asks, self._reply.call, self._reply.reason = step.kind == "ask", step.call, step.reason
        tool = self._book.by_name.get(step.call.tool) if step.call else None
        self._reply.writes = tool is not None and tool.effect == "write"

    async def _answer(self, goal: Goal) -> None:
        """Quote what answers a question; offer to do it where a tool could."""
        found = await quote(self._question(goal), self._found(), self._book.embed)
        sure = found.fit + self._brief.found.relevance / 2 if found else 0.0
        if found is None or sure < LEAST:
            if await self._person_said(goal.text):
                return
            if self._reply.parts:
                self._reply.add(say("part_not_covered"))
            else:
                self._reply.add(say("not_covered"))
                self._reply.reason = "not_covered"
                self._reply.certainty = 0.2
            return
        self._reply.add(found.text if sure >= SURE else f"{say('hedge')}\n{found.text}")
        self._reply.certainty = min(self._reply.certainty, self._brief.found.relevance, sure)
        if goal.tool is not None:
            self._reply.add(say("offer"))

    def _question(self, goal: Goal) -> str:
        """The question; one that leans on the line before it ("and for boots?") together with that."""
        if len(goal.text.split()) > 4:
            return goal.text
        before = next((piece.text for piece in self._dialogue.earlier()), "")
        return f"{before} {goal.text}".strip()

    def _found(self) -> Found:
        """What may be quoted: after a draft was held back, the best passage alone."""
        found = self._brief.found
        return Found(found.hits[:1], found.relevance) if self._brief.feedback else found

    async def _person_said(self, question: str) -> bool:
        """Answer with what a person of the team wrote in this conversation, where that fits."""
        lines = [line for line in self._dialogue.situation.lines if line.speaker == "person"]
        pairs = [
            (line, sentence.strip()) for line in lines for sentence in split(line.text) if len(sentence.split()) > 2
        ]
        if not pairs or not question:
            return False
        vectors = await self._book.embed([question, *(sentence for _, sentence in pairs)])
        fits = (vectors[1:] @ vectors[0]).tolist()
        best = max(range(len(pairs)), key=lambda n: fits[n])
        if fits[best] < PERSON_FIT:
            return False
        line, sentence = pairs[best]
        self._reply.add(say("person_said", name=line.name, text=sentence))
        return True

    async def _without_goal(self, agenda: Agenda) -> None:
        """Nothing to do and nothing to look up: small talk, a word that can't be placed, or something we don't know."""
        message = self._dialogue.message
        if agenda.dropped:
            self._reply.add(say("dropped"))
            return
        if any(intent.want == "person" for intent in agenda.intents):
            self._reply.reason = "asked_for_person"
            return
        if agenda.thread is not None and agenda.unread:
            self._take(await self._pursuit.step(agenda.thread))
            return
        told = small_talk(agenda, self._dialogue, self._brief, self._tools())
        if told is not None:
            self._reply.add(told)
            return
        if await self._person_said(message):
            return
        self._unclear(agenda, message)

    def _takers(self, text: str) -> list[Tool]:
        """For a message that names an identifier: two things that can be done with it, reading before changing."""
        named = {kind.noun for kind in self._book.ids if kind.pattern.search(text)}
        tools = [
            tool
            for tool in self._book.tools
            if any(s.kind == "id" and s.required and s.noun in named for s in slots_of(tool))
        ]
        return sorted(tools, key=lambda tool: tool.effect != "read")[:2]

    def _unclear(self, agenda: Agenda, message: str) -> None:
        asked = [intent for intent in agenda.intents if intent.want == "unclear"]
        self._reply.certainty = 0.2
        close = [s for intent in asked for s in intent.scores if s.value >= 0.45 and intent.clause.form != "rule"][:2]
        if close:
            first, *others = [ability(score.tool) for score in close]
            both = others and others[0] != first and close[0].value - close[1].value < 0.08
            self._reply.add(
                say("which_intent", first=first, second=others[0]) if both else say("one_intent", first=first)
            )
            self._reply.asks = True
        elif takers := self._takers(message):
            first, *others = [ability(tool) for tool in takers]
            self._reply.add(
                say("which_intent", first=first, second=others[0]) if others else say("one_intent", first=first)
            )
            self._reply.asks = True
        elif any(intent.clause.asks or len(intent.clause.text.split()) > 3 for intent in asked):
            self._reply.add(say("not_covered"))
            self._reply.reason = "not_covered"
        else:
            tools = self._tools()
            self._reply.add(say("unclear_more", abilities=abilities(tools)) if tools else say("unclear"))
            self._reply.asks = True

    def _tools(self) -> Sequence[Tool]:
        return self._book.tools


def _changes(goal: Goal) -> bool:
    return goal.want != "policy" and goal.tool is not None and goal.tool.effect == "write"


def _unsent(text: str, sent: str) -> str:
    """The text without sentences that the customer has already."""
    if not sent:
        return text
    had = {_bare(sentence) for sentence in split(sent)}
    return "".join(sentence for sentence in split(text) if _bare(sentence) not in had).strip()


def _bare(sentence: str) -> str:
    return " ".join(CITED.sub("", sentence).split()).casefold()
