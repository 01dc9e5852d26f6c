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
