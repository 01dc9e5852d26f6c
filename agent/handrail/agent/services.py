"""What the nodes of a turn work with. `bootstrap` puts it together once; nothing here changes afterwards."""

from dataclasses import dataclass

from handrail.agent.actions import Actions
from handrail.agent.identity import IdentityService
from handrail.agent.models.breaker import Form
from handrail.agent.models.protocol import Model
from handrail.agent.phrases import Phrases
from handrail.agent.router import Router
from handrail.agent.workspace import Workspace
from handrail.conversation.clock import Clock
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.conversation.situations import Situations
from handrail.desk.approvals import Approvals
from handrail.desk.handover import Handover
from handrail.desk.refresher import Refresher
from handrail.desk.tickets import Tickets
from handrail.guardrails.rails import Rails
from handrail.knowledge.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the agent, as `bootstrap.build` made them."""

    settings: Settings
    clock: Clock
    log: Log
    situations: Situations
    rails: Rails
    knowledge: Knowledge
    router: Router
    model: Model
    workspace: Workspace
    actions: Actions
    identity: IdentityService
    handover: Handover
    tickets: Tickets
    refresher: Refresher
    approvals: Approvals
    phrases: Phrases
    form: Form | None = None
    """A language model that fills in forms, where there is one."""
