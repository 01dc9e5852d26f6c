"""What a provider's claims come to here."""

from collections.abc import Mapping
from typing import Any

from handrail.conversation.errors import Denied
from handrail.conversation.login import OpenIdSection, Role

RIGHTS: tuple[Role, ...] = ("admin", "supervisor", "agent", "engineer")
"""The roles, those with the most rights first."""


def joined(signed: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """What the token and the provider's further answer say. That an address is verified is said of one address."""
    if signed.get("email", told.get("email")) != told.get("email"):
        told = {name: value for name, value in told.items() if not name.startswith("email")}
    return {**told, **signed}


def verified_email(claims: Mapping[str, Any]) -> str | None:
    """The address, small, where the provider has made sure that it is theirs; anybody may type any other."""
    email = claims.get("email")
    # Some providers write their booleans as texts.
    verified = claims.get("email_verified") is True or claims.get("email_verified") == "true"
    return email.casefold() if isinstance(email, str) and verified and "@" in email else None


def role(claims: Mapping[str, Any], settings: OpenIdSection) -> Role | None:
    """The role that groups give; None where none are mapped. Raises `Denied` where they give none."""
    if not settings.roles:
        return None
    told = _at(claims, settings.roles_claim)
    groups = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    given = {settings.roles[group] for group in groups if isinstance(group, str) and group in settings.roles}
    if not given:
        raise Denied(f"nothing that {settings.roles_claim} holds is in login.openid.roles", code="openid_role")
    return next(right for right in RIGHTS if right in given)


def _at(claims: Mapping[str, Any], name: str) -> Any:
    # A name that holds dots may be meant as it stands: some providers use addresses.
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
