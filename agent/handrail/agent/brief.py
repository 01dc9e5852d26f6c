"""The brief of a draft: what the engine may know, with placeholders in the place of what identifies the customer."""

from handrail.agent.hiding import hidden, hidden_result, hiding
from handrail.agent.models.protocol import Brief
from handrail.agent.services import Services
from handrail.agent.turn import Turn


def make_brief(turn: Turn, services: Services) -> Brief:
    """Put together what the engine gets for the next draft."""
    hide = hiding(turn, services)
    situation = turn["situation"]
    return Brief(
        message=hide.hide(turn["message"]),
        situation=hidden(situation, hide),
        found=turn["found"],
        tools=turn["tools"],
        results=tuple(hidden_result(each, hide) for each in turn["results"]),
        now=services.clock.now(),
        timezone=situation.timezone or services.settings.business.timezone,
        business=services.settings.business.name,
        feedback=turn["feedback"],
        sent=hide.hide(turn["sent"]),
        degraded=bool(turn["degraded"]),
        parts=hide.parts,
    )
