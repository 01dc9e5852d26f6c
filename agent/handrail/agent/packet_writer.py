"""Has the model write the packet of a handoff; the desk verifies every line of it."""

from typing import TypeVar

from pydantic import BaseModel

from handrail.agent.models.breaker import Form
from handrail.conversation.spending import spend

Filled = TypeVar("Filled", bound=BaseModel)


class PacketWriter:
    """The desk's `Writer` port over a model."""

    def __init__(self, model: Form, name: str) -> None:
        self._model, self.name = model, name

    async def write(self, instructions: str, material: str, schema: type[Filled]) -> Filled:
        """Draft a packet. Raises `Unavailable` when the model does not answer in the schema."""
        messages = ({"role": "system", "content": instructions}, {"role": "user", "content": material})
        filled, usage = await self._model.write(schema, messages)
        spend(usage)
        return filled
