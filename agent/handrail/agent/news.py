"""What a customer is told of an action on which a person has decided, or on which nobody has in time."""

from collections.abc import Mapping
from datetime import datetime

from handrail.agent.asking import sentence
from handrail.agent.models.offline.rendering import render
from handrail.agent.phrases import Phrases
from handrail.agent.tools.api import Tool
from handrail.conversation.events import ActionDropped
from handrail.conversation.situation import ActionState


def is_news(action: ActionState) -> bool:
    """Whether its end came by a person, so that it is told by itself and not as the answer to a line."""
    return bool(action.decided_by or action.settled_by)


def closing(action: ActionState, now: datetime) -> ActionDropped | None:
    """The event that takes an action off which a colleague refused, or nobody decided in time."""
    if action.stage == "refused":
        return ActionDropped(action_id=action.action_id, why="refused")
    if action.stage == "waiting" and now >= action.expires_at:
        return ActionDropped(action_id=action.action_id, why="approval_expired")
    return None


class News:
    """Puts news into words. `quietly` leaves out what a person has typed."""

    def __init__(self, phrases: Phrases, tools: Mapping[str, Tool], timezone: str) -> None:
        self._phrases, self._tools, self._timezone = phrases, tools, timezone

    def __call__(self, action: ActionState, *, quietly: bool = False) -> str:
        """What has become of the action, in whole sentences."""
        summary, name = sentence(action.question), action.decided_by
        if action.stage == "waiting":
            return self._phrases("approval_expired", summary=summary)
        if action.stage == "refused":
            if quietly or not action.word:
                return self._phrases("approval_refused_plain", name=name, summary=summary)
            return self._phrases("approval_refused", name=name, summary=summary, reason=_closed(action.word))
        if action.settled_by:
            key = "settled_done" if action.stage == "succeeded" else "settled_not_done"
            return self._phrases(key, name=action.settled_by, summary=summary)
        if action.stage == "succeeded":
            return self._phrases("approval_done", name=name, told=self._done(action, summary))
        told = action.message or self._phrases("approval_failed_plain")
        return self._phrases("approval_failed", name=name, told=told)

    def _done(self, action: ActionState, summary: str) -> str:
        tool = self._tools.get(action.tool)
        told = render(tool, action.result, self._timezone) if tool and tool.template else ""
        return told or self._phrases("approval_done_plain", summary=summary)


def _closed(text: str) -> str:
    text = text.strip()
    return text if text[-1:] in ".!?" else f"{text}."
