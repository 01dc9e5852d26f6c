"""Which tools of the right solutions stand in the first prompt, when all that is known is the customer's first line."""

from dataclasses import dataclass

from bench.tau2.domain import Task
from bench.tau2.play import opening
from bench.tau2.talk import Business
from handrail.agent.models.prompt import render
from handrail.agent.models.protocol import Brief
from handrail.agent.router import Router
from handrail.conversation.situation import Situation
from handrail.knowledge.embed import open_embedder


@dataclass(frozen=True, slots=True)
class Offered:
    """Names of tools: those of the solution, those that the router picked, those that had room in the prompt."""

    wanted: frozenset[str]
    picked: frozenset[str]
    shown: frozenset[str]


class Desk:
    """Picks and renders as a turn does, without a model."""

    def __init__(self, business: Business, prompt_tokens: int) -> None:
        self._handrail, self._budget = business.handrail, prompt_tokens
        self._tools = business.handrail.workspace.by_name
        self._router = Router(tuple(self._tools.values()), open_embedder(business.handrail.settings))

    async def offered(self, task: Task) -> Offered:
        """What the first prompt of a task offers."""
        message, situation, now = opening(task), Situation("bench"), self._handrail.clock.now()
        picked = await self._router.pick(message, situation)
        brief = Brief(
            message=message,
            situation=situation,
            found=await self._handrail.knowledge.find(message, as_of=now.date()),
            tools=picked,
            results=(),
            now=now,
            timezone=self._handrail.settings.business.timezone,
            business=self._handrail.settings.business.name,
        )
        shown = {spec["function"]["name"] for spec in render(brief, self._budget).tools}
        wanted = {action.name for action in task.evaluation_criteria.actions} & self._tools.keys()
        return Offered(frozenset(wanted), frozenset(tool.name for tool in picked), frozenset(shown))
