"""A customer who talks with the built-in engine alone: no log, no checks, reads answered from a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from handrail.agent.models.offline.engine import OfflineModel
from handrail.agent.models.offline.words import is_yes
from handrail.agent.models.protocol import Brief, Call, Draft, Result
from handrail.agent.router import Router
from handrail.agent.tools.api import Tool
from handrail.agent.tools.binding import Unbound, bind
from handrail.conversation.situation import ActionState, Line, Situation, ToolResult
from handrail.knowledge.embed import Embedder
from handrail.knowledge.passages import Found

MOST = 6
"""Drafts of one turn."""
NOTHING = Found((), 0.0)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What came of a conversation: the calls in order, the last reply, and whether it asks for something."""

    calls: tuple[Call, ...]
    text: str
    asks: bool


@dataclass(slots=True)
class Talking:
    """One conversation. A write is proposed, and done when the next line says yes."""

    tools: Sequence[Tool]
    embedder: Embedder
    records: Mapping[str, Any]
    now: datetime
    timezone: str
    situation: Situation = field(default_factory=lambda: Situation("bench"))
    calls: list[Call] = field(default_factory=list)
    _seq: int = 0

    async def lines(self, lines: Sequence[str]) -> Spoken:
        """Say the lines one after the other."""
        draft = Draft("answer")
        model, router = OfflineModel(self.embedder, self.tools), Router(self.tools, self.embedder)
        for line in lines:
            draft = await self._say(line, model, router)
        return Spoken(tuple(self.calls), draft.text, draft.kind == "ask")

    async def _say(self, text: str, model: OfflineModel, router: Router) -> Draft:
        self._line("customer", text)
        proposal, results = self.situation.proposal, []
        draft = Draft("answer")
        if proposal and is_yes(text):
            self._stage(proposal, "succeeded")
            results.append(Result(Call(proposal.tool, proposal.arguments), True, {}, seq=self._seq, wrote=True))
        for _ in range(MOST):
            picked = await router.pick(text, self.situation)
            brief = Brief(
                text, self.situation, NOTHING, picked, tuple(results), self.now, self.timezone, "the business"
            )
            last = [piece async for piece in model.draft(brief)][-1]
            assert isinstance(last, Draft)
            draft = last
            if draft.call is None:
                return self._reply(draft)
            self.calls.append(draft.call)
            tool = next(tool for tool in self.tools if tool.name == draft.call.tool)
            bound = bind(tool, draft.call.arguments)
            if isinstance(bound, Unbound):
                results.append(Result(draft.call, False, None, "arguments", seq=self._seq))
            elif tool.effect == "write":
                self._propose(draft.call)
                return self._reply(replace(draft, text=f"{draft.text} Shall I go ahead?"))
            else:
                results.append(self._read(draft.call))
        return self._reply(draft)

    def _read(self, call: Call) -> Result:
        self._seq += 1
        value = self.records.get(call.tool, {})
        ran = ToolResult(self._seq, call.tool, call.arguments, True, value)
        self.situation = replace(self.situation, seq=self._seq, results=(*self.situation.results, ran))
        return Result(call, True, value, seq=self._seq)

    def _propose(self, call: Call) -> None:
        self._seq += 1
        shown = {"summary": call.tool.replace("_", " ")}
        action = ActionState(
            f"a{self._seq}", call.tool, call.arguments, shown, "", "f", self.now, "proposed", self._seq
        )
        kept = tuple(replace(a, stage="dropped") if a.stage == "proposed" else a for a in self.situation.actions)
        self.situation = replace(self.situation, seq=self._seq, actions=(*kept, action))

    def _stage(self, action: ActionState, stage: Any) -> None:
        self._seq += 1
        done = replace(action, stage=stage, seq=self._seq, result={})
        actions = tuple(done if a.action_id == action.action_id else a for a in self.situation.actions)
        self.situation = replace(self.situation, seq=self._seq, actions=actions)

    def _line(self, speaker: Any, text: str) -> None:
        self._seq += 1
        heard = self._seq if speaker == "customer" else self.situation.heard
        lines = (*self.situation.lines, Line(self._seq, self.now, speaker, text))
        self.situation = replace(self.situation, seq=self._seq, heard=heard, lines=lines)

    def _reply(self, draft: Draft) -> Draft:
        self._line("bot", draft.text)
        self.situation = replace(self.situation, answered=self.situation.heard)
        return draft
