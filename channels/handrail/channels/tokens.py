"""The customers' tokens: each opens one conversation, is signed by the server's key, and runs out."""

import contextlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt

from handrail.conversation.clock import Clock
from handrail.conversation.errors import Denied
from handrail.conversation.settings import Settings

ALGORITHM = "HS256"
AUDIENCE = "conversation"


@dataclass(frozen=True, slots=True)
class Pass:
    """What a token allows: this one conversation, until `expires_at`."""

    conversation_id: str
    expires_at: datetime


class ConversationTokens:
    """Issues and reads conversation-scoped tokens (JWT, HS256)."""

    def __init__(self, key: bytes, clock: Clock, days: float) -> None:
        self._key, self._clock, self._life = key, clock, timedelta(days=days)

    def issue(self, conversation_id: str) -> tuple[str, datetime]:
        """A token for one conversation, and when it runs out."""
        now = self._clock.now()
        expires = (now + self._life).replace(microsecond=0)
        claims = {"sub": conversation_id, "aud": AUDIENCE, "iat": int(now.timestamp()), "exp": int(expires.timestamp())}
        return jwt.encode(claims, self._key, ALGORITHM), expires

    def read(self, token: str) -> Pass:
        """What `token` allows. Raises `Denied` (code `token`) where it is forged, foreign or has run out."""
        try:
            # The time is the injected clock's, so the library's own look at the system clock is off.
            claims = jwt.decode(
                token,
                self._key,
                [ALGORITHM],
                audience=AUDIENCE,
                options={"require": ["sub", "exp", "aud"], "verify_exp": False, "verify_iat": False},
            )
            expires = datetime.fromtimestamp(int(claims["exp"]), UTC)
        except (jwt.InvalidTokenError, ValueError, OverflowError, OSError) as error:
            raise Denied("the token is not one of ours", code="token") from error
        if expires <= self._clock.now():
            raise Denied("the token has run out", code="token")
        return Pass(str(claims["sub"]), expires)


def conversation_links(settings: Settings, clock: Clock) -> Callable[[str], str]:
    """Makes the address under which a customer finds a conversation again, for letters.

    The token stands in the fragment, which no server and no log gets to see.
    """
    server = settings.server
    tokens = ConversationTokens(signing_key(settings), clock, server.token_days)
    base = (server.public_url or f"http://{server.host}:{server.port}").rstrip("/")
    return lambda conversation_id: f"{base}/#conversation={conversation_id}&token={tokens.issue(conversation_id)[0]}"


def signing_key(settings: Settings) -> bytes:
    """The key that signs the tokens: from the settings, or made once and kept in the data folder (mode 0600)."""
    if settings.server.secret is not None:
        return settings.server.secret.get_secret_value().encode()
    file = settings.data_folder / "keys" / "server.key"
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        _write_once(file, secrets.token_hex(32))
    return file.read_text().strip().encode()


def _write_once(file: Path, text: str) -> None:
    # Two processes may start together: the link is made by one of them only, and never shows half a key.
    draft = file.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    draft.touch(0o600, exist_ok=False)
    draft.write_text(text)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()
