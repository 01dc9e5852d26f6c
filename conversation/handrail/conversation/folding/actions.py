"""How far each exact action has come."""

from dataclasses import replace
from typing import Any

from handrail.conversation import events as e
from handrail.conversation.events import Event
from handrail.conversation.folding.keep import trimmed
from handrail.conversation.folding.turns import unparked
from handrail.conversation.situation import ActionStage, ActionState, Situation

Changes = dict[str, Any]
OPEN = ("proposed", "consented", "waiting", "approved", "refused", "claimed", "unknown")


def proposed(situation: Situation, event: Event, data: e.ActionProposed) -> Changes:
    action = ActionState(
        data.action_id, data.tool, data.arguments, data.preview, data.question, data.fingerprint, data.expires_at,
        "proposed", event.seq, rule=data.rule, by=event.actor if data.name else "", by_name=data.name,
    )  # fmt: skip
    return {**_kept((*situation.actions, action)), **unparked(situation, data.tool)}


def consented(situation: Situation, event: Event, data: e.ActionConsented) -> Changes:
    return _moved(situation, event, data.action_id, stage="consented", said=data.said)


def dropped(situation: Situation, event: Event, data: e.ActionDropped) -> Changes:
    return _moved(situation, event, data.action_id, stage="dropped", code=data.why)


def approval_asked(situation: Situation, event: Event, data: e.ApprovalAsked) -> Changes:
    return _moved(
        situation, event, data.action_id, stage="waiting", asked_at=event.at, expires_at=data.expires_at
    )  # fmt: skip


def approval_given(situation: Situation, event: Event, data: e.ApprovalGiven) -> Changes:
    return _decided(situation, event, data, "approved")


def approval_refused(situation: Situation, event: Event, data: e.ApprovalRefused) -> Changes:
    return _decided(situation, event, data, "refused")


def claimed(situation: Situation, event: Event, data: e.ActionClaimed) -> Changes:
    return _moved(situation, event, data.action_id, stage="claimed", idempotency_key=data.idempotency_key)


def succeeded(situation: Situation, event: Event, data: e.ActionSucceeded) -> Changes:
    return _moved(situation, event, data.action_id, stage="succeeded", result=data.result, settled_by=data.name)


def failed(situation: Situation, event: Event, data: e.ActionFailed) -> Changes:
    return _moved(
        situation, event, data.action_id, stage="failed", code=data.code, message=data.message, settled_by=data.name
    )  # fmt: skip


def unknown(situation: Situation, event: Event, data: e.ActionUnknown) -> Changes:
    return _moved(situation, event, data.action_id, stage="unknown", code=data.why)


def _decided(
    situation: Situation, event: Event, data: e.ApprovalGiven | e.ApprovalRefused, stage: ActionStage
) -> Changes:
    """A word that comes too late, or on something else than what waits, decides nothing."""
    action = next((a for a in situation.actions if a.action_id == data.action_id), None)
    if action is None or action.stage != "waiting" or action.fingerprint != data.fingerprint:
        return {}
    return _moved(situation, event, data.action_id, stage=stage, decided_by=data.name, word=data.reason)


def _moved(situation: Situation, event: Event, action_id: str, **changes: Any) -> Changes:
    return _kept(
        tuple(replace(a, seq=event.seq, **changes) if a.action_id == action_id else a for a in situation.actions)
    )


def _kept(actions: tuple[ActionState, ...]) -> Changes:
    return {"actions": trimmed(actions, lambda a: a.stage in OPEN)}
