"""The tables `[server]` and `[mail]`: how Handrail is reached, and how it writes to people."""

from pydantic import Field, SecretStr

from handrail.conversation.sections.base import Section, Url


class Mail(Section):
    """Where codes and answers to tickets go; without a host they go to the console and the log file."""

    host: str | None = None
    port: int = Field(default=587, ge=1, le=65535)
    user: str | None = None
    password: SecretStr | None = None
    starttls: bool = True
    sender: str = "support@localhost"


class Server(Section):
    """The HTTP server."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: Url | None = None
    """Where customers reach this server, for links in e-mails."""
    max_body_bytes: int = Field(default=64_000, ge=1000)
    max_message_characters: int = Field(default=8_000, ge=100)
    messages_per_minute: int = Field(default=30, ge=1)
    conversations_per_minute: int = Field(default=20, ge=1)
    requests_per_minute: int = Field(default=600, ge=1)
    """All requests of one address; streams count once."""
    logins_per_minute: int = Field(default=10, ge=1)
    """Tries to log in, from one address and for one name."""
    secret: SecretStr | None = None
    """Signs the customers' tokens; made once and kept in the data folder where it is not set."""
    token_days: float = Field(default=30, gt=0)
