"""The credentials of a service, as `[tools.sources.NAME.auth]` gives them. Secrets are written `${NAME}`."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

Url = Annotated[str, Field(pattern=r"^https?://")]

HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Bearer(Section):
    """`Authorization: Bearer …` with a token that does not end."""

    kind: Literal["bearer"]
    token: SecretStr


class Basic(Section):
    """`Authorization: Basic …`."""

    kind: Literal["basic"]
    user: SecretStr
    password: SecretStr


class ApiKey(Section):
    """A key under a name of the service's own."""

    kind: Literal["api_key"]
    name: HeaderName
    value: SecretStr
    place: Literal["header", "query", "cookie"] = Field(default="header", alias="in")


class ClientCredentials(Section):
    """OAuth 2: a token fetched for this program itself, kept until shortly before it ends."""

    kind: Literal["client_credentials"]
    client_id: SecretStr
    client_secret: SecretStr
    token_url: Url | None = None
    """Where it is not set, the document's own (`flows.clientCredentials.tokenUrl`)."""
    scope: str = ""
    """Scopes with spaces between them."""
    audience: str = ""
    client: Literal["basic", "body"] = "basic"
    """Whether id and secret go as HTTP Basic or in the form."""


Auth = Annotated[Bearer | Basic | ApiKey | ClientCredentials, Field(discriminator="kind")]


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, dict) else value


Auths = Annotated[tuple[Auth, ...], BeforeValidator(_several)]
"""One table `auth`, or several (`[[…auth]]`) where the service wants more than one at once."""
