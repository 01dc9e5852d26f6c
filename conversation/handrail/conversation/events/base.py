"""The envelope of an event, and the base of what events carry."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Private:
    """Marks a field that is sealed under the conversation's key; its default stands once the key is gone."""


PRIVATE = Private()


class Data(BaseModel):
    """What an event carries. Subclasses name their `kind`; fields marked `PRIVATE` are encrypted at rest.

    A kind that nobody outside has seen or relies on is not `durable`: its append does not wait for the disk. A crash of
    Postgres itself may lose the last of these, never one that a durable event follows.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    kind: ClassVar[str] = ""
    durable: ClassVar[bool] = True

    def split(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The JSON-ready public and private fields, each by name; a private field at its default is left out."""
        private = private_fields(type(self))
        fields = self.model_dump(mode="json")
        open_ = {name: value for name, value in fields.items() if name not in private}
        sealed = {name: fields[name] for name in private if name in self.model_fields_set}
        return open_, sealed


class Value(BaseModel):
    """A frozen part of an event's data."""

    model_config = ConfigDict(frozen=True, extra="ignore")


@cache
def private_fields(model: type[Data]) -> frozenset[str]:
    """The names of the fields of `model` that are marked `PRIVATE`."""
    return frozenset(name for name, field in model.model_fields.items() if PRIVATE in field.metadata)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, as it stands in the log.

    `seq` counts from 1 without holes within a conversation. `actor` is `customer`, `bot`, `system` or
    `person:<user id>`. `forgotten` says that the conversation's key is gone, so private fields are at their defaults.
    `holder` tells who holds the conversation from this event on, where it changed. The data of a kind that this version
    does not know is an empty `Data`.
    """

    conversation_id: str
    seq: int
    at: datetime
    actor: str
    data: Data
    forgotten: bool = False
    holder: str | None = None

    @property
    def kind(self) -> str:
        return self.data.kind
