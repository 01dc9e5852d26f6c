"""Talks with an engine, without a database: what the graph does around it, in a few lines, for tests of drafts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from handrail.agent.models.protocol import Brief, Call, Delta, Draft, Model, Result
from handrail.agent.router import Router
from handrail.agent.tools.api import Context, Customer, Refusal, Tool
from handrail.agent.tools.call import call as call_tool
from handrail.agent.tools.call import serialised
from handrail.conversation.situation import ActionState, Line, Situation, ToolResult
from handrail.knowledge.cutting import cut
from handrail.knowledge.embed import Embedder
from handrail.knowledge.passages import Found, Hit, Passage, Policy

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
"""A Monday."""
YES = ("yes", "yes please", "go ahead", "ok")
NO = ("no", "no thanks")


def passages_of(policies: Mapping[str, str]) -> list[Passage]:
    """Policies by title, as passages."""
    made = (
        Policy(title.lower().replace(" ", "-"), "1", title, text, date(2026, 1, 1)) for title, text in policies.items()
    )
    return [passage for policy in made for passage in cut(policy, 220)]


@dataclass
class Talk:
    """A conversation of one customer with an engine over some tools and policies."""

    model: Model
    tools: Sequence[Tool]
    embedder: Embedder
    passages: Sequence[Passage] = ()
    timezone: str = "Europe/London"
    now: datetime = NOW
    resources: Any = None
    situation: Situation = field(default_factory=lambda: Situation("c1"))
    seq: int = 0
    drafts: list[Draft] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    async def say(self, text: str) -> str:
        """What the customer says, and the reply to it."""
        self._line("customer", text)
        results: list[Result] = []
        proposal = self.situation.proposal
        if proposal and text.lower().strip(".! ") in YES:
            results.append(await self._do(proposal))
        elif proposal and text.lower().strip(".! ") in NO:
            self._stage(proposal, "dropped")
            return self._reply("All right, I've left everything as it is.")
        found = await self.find(text)
        tools = await Router(self.tools, self.embedder).pick(text, self.situation)
        for _ in range(5):
            draft = await self.draft(text, found, tools, tuple(results))
            if draft.kind != "act":
                return self._reply(draft.text)
            assert draft.call is not None
            self.calls.append(draft.call)
            tool = next(tool for tool in self.tools if tool.name == draft.call.tool)
            if tool.effect == "read":
                results.append(await self._read(tool, draft.call))
                continue
            proposed = await self._propose(tool, draft.call)
            if isinstance(proposed, str):
                return self._reply(f"{draft.text}{proposed}")
            results.append(proposed)
        raise AssertionError(f"no end of calls: {self.calls}")

    async def draft(self, text: str, found: Found, tools: Sequence[Tool], results: tuple[Result, ...]) -> Draft:
        brief = Brief(text, self.situation, found, tuple(tools), results, self.now, self.timezone, "Acme")
        pieces = [piece async for piece in self.model.draft(brief)]
        draft = pieces[-1]
        assert isinstance(draft, Draft)
        assert draft.text == "".join(piece.text for piece in pieces if isinstance(piece, Delta))
        self.drafts.append(draft)
        return draft

    async def find(self, text: str) -> Found:
        """A plain search: by the likeness of passages to the text."""
        if not self.passages:
            return Found((), 0.0)
        texts = [f"{p.policy.title}: {p.heading}. {p.text}" for p in self.passages]
        (vector,) = await self.embedder.embed([text])
        likeness = await self.embedder.embed(texts) @ vector
        order = np.argsort(-likeness)[:5]
        hits = tuple(Hit(self.passages[i], float(likeness[i]), float(likeness[i]), 0.0) for i in order)
        return Found(hits, float(np.clip((likeness[order[0]] - 0.2) / 0.4, 0, 1)))

    @property
    def last(self) -> Draft:
        return self.drafts[-1]

    def proposed(self) -> ActionState:
        """The action that waits for the customer's word."""
        assert self.situation.proposal is not None
        return self.situation.proposal

    def person(self, text: str, name: str = "Dana") -> None:
        """A person of the team writes."""
        self._line("person", text, name)
        self.situation = replace(self.situation, answered=self.seq)

    def _context(self, key: str | None = None) -> Context:
        return Context(Customer("k1", "verified", "Sam"), self.now, self.timezone, self.resources, key)

    async def _read(self, tool: Tool, call: Call) -> Result:
        called = await call_tool(tool, self._context(), call.arguments)
        self.seq += 1
        if called.ok:
            ran = ToolResult(self.seq, tool.name, call.arguments, True, called.value)
            self.situation = replace(self.situation, seq=self.seq, results=(*self.situation.results, ran))
        return Result(
            call, called.ok, called.value, called.code, called.message, self.seq, called.rule or "", called.alternatives
        )

    async def _propose(self, tool: Tool, call: Call) -> str | Result:
        arguments = tool.arguments.model_validate(dict(call.arguments)).model_dump()
        assert tool.preview is not None
        try:
            preview = await tool.preview(self._context(), **arguments)
        except Refusal as no:
            return Result(call, False, None, no.code, no.message, 0, no.rule or "", tuple(no.alternatives))
        self.seq += 1
        said, shown = preview.summary, {"summary": preview.summary}
        name, arguments = f"a{self.seq}", call.arguments
        action = ActionState(name, tool.name, arguments, shown, said, "f", NOW, "proposed", self.seq)
        kept = tuple(replace(a, stage="dropped") if a.stage == "proposed" else a for a in self.situation.actions)
        self.situation = replace(self.situation, seq=self.seq, actions=(*kept, action))
        return f"{preview.summary}. Shall I go ahead?"

    async def _do(self, action: ActionState) -> Result:
        tool = next(tool for tool in self.tools if tool.name == action.tool)
        arguments = tool.arguments.model_validate(dict(action.arguments)).model_dump()
        value = serialised(tool, await tool.run(self._context("key"), **arguments))
        self._stage(action, "succeeded", value)
        return Result(Call(tool.name, action.arguments), True, value, seq=self.seq, wrote=True)

    def _stage(self, action: ActionState, stage: Any, result: Any = None) -> None:
        self.seq += 1
        done = replace(action, stage=stage, seq=self.seq, result=result)
        actions = tuple(done if a.action_id == action.action_id else a for a in self.situation.actions)
        self.situation = replace(self.situation, seq=self.seq, actions=actions)

    def _line(self, speaker: Any, text: str, name: str = "") -> None:
        self.seq += 1
        line = Line(self.seq, self.now, speaker, text, name)
        heard = self.seq if speaker == "customer" else self.situation.heard
        self.situation = replace(self.situation, seq=self.seq, heard=heard, lines=(*self.situation.lines, line))

    def _reply(self, text: str) -> str:
        self._line("bot", text)
        self.situation = replace(self.situation, answered=self.situation.heard)
        return text
