"""The tables `[database]`, `[index]` and `[retention]`: what is kept, where and how long."""

from typing import Literal

from pydantic import Field, SecretStr

from handrail.conversation.sections.base import Section, Url


class DatabaseSection(Section):
    """The Postgres that holds the log; embedded under the data folder where no URL is given."""

    url: SecretStr | None = None
    pool: int = Field(default=8, ge=1)
    master_key: SecretStr | None = None
    """32 bytes in URL-safe base64 that wrap the keys of the conversations; made in the data folder where not set.
    Processes on several machines that share a database must share it."""


class Index(Section):
    """The policy index."""

    chroma_url: Url | None = None
    embedder: Literal["minilm", "openai", "chroma"] = "minilm"
    embedding_model: str = "text-embedding-3-small"
    passage_tokens: int = Field(default=220, ge=40)


class Retention(Section):
    """How long what was said can be read."""

    days: float | None = Field(default=None, gt=0)
    """Conversations that rest since so many days are forgotten: their keys are destroyed, their figures stay. Without
    it they are kept until somebody forgets them."""
