"""The table `[mcp]`: which other assistants may use Handrail as an MCP server.

[mcp.keys]
concierge = "a key of 32 characters or more"
"""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Key = Annotated[SecretStr, Field(min_length=32)]


class AssistantsTable(BaseModel):
    """Who may come in at `/mcp`. Where nothing is said it is shut."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: dict[Name, Key] = {}
    """A key for each assistant, under the name that the desk sees. Two assistants never share one."""
    public: bool = False
    """Whether assistants without a key may come in too, as anybody may begin a conversation by the chat API."""
    hosts: tuple[str, ...] = ()
    """Further names under which this server is asked (`Host`, with the port where there is one): those of
    `server.public_url`, of `server.host` and of this machine itself are taken anyway."""
    wait_seconds: float = Field(default=45.0, gt=0, le=600)
    """So long a call waits for an answer; then it says that it is being worked on. Clients give up after 60 or so."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if len({key.get_secret_value() for key in self.keys.values()}) < len(self.keys):
            raise ValueError("two assistants have the same key")
        return self

    @property
    def is_open(self) -> bool:
        """Whether anybody may come in at all."""
        return self.public or bool(self.keys)
