"""What the desk's projections have in common: a step for each kind of event."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, LiteralString, TypeAlias

from handrail.conversation.database import Connection
from handrail.conversation.events import Data, Event

Step: TypeAlias = Callable[[Connection, Event, Any], Awaitable[None]]


class Table:
    """A projection by kind of event: each has its step, `async (connection, event, data)`."""

    name: str
    rings: str = ""
    emptied: ClassVar[LiteralString]
    steps: ClassVar[Mapping[type[Data], Step]]

    def __init__(self) -> None:
        self.kinds = frozenset(data.kind for data in self.steps)

    async def apply(self, connection: Connection, event: Event) -> None:
        """Take one event in."""
        step = self.steps.get(type(event.data))
        if step is not None:
            await step(connection, event, event.data)

    async def clear(self, connection: Connection) -> None:
        """Empty the table."""
        await connection.execute(self.emptied)
