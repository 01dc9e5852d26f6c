"""Writing down how an action ended: once, and never less than what happened."""

import logging

from handrail.conversation.errors import Conflict, Fenced
from handrail.conversation.events import ActionFailed, ActionSucceeded, ActionUnknown, Data, Event
from handrail.conversation.log import Fence, Log
from handrail.conversation.once import HAND, end_of

log = logging.getLogger("handrail.actions")


async def write_end(
    log_: Log, conversation_id: str, end: ActionSucceeded | ActionFailed, *more: Data, hand: str = HAND
) -> Event:
    """Append the end of an action, with what follows from it. It is a fact, so no fence holds it back; a second end
    returns the first, whoever's `hand` wrote it.

    Only an effect that happened after all outweighs an earlier end that denied it.
    """
    (event, *_) = await _append(log_, conversation_id, hand, end_of(end.action_id), end, *more)
    if isinstance(end, ActionSucceeded) and isinstance(event.data, ActionFailed):
        log.error("%s of %s had its effect after it was given up", end.action_id, conversation_id)
        (event, *_) = await _append(log_, conversation_id, hand, f"late:{end.action_id}", end, *more)
    return event


async def write_unknown(
    log_: Log, conversation_id: str, unknown: ActionUnknown, fence: Fence, *, hand: str = HAND
) -> Event | None:
    """Append that an end was not seen, unless the turn's lease is lost: who took it over settles the claim."""
    fence = Fence(epoch=fence.epoch, lease=fence.lease)
    while True:
        try:
            (event, *_) = await log_.append(
                conversation_id, hand, unknown, fence=fence, key=f"unknown:{unknown.action_id}", keys=HAND
            )
            return event
        except Fenced as refused:
            if refused.cause != "epoch":
                log.warning("the end of %s is left to the run that took over", unknown.action_id)
                return None
            # A person took over while the tool was called: the lease says that this is still the run to tell of it.
            head = await log_.head(conversation_id)
            fence = Fence(epoch=head.epoch, lease=fence.lease)


async def _append(log_: Log, conversation_id: str, hand: str, key: str, *data: Data) -> tuple[Event, ...]:
    try:
        return await log_.append(conversation_id, hand, *data, key=key, keys=HAND)
    except Conflict as refused:
        if refused.code != "forgotten":
            raise
        # The customer was forgotten meanwhile: that it happened stays, what it said does not.
        bare = [type(each).model_validate(each.split()[0]) for each in data]
        return await log_.append(conversation_id, hand, *bare, key=key, keys=HAND)
