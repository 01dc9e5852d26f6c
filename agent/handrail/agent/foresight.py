"""What a write would do, as the person sees it who is about to put it before the customer or to do it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from handrail.agent.asking import sentence
from handrail.agent.clean import without_instructions
from handrail.agent.pointed import pointable
from handrail.agent.proposal import Prepared, facts_of
from handrail.agent.services import Services
from handrail.agent.tools.api import Tool
from handrail.agent.tools.binding import Bound, bind
from handrail.agent.tools.call import Called
from handrail.conversation.errors import Conflict, Invalid, NotFound
from handrail.conversation.events import Citation
from handrail.conversation.situation import Situation

UNDER_WAY = ("waiting", "approved", "claimed", "unknown")


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a write would do: `what` in the tool's words, `question` as the customer would be asked, `facts` what it
    costs or pays. `fingerprint` is what is to be given along to go on with exactly this.

    `lines` are the customer's lines (seqs, the newest first) that may count as their yes to it; `unfit` says why their
    newest one may not.
    """

    tool: str
    arguments: Mapping[str, Any]
    what: str
    question: str
    facts: Mapping[str, Any]
    rule: Citation | None
    approval: str
    fingerprint: str
    lines: tuple[int, ...]
    unfit: str


class Foresight:
    """Works out writes by the rules that bind the bot; nothing is changed and nobody is told."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._zone = ZoneInfo(services.settings.business.timezone)

    async def __call__(self, situation: Situation, name: str, arguments: Mapping[str, Any]) -> Foreseen:
        """What the tool would do with these arguments. Raises as `prepared`."""
        prepared = await self.prepared(situation, name, arguments)
        events = await self._services.log.read(situation.conversation_id)
        minutes = self._services.settings.identity.consent_minutes
        lines, unfit = pointable(prepared, events, self._services.clock.now(), minutes, self._zone)
        preview = prepared.preview
        return Foreseen(
            tool=name,
            arguments=prepared.arguments,
            what=preview.summary,
            question=self.question(prepared),
            facts=facts_of(preview).get("facts") or {},
            rule=prepared.rule,
            approval=preview.approval or "",
            fingerprint=prepared.fingerprint,
            lines=lines,
            unfit=unfit,
        )

    async def prepared(self, situation: Situation, name: str, arguments: Mapping[str, Any]) -> Prepared:
        """The exact action. Raises `Conflict` where the customer has not proven who they are as the tool asks
        (`identity`), a rule of the business refuses it (`refused`), the same is under way (`under_way`) or it can't be
        found out (`failed`), `Invalid` where the arguments do not fit, and `NotFound`.
        """
        services = self._services
        tool = services.workspace.by_name.get(name)
        if tool is None or tool.effect != "write":
            raise NotFound(f"there is no tool called {name!r} that changes something")
        if not services.identity.allows(tool, situation.identity):
            raise Conflict(f"{name} needs a customer who is {tool.identity}", code="identity")
        if _under_way(tool, arguments, situation):
            raise Conflict("just this is under way already: see what becomes of it first", code="under_way")
        prepared = await services.actions.prepare(situation, tool, arguments)
        if isinstance(prepared, Called):
            raise await self._refusal(tool, prepared)
        if tool.source and await self._instructs(tool, prepared.preview.summary):
            raise Conflict(
                "the question holds instructions for a machine: it is not put to anybody", code="instructions"
            )
        return prepared

    async def same(self, situation: Situation, name: str, arguments: Mapping[str, Any], fingerprint: str) -> Prepared:
        """The exact action, if it is the one that was shown under `fingerprint`. Raises `Conflict` (`changed`)."""
        prepared = await self.prepared(situation, name, arguments)
        if prepared.fingerprint != fingerprint:
            raise Conflict("this would do something else by now: look at it again", code="changed")
        return prepared

    def question(self, prepared: Prepared) -> str:
        """As the customer is asked."""
        text = self._services.phrases("consent", summary=sentence(prepared.preview.summary))
        if why := prepared.preview.approval:
            text = f"{text} {self._services.phrases('consent_approval', why=why.strip().rstrip('.'))}"
        return text

    async def _refusal(self, tool: Tool, called: Called) -> Exception:
        """Why there is no such action, without instructions in what the system says."""
        if called.end == "invalid":
            return Invalid(called.message, code="arguments")
        if called.end != "refused":
            return Conflict("the business system did not tell what this would do", code="failed")
        cleaned, _ = await without_instructions(called, "", tool.name, self._services.rails)
        return Conflict(" ".join((cleaned.message, *cleaned.alternatives)).strip(), code="refused")

    async def _instructs(self, tool: Tool, text: str) -> bool:
        question = Called("done", value=text)
        return (await without_instructions(question, "", tool.name, self._services.rails))[0] != question


def _under_way(tool: Tool, arguments: Mapping[str, Any], situation: Situation) -> bool:
    """Whether the same call waits, is being made, or may have been made, whatever it would do by now."""
    bound = bind(tool, arguments)
    same = [a for a in situation.actions if a.tool == tool.name and a.stage in UNDER_WAY]
    return isinstance(bound, Bound) and any(dict(action.arguments) == dict(bound.canonical) for action in same)
