"""Passwords, kept as argon2id digests."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from handrail.conversation.errors import Invalid

SHORTEST, LONGEST = 10, 200


class Passwords:
    """Seals and checks passwords off the event loop, two at a time (each takes 64 MB)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._gate = asyncio.Semaphore(2)
        self._nobody: str | None = None

    async def seal(self, password: str) -> str:
        """The digest to keep. Raises `Invalid` for a password that is too short or too long."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise Invalid(f"a password has {SHORTEST} to {LONGEST} characters", code="password")
        async with self._gate:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def check(self, sealed: str | None, password: str) -> bool:
        """Whether `password` is the one. Without a digest the answer is no, after the same time."""
        async with self._gate:
            return await asyncio.to_thread(self._verify, sealed, password)

    def _verify(self, sealed: str | None, password: str) -> bool:
        if sealed is None:
            self._nobody = self._nobody or self._hasher.hash("nobody has this password")
        try:
            return self._hasher.verify(sealed or self._nobody or "", password) and sealed is not None
        except (Argon2Error, InvalidHashError):
            return False
