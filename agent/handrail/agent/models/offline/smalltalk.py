"""Greetings, thanks and the like."""

from collections.abc import Sequence

from handrail.agent.models.offline.dialogue import Dialogue
from handrail.agent.models.offline.phrasing import abilities, say
from handrail.agent.models.offline.planning import Agenda
from handrail.agent.models.protocol import Brief
from handrail.agent.tools.api import Tool


def small_talk(agenda: Agenda, dialogue: Dialogue, brief: Brief, tools: Sequence[Tool]) -> str | None:
    """The reply to a message that is no more than small talk; None where it is more, or nothing was said."""
    forms = [intent.clause.form for intent in agenda.intents if intent.want == "social"]
    if not dialogue.message:
        handoff = dialogue.situation.handoff
        back = handoff is not None and handoff.state == "given_back"
        return say("given_back" if back else "thanks")
    if not forms or len(forms) < len(agenda.intents):
        return None
    form = forms[-1]
    told = abilities(tools) if tools else ""
    if form == "greeting":
        if dialogue.before:
            return say("yes")
        key = "greeting_more" if told else "greeting_only"
        return say(key, business=brief.business, abilities=told)
    if form == "bot":
        return say("about" if told else "about_only", business=brief.business, abilities=told)
    return say(form)
