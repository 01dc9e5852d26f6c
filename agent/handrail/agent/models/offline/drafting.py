"""One draft: the goals of the turn, one after the other, put into one reply."""

from collections.abc import Sequence

from handrail.agent.models.offline.answering import answer, person_said, unclear
from handrail.agent.models.offline.dialogue import Dialogue, last_question
from handrail.agent.models.offline.goals import Goal
from handrail.agent.models.offline.outcomes import outcome
from handrail.agent.models.offline.phrasing import say
from handrail.agent.models.offline.planning import Agenda, plan
from handrail.agent.models.offline.pursuing import Pursuit, Step
from handrail.agent.models.offline.reply import Reply
from handrail.agent.models.offline.smalltalk import small_talk
from handrail.agent.models.offline.threads import OFFER, Threads
from handrail.agent.models.protocol import Brief, Draft
from handrail.agent.toolbook import Toolbook


class Drafting:
    """Makes the draft of one brief."""

    def __init__(self, brief: Brief, book: Toolbook) -> None:
        self._brief, self._book = brief, book
        self._dialogue = Dialogue(brief, book.mended)
        self._threads = Threads(self._dialogue, book)
        self._pursuit = Pursuit(self._dialogue, book, book.embed)
        self._reply = Reply()

    async def draft(self) -> Draft:
        """Plan the turn and say or do what comes next."""
        agenda = await plan(self._dialogue, self._book, self._threads)
        goals = list(agenda.goals)
        told = self._tell_results(goals)
        if told and not any(goal.want == "policy" for goal in goals):
            goals += [goal for goal in await self._threads.unfinished() if all(goal.tool is not g.tool for g in goals)]
        # Answers come before the question that a change ends with.
        for goal in sorted(goals, key=_changes):
            if not self._reply.ended:
                await self._pursue(goal, alone=len(goals) == 1)
        if not goals and not told:
            await self._without_goal(agenda)
        elif agenda.thread and not self._reply.ended and all(goal.want == "policy" for goal in agenda.goals):
            self._remind()
        return self._reply.draft(self._brief.sent)

    async def _pursue(self, goal: Goal, *, alone: bool) -> None:
        if goal.want == "policy":
            await answer(goal, self._dialogue, self._book, self._reply, alone=alone)
        elif goal.tool is None:
            self._reply.reason = "asked_for_person"
        else:
            self._take(await self._pursuit.step(goal))
            self._reply.doubt(goal.intent.fit if goal.intent else 1.0)

    def _take(self, step: Step) -> None:
        self._reply.add(step.text)
        self._reply.asks, self._reply.call, self._reply.reason = step.kind == "ask", step.call, step.reason
        tool = self._book.by_name.get(step.call.tool) if step.call else None
        self._reply.writes = tool is not None and tool.effect == "write"

    def _tell_results(self, goals: Sequence[Goal]) -> bool:
        """Tell what actions came to that no goal of this turn accounts for (the customer said yes to them before)."""
        wanted = {goal.name for goal in goals}
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

    def _remind(self) -> None:
        """After a question in between, put ours again; an open proposal is put again by the graph."""
        question = last_question(self._dialogue.last_line)
        if question and not question.startswith(OFFER) and not self._dialogue.situation.proposal:
            self._reply.add(question)
            self._reply.asks = True

    async def _without_goal(self, agenda: Agenda) -> None:
        """Nothing to do and nothing to look up: small talk, a word that can't be placed, or something we don't know."""
        message = self._dialogue.message
        if agenda.dropped:
            self._reply.add(say("dropped"))
        elif any(intent.want == "person" for intent in agenda.intents):
            self._reply.reason = "asked_for_person"
        elif agenda.thread is not None and agenda.unread:
            self._take(await self._pursuit.step(agenda.thread))
        elif (told := small_talk(agenda, self._dialogue, self._brief, self._book.tools)) is not None:
            self._reply.add(told)
        elif not await person_said(message, self._dialogue, self._book, self._reply):
            unclear(agenda.intents, message, self._book, self._brief.found.relevance, self._reply)


def _changes(goal: Goal) -> bool:
    return goal.want != "policy" and goal.tool is not None and goal.tool.effect == "write"
