"""The vault: a key for each conversation, so that destroying the key forgets what was said in it, backups included.

What customers write is sealed with AES-256-GCM under the key of its conversation. The keys stand in the schema `vault`,
wrapped under a master key that stands in the data folder (or the settings), never in the database.
"""

import base64
import hashlib
import hmac
import logging
import os
import secrets
from collections import OrderedDict
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from handrail.conversation.database import Connection, Database
from handrail.conversation.errors import SettingsError
from handrail.conversation.settings import Settings

logger = logging.getLogger(__name__)

NONCE = 12
FILE = "master.key"


class Box:
    """Seals and opens under one key. `label` says what is sealed and must be the same when it is opened."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, label: str) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, label.encode())

    def unseal(self, sealed: bytes, label: str) -> bytes | None:
        """What was sealed, or None where it is damaged or was sealed under another key or label."""
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], label.encode())
        except (InvalidTag, ValueError):
            logger.error("A sealed field could not be opened (%s)", label)
            return None


class Vault:
    """Keeps the keys. `Vault.open` is the way to make one."""

    def __init__(self, database: Database, master: bytes, *, remembered: int = 10_000) -> None:
        self._database = database
        self._wrap = Box(_derive(master, "wrap"))
        self._ref = _derive(master, "ref")
        self._boxes: OrderedDict[str, Box] = OrderedDict()
        self._remembered = remembered

    @classmethod
    async def open(cls, settings: Settings, database: Database) -> Self:
        """Take the master key from the settings or the data folder, made there if there is none.

        Raises `SettingsError` where it is not the one this database was filled under: nothing could be read.
        """
        master = _master(settings)
        mine = _derive(master, "id").hex()[:16]
        async with database.transaction() as connection:
            await connection.execute("LOCK TABLE vault.master")
            rows = await (await connection.execute("SELECT id FROM vault.master")).fetchall()
            if rows and mine not in {row["id"] for row in rows}:
                raise SettingsError(
                    "database.master_key: the database was filled under another master key; put back the file "
                    f"{settings.data_folder / FILE}, or set HANDRAIL_DATABASE__MASTER_KEY"
                )
            if not rows:
                await connection.execute("INSERT INTO vault.master (id) VALUES (%s)", [mine])
        return cls(database, master)

    def new(self, conversation_id: str) -> tuple[Box, bytes]:
        """A box with a fresh key, and the key as it is to be stored in `vault.keys`."""
        key = AESGCM.generate_key(256)
        return Box(key), self._wrap.seal(key, conversation_id)

    def keep(self, conversation_id: str, box: Box) -> None:
        """Remember the box of a conversation whose key has been stored."""
        self._boxes[conversation_id] = box
        self._boxes.move_to_end(conversation_id)
        if len(self._boxes) > self._remembered:
            self._boxes.popitem(last=False)

    def drop(self, conversation_id: str) -> None:
        """Stop remembering a box: its key was destroyed, here or by another process."""
        self._boxes.pop(conversation_id, None)

    async def box(self, conversation_id: str, connection: Connection | None = None) -> Box | None:
        """The box of a conversation; None once it is forgotten. `connection` is used where it must be looked up."""
        if (box := self._boxes.get(conversation_id)) is not None:
            self._boxes.move_to_end(conversation_id)
            return box
        async with nullcontext(connection) if connection else self._database.connection() as used:
            query = "SELECT wrapped FROM vault.keys WHERE conversation_id = %s"
            row = await (await used.execute(query, [conversation_id], prepare=True)).fetchone()
        key = self._wrap.unseal(row["wrapped"], conversation_id) if row else None
        if key is None:
            return None
        box = Box(key)
        self.keep(conversation_id, box)
        return box

    async def seal(self, conversation_id: str, plain: bytes, label: str) -> bytes | None:
        """Seal under the conversation's key; None once it is forgotten."""
        box = await self.box(conversation_id)
        return box.seal(plain, f"{conversation_id}:{label}") if box else None

    async def unseal(self, conversation_id: str, sealed: bytes, label: str) -> bytes | None:
        """Open what was sealed under the same label; None once it is forgotten."""
        box = await self.box(conversation_id)
        return box.unseal(sealed, f"{conversation_id}:{label}") if box else None

    async def forget(self, conversation_id: str) -> None:
        """Destroy the key of a conversation, for good: what was sealed under it reads as never said.

        The conversation is closed and its epoch raised, so that no turn goes on with what it still has in memory.
        """
        query = """
            WITH gone AS (DELETE FROM vault.keys WHERE conversation_id = %(id)s),
                 cleared AS (DELETE FROM snapshots WHERE conversation_id = %(id)s)
            UPDATE conversations
            SET forgotten = true, closed = true, answered = heard, epoch = epoch + 1, lease_owner = NULL
            WHERE id = %(id)s"""
        async with self._database.connection() as connection:
            await connection.execute(query, {"id": conversation_id})
        self.drop(conversation_id)

    def ref(self, text: str) -> str:
        """A keyed digest: equal for equal texts, and says nothing about them to who has no master key."""
        return hmac.new(self._ref, text.encode(), hashlib.sha256).hexdigest()[:32]


def _derive(master: bytes, purpose: str) -> bytes:
    return hmac.new(master, f"handrail {purpose}".encode(), hashlib.sha256).digest()


def _master(settings: Settings) -> bytes:
    if settings.database.master_key is not None:
        return _decoded(settings.database.master_key.get_secret_value(), "database.master_key")
    file = settings.data_folder / FILE
    if not file.exists():
        _make(file)
    return _decoded(file.read_text(), str(file))


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f"{FILE}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
        stream.flush()
        os.fsync(stream.fileno())
    # A link fails where the file stands by now, so that of two processes that start together one makes the key.
    with suppress(FileExistsError):
        file.hardlink_to(half)
    half.unlink()


def _decoded(text: str, where: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text.strip())
    except ValueError:
        key = b""
    if len(key) != 32:
        raise SettingsError(f"{where}: the master key must be 32 bytes in URL-safe base64")
    return key
