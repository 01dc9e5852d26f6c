"""Noting on the log that another engine drafts than before: away from the model when it fails, and back."""

from handrail.agent.services import Services
from handrail.agent.turn import Turn
from handrail.conversation.events import EngineSwitched


def switched(turn: Turn, engine: str, why: str, services: Services) -> None:
    """Take note of who drafts now; a change goes on the log together with the first line that it brings.

    `why` is empty where the usual engine drafts. `turn` is changed.
    """
    usual, stand_in = services.settings.engine.name, turn["stand_in"]
    if why and engine != stand_in:
        before, after, code = stand_in or usual, engine, turn["degraded"] or why
    elif stand_in and not why and engine == usual:
        before, after, code = stand_in, usual, "answers_again"
    else:
        return
    event = EngineSwitched(turn_id=turn["turn_id"], before=before, after=after, why=code, back=after == usual)
    turn["pending"] = (*turn["pending"], event)
    turn["stand_in"] = "" if event.back else after
