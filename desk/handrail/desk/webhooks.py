"""The courier of webhooks: signed announcements to the endpoints of other systems."""

import json
from collections.abc import Mapping
from datetime import timedelta

from handrail.conversation.clock import Clock
from handrail.conversation.errors import Unavailable
from handrail.conversation.log import Log
from handrail.conversation.webhooks import Webhook, key_of

from .announcements import announced
from .lanes import GONE
from .outbox import End, Parcel
from .standard import sign
from .wire import Answer, Wire


class Webhooks:
    """Tells one endpoint. It may hear of one event more than once, always under the same `webhook-id`."""

    patience = timedelta(hours=24)

    def __init__(self, endpoint: Webhook, log: Log, clock: Clock, wire: Wire) -> None:
        self._endpoint = endpoint
        self._log = log
        self._clock = clock
        self._wire = wire

    async def carry(self, parcel: Parcel) -> End:
        """Announce the event. Of a conversation that is forgotten by now only its end is told."""
        tail = await self._log.tail(parcel.conversation_id, parcel.seq - 1, 1)
        if tail.forgotten and parcel.event != "conversation.closed":
            return "dropped"
        (event,) = tail.events
        answer = await self.post(message_id(parcel), announced(parcel.event, event, content=self._endpoint.content))
        if answer.status == 410:
            raise Unavailable("the endpoint answers 410: it wants nothing more", code=GONE)
        if not 200 <= answer.status < 300:
            raise Unavailable(f"the endpoint answers {answer.status}")
        return "sent"

    async def give_up(self, parcel: Parcel, why: str) -> None:
        """Nothing: `handrail doctor` and `handrail webhooks list` tell of it."""

    async def post(self, id_: str, body: Mapping[str, object]) -> Answer:
        """Send a signed body and return the answer, whatever it is. Raises `Unavailable` where there is none."""
        endpoint = self._endpoint
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
        secrets = [endpoint.secret, *([endpoint.old_secret] if endpoint.old_secret else [])]
        keys = [key_of(secret.get_secret_value()) for secret in secrets]
        headers = sign(keys, id_, int(self._clock.now().timestamp()), raw)
        return await self._wire.post(endpoint.url, raw, headers, endpoint.timeout_seconds, internal=endpoint.internal)


def message_id(parcel: Parcel) -> str:
    """The `webhook-id` of an announcement: the same for every try, and for every endpoint."""
    return f"evt_{parcel.conversation_id}_{parcel.seq}_{parcel.event.replace('.', '-')}"
