"""One turn as a LangGraph graph: the table of contents of the agent.

    situate ─ admit ─ settle ─ retrieve ─ draft ⇄ speak ⇄ act
                 └───────┴─────────┴────────┴───────┴──── hand_over
                                             finish ──────────┘

The graph has no checkpointer: the log is what lasts, and a turn that was cut short is run again.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command

from handrail.agent.nodes.act import act
from handrail.agent.nodes.admit import admit
from handrail.agent.nodes.draft import draft
from handrail.agent.nodes.finish import finish
from handrail.agent.nodes.hand_over import hand_over
from handrail.agent.nodes.retrieve import retrieve
from handrail.agent.nodes.settle import settle
from handrail.agent.nodes.situate import situate
from handrail.agent.nodes.speak import speak
from handrail.agent.services import Services
from handrail.agent.turn import Turn

NODES: Mapping[str, tuple[Callable[[Turn, Services], Awaitable[Turn]], tuple[str, ...]]] = {
    # node        does what                                        and may go on to
    "situate": (situate, ("admit", "settle", "hand_over", "finish", "stop")),
    "admit": (admit, ("settle", "speak", "hand_over")),
    "settle": (settle, ("retrieve", "speak", "act", "hand_over", "finish")),
    "retrieve": (retrieve, ("draft",)),
    "draft": (draft, ("speak",)),
    "speak": (speak, ("draft", "speak", "act", "hand_over", "finish")),
    "act": (act, ("retrieve", "draft", "speak", "hand_over")),
    "hand_over": (hand_over, ("stop",)),
    "finish": (finish, ("stop",)),
}

RECURSION = 40
"""More steps than any turn may take: tool calls are bounded in `act`, redrafts in `speak`."""


class _State(TypedDict):
    # One channel for the whole turn: LangGraph reads, writes and compares each of them at every step.
    turn: Turn


class Graph:
    """The compiled graph. `run` takes a turn from its fence to its end."""

    def __init__(self) -> None:
        graph: StateGraph[_State, Services, _State, _State] = StateGraph(_State, context_schema=Services)
        for name, (node, onward) in NODES.items():
            ways = {step: END if step == "stop" else step for step in onward}
            graph.add_node(name, _stepping(node, ways), destinations=tuple(ways.values()))
        graph.add_edge(START, "situate")
        self._compiled = graph.compile()

    async def run(self, turn: Turn, services: Services) -> Turn:
        """Run one turn. Raises `Fenced` when the conversation changed hands, or the customer wrote again in time."""
        done: Any = await self._compiled.ainvoke({"turn": turn}, {"recursion_limit": RECURSION}, context=services)
        return done["turn"]  # type: ignore[no-any-return]


def _stepping(node: Callable[[Turn, Services], Awaitable[Turn]], ways: Mapping[str, str]) -> Any:
    """A node that lays what it changed over the turn and goes where its step says."""

    async def run(state: _State, runtime: Runtime[Services]) -> Command[str]:
        turn = state["turn"].copy()
        turn |= await node(turn, runtime.context)
        return Command(update={"turn": turn}, goto=ways[turn["step"]])

    return run
