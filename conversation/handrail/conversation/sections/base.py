"""What every table of the settings is made of."""

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

Url = Annotated[str, Field(pattern=r"^https?://")]


class Section(BaseModel):
    """A table of the file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def private_url(url: str | None) -> str | None:
    """An address that nobody on the way can read or change: https, or on this machine."""
    parts = urlsplit(url or "")
    if url is None or (parts.scheme == "https" and parts.hostname and not parts.username):
        return url
    try:
        here = parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        here = False
    if not here or parts.username:
        raise ValueError("must begin with https:// and hold no password (http:// only on this machine itself)")
    return url


def zone_name(name: str | None) -> str | None:
    """The name of a time zone that this machine knows. Raises `ValueError`."""
    if name is None:
        return None
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no IANA time zone (write one like 'Europe/Berlin')") from error
    return name
