"""From events to rows and back: the private fields sealed, the rest as JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from handrail.conversation.events import (
    KINDS,
    BotSaid,
    Closed,
    CustomerSaid,
    Data,
    Event,
    IdentityProven,
    PersonSaid,
    TurnEnded,
)
from handrail.conversation.vault import Box


@dataclass(frozen=True, slots=True)
class Draft:
    """Events on their way into the log: encoded, without a seq yet."""

    conversation_id: str
    actor: str
    at: datetime
    data: tuple[Data, ...]
    datas: list[str]
    sealeds: list[bytes | None]
    private: bool
    keyless: bool

    @classmethod
    def of(cls, conversation_id: str, actor: str, data: tuple[Data, ...], at: datetime, box: Box | None) -> Self:
        """Encode. Without a box (a forgotten conversation) nothing private can be kept: see `private` and `keyless`."""
        if not data:
            raise ValueError("an append needs at least one event")
        datas: list[str] = []
        sealeds: list[bytes | None] = []
        private = False
        for one in data:
            shown, hidden = one.split()
            private = private or bool(hidden)
            # Half a letter, as models and systems cut them, is no reason to lose the event.
            plain = json.dumps(hidden, ensure_ascii=False).encode(errors="replace") if hidden else b""
            datas.append(json.dumps(shown))
            sealeds.append(box.seal(plain, f"{conversation_id}:{one.kind}") if hidden and box else None)
        return cls(conversation_id, actor, at, data, datas, sealeds, private, box is None)

    @property
    def kinds(self) -> list[str]:
        return [one.kind for one in self.data]

    def parameters(self, holder: str | None) -> dict[str, Any]:
        """What the statement of an append takes from the events themselves. `holder` is who gets the conversation."""
        heard_by = upto = 0
        closed = ref = speakers = None
        proven = False
        for n, one in enumerate(self.data, 1):
            match one:
                case CustomerSaid():
                    heard_by, closed = n, False
                case Closed():
                    closed = True
                case TurnEnded():
                    upto = max(upto, one.upto)
                case IdentityProven() if one.customer_ref and (one.level == "verified" or not proven):
                    ref, proven = one.customer_ref, one.level == "verified"
                case BotSaid():
                    speakers = ["bot", "queue"]
                # The first line may come with the claim itself.
                case PersonSaid() if holder != self.actor:
                    speakers = [self.actor]
        return {
            "id": self.conversation_id, "actor": self.actor, "at": self.at, "count": len(self.data),
            "kinds": self.kinds, "datas": f"[{','.join(self.datas)}]", "sealeds": self.sealeds, "private": self.private,
            "durable": any(one.durable for one in self.data),
            "heard_by": heard_by, "upto": upto, "closed": closed, "ref": ref, "proven": proven, "speakers": speakers,
        }  # fmt: skip

    def events(self, base: int, holder: str | None) -> tuple[Event, ...]:
        """The events as they stand in the log after seq `base`."""
        last = len(self.data)
        return tuple(
            Event(self.conversation_id, base + n, self.at, self.actor, one, self.keyless, holder if n == last else None)
            for n, one in enumerate(self.data, 1)
        )


def event_of(row: Mapping[str, Any], box: Box | None) -> Event:
    """The event in a row of the table; without a box its private fields are at defaults and it is `forgotten`."""
    fields = row["data"]
    if row["sealed"] is not None and box is not None:
        plain = box.unseal(row["sealed"], f"{row['conversation_id']}:{row['kind']}")
        fields = {**fields, **(json.loads(plain) if plain else {})}
    data = KINDS.get(row["kind"], Data).model_validate(fields)
    return Event(
        row["conversation_id"], row["seq"], row["at"], row["actor"], data, forgotten=box is None, holder=row["holder"]
    )
