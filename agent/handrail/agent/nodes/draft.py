"""Draft: ask the engine, with placeholders in the place of what identifies the customer."""

from handrail.agent.brief import make_brief
from handrail.agent.services import Services
from handrail.agent.speech import engine_speech
from handrail.agent.turn import Turn


async def draft(turn: Turn, services: Services) -> Turn:
    """Open the engine's stream; `speak` reads it sentence by sentence."""
    return {
        "speech": engine_speech(services.model.draft(make_brief(turn, services))),
        "own": "",
        "draft": None,
        "step": "speak",
    }
