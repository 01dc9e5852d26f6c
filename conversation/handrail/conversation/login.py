"""The table `[login]`: how the people who work here log in, and for how long.

[login.openid]
issuer = "https://login.example.com/realms/staff"
client_id = "handrail"
"""

from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from handrail.conversation.sections import Section, private_url

Role = Literal["agent", "supervisor", "engineer", "admin"]
"""`agent` works the desk, `supervisor` too, `engineer` reads it, `admin` also manages users."""

Claim = Annotated[str, Field(min_length=1, max_length=200)]


class OpenIdSection(Section):
    """An OpenID Connect provider that says who somebody is."""

    issuer: str
    """As the provider itself writes it: its document of discovery lies below and must name the same."""
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: SecretStr | None = None
    """None where the provider takes public clients, which prove themselves by PKCE alone."""
    name: Annotated[str, Field(min_length=1, max_length=60)] = "single sign-on"
    """What the button is called: "Log in with …"."""
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    login_claim: Claim = "email"
    """What the account is called here that is made for somebody new; an e-mail address only where it is verified."""
    create: bool = False
    """Whether accounts are made at the first login. Else people are invited first."""
    domains: tuple[Annotated[str, Field(pattern=r"^[a-z0-9.-]+\.[a-z]+$")], ...] = ()
    """The domains of verified e-mail addresses for which accounts are made."""
    role: Role = "agent"
    """What whoever is new may do, where no roles are mapped."""
    roles_claim: Claim = "groups"
    """The claim that lists groups or roles; dots lead into it, as in `realm_access.roles`."""
    roles: dict[str, Role] = {}
    """Our role for a group of theirs, renewed at every login; whoever is in none of them stays out. The role with the
    most rights counts. Without it roles are given here."""

    _issuer = field_validator("issuer")(private_url)

    @model_validator(mode="after")
    def _closed(self) -> Self:
        if "openid" not in self.scopes:
            raise ValueError("scopes must hold 'openid'")
        if self.create and not self.roles and not self.domains:
            raise ValueError("create needs roles or domains: else whoever the provider knows would get in")
        return self


class LoginSection(Section):
    """How people log in, and for how long."""

    passwords: bool = True
    """Whether passwords are taken. Without them `handrail users enter LOGIN` is the way back in."""
    openid: OpenIdSection | None = None
    session_hours: float = Field(default=12, gt=0)
    """So long a browser stays logged in at most."""
    idle_hours: float = Field(default=4, gt=0)
    """So long it stays logged in unused. A stream that stands open is no use."""
    token_days: float = Field(default=30, gt=0)
    token_idle_days: float = Field(default=14, gt=0)
    """The same for bearer tokens, which programs hold."""

    @model_validator(mode="after")
    def _some_way(self) -> Self:
        if not self.passwords and self.openid is None:
            raise ValueError("passwords are off, and no openid is set: nobody could log in")
        return self
