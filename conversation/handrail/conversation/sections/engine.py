"""The table `[engine]`: what drafts the replies."""

from typing import Literal

from pydantic import Field, SecretStr

from handrail.conversation.sections.base import Section, Url


class Engine(Section):
    """What drafts the replies."""

    kind: Literal["auto", "openai", "offline"] = "auto"
    model: str = "gpt-4.1-mini"
    api_key: SecretStr | None = None
    base_url: Url | None = None
    timeout_seconds: float = Field(default=20.0, gt=0)
    connect_seconds: float = Field(default=3.0, gt=0)
    first_token_seconds: float = Field(default=8.0, gt=0)
    stall_seconds: float = Field(default=6.0, gt=0, description="the longest silence in the middle of a reply")
    reading_seconds: float = Field(
        default=3.0, gt=0, description="to read an answer to a proposal, where words are unsure"
    )
    prompt_tokens: int = Field(default=2000, ge=500, description="budget of a routine turn's prompt")
    temperature: float = Field(default=0.2, ge=0, le=2)
    logprobs: bool = Field(default=False, description="ask for the probabilities of tokens: confidence goes by them")
    price_in: float = Field(default=0.0, ge=0, description="money per million prompt tokens")
    price_out: float = Field(default=0.0, ge=0, description="money per million completion tokens")
    breaker_failures: int = Field(default=3, ge=1)
    breaker_seconds: float = Field(default=30.0, gt=0)

    @property
    def chosen(self) -> Literal["openai", "offline"]:
        """The engine that `auto` comes to."""
        if self.kind != "auto":
            return self.kind
        return "openai" if self.api_key or self.base_url else "offline"

    @property
    def name(self) -> str:
        """The usual engine, as staff and every event are told it."""
        return f"openai:{self.model}" if self.chosen == "openai" else "offline"
