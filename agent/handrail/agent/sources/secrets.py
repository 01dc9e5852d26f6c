"""Secrets in the settings of sources: `${NAME}` is read from the environment."""

import os
import re
from collections.abc import Mapping

from pydantic import SecretStr

from handrail.conversation.errors import SettingsError

NAMED = re.compile(r"\$\{(\w+)\}")


def revealed(secret: SecretStr | str, where: str, environment: Mapping[str, str] | None = None) -> str:
    """The value, with every `${NAME}` put in. Raises `SettingsError` naming a variable that is not set."""
    known = os.environ if environment is None else environment

    def put(match: re.Match[str]) -> str:
        if not known.get(match[1]):
            raise SettingsError(f"{where}: the environment variable {match[1]} is not set")
        return known[match[1]]

    return NAMED.sub(put, secret.get_secret_value() if isinstance(secret, SecretStr) else secret)


def in_header(secret: SecretStr | str, where: str) -> str:
    """The same for the value of an HTTP header, without the line break that files of secrets end with.

    Raises `SettingsError` also where it is not one line of ASCII: what would send it tells it in the error.
    """
    value = revealed(secret, where).strip()
    if not (value.isascii() and value.isprintable()):
        raise SettingsError(f"{where}: a header takes one line of plain letters")
    return value
