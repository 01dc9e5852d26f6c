"""The table `[identity]`: how customers prove who they are."""

from pydantic import Field, SecretStr, field_validator

from handrail.conversation.sections.base import Section, Url, private_url


class IdentitySection(Section):
    """How customers prove who they are."""

    code_minutes: float = Field(default=10, gt=0)
    code_tries: int = Field(default=5, ge=1)
    codes_per_hour: int = Field(default=5, ge=1)
    """Codes that one conversation may ask for, and that are sent to one customer."""
    codes_per_day: int = Field(default=20, ge=1)
    """Codes that are sent to one customer in 24 hours: times `code_tries`, the guesses at one account."""
    tries_per_address: int = Field(default=60, ge=1)
    """Codes that may be tried from one address in an hour, in whatever conversations."""
    jwt_secret: SecretStr | None = None
    jwt_public_key: str | None = None
    jwks_url: Url | None = None
    """Where the company's site publishes its public keys. Set one of this, `jwt_secret` and `jwt_public_key`."""
    jwks_stale_minutes: float = Field(default=60, ge=0)
    """How long the keys that were fetched last still serve after they got old, while the site does not answer."""
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    consent_minutes: float = Field(default=15, gt=0)

    _jwks_url = field_validator("jwks_url")(private_url)

    @property
    def takes_tokens(self) -> bool:
        """Whether the company's site may sign for customers."""
        return any(way is not None for way in (self.jwt_secret, self.jwt_public_key, self.jwks_url))
