"""The log as it stands in the database, read and opened without any of our rooms."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg.rows import dict_row

NONCE = 12
CONVERSATIONS = "SELECT * FROM conversations WHERE id = ANY(%s)"
EVENTS = "SELECT * FROM events WHERE conversation_id = ANY(%s) ORDER BY conversation_id, seq"
KEYS = "SELECT conversation_id, wrapped FROM vault.keys WHERE conversation_id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Row:
    """One event. `data` holds the private fields as well; `holder` is who has the conversation from here on, if new."""

    seq: int
    at: datetime
    kind: str
    actor: str
    data: Mapping[str, Any]
    holder: str | None
    key: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """One conversation: its row and its events."""

    id: str
    head: Mapping[str, Any]
    rows: Sequence[Row]

    def of(self, *kinds: str) -> list[Row]:
        """The events of these kinds."""
        return [row for row in self.rows if row.kind in kinds]


async def read(dsn: str, master: bytes, ids: Sequence[str]) -> list[Story]:
    """These conversations as they stand now."""
    wrap = AESGCM(hmac.new(master, b"handrail wrap", hashlib.sha256).digest())
    async with await psycopg.AsyncConnection.connect(dsn, row_factory=dict_row) as connection:
        heads = {row["id"]: row for row in await (await connection.execute(CONVERSATIONS, [list(ids)])).fetchall()}
        keys = await (await connection.execute(KEYS, [list(ids)])).fetchall()
        events = await (await connection.execute(EVENTS, [list(ids)])).fetchall()
    boxes = {row["conversation_id"]: AESGCM(_open(wrap, row["wrapped"], row["conversation_id"])) for row in keys}
    rows: dict[str, list[Row]] = {id_: [] for id_ in heads}
    for event in events:
        id_ = event["conversation_id"]
        data = dict(event["data"])
        if event["sealed"] is not None:
            data |= json.loads(_open(boxes[id_], event["sealed"], f"{id_}:{event['kind']}"))
        rows[id_].append(
            Row(event["seq"], event["at"], event["kind"], event["actor"], data, event["holder"], event["key"])
        )
    return [Story(id_, head, rows[id_]) for id_, head in heads.items()]


def _open(box: AESGCM, sealed: bytes, label: str) -> bytes:
    return box.decrypt(sealed[:NONCE], sealed[NONCE:], label.encode())
