"""Judges conversations by the rows of the database alone, with none of our rooms."""

from collections import Counter
from itertools import groupby
from typing import Any

import psycopg
from psycopg.rows import dict_row

DAMAGE = ("stray line", "claimed twice", "lost handoff", "hole in the log", "wrong epoch")
LEADS = "person:bo"
"""Who may take a conversation from a colleague."""

EVENTS = "SELECT conversation_id, seq, kind, actor, holder FROM events ORDER BY conversation_id, seq"
STATE = """
SELECT c.id, c.holder, c.epoch, c.last_seq, q.state, q.person FROM conversations c
LEFT JOIN queue q ON q.conversation_id = c.id
"""


def judge(dsn: str) -> tuple[Counter[str], list[str]]:
    """Count the damage by kind, each conversation once a kind, and tell it in words."""
    damage: Counter[str] = Counter()
    told: list[str] = []
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        states = {row["id"]: row for row in connection.execute(STATE)}
        rows = connection.execute(EVENTS).fetchall()
    for conversation_id, events in groupby(rows, key=lambda row: row["conversation_id"]):
        found = judged(list(events), states[conversation_id])
        damage.update({kind for kind, _ in found})
        told += [f"{conversation_id}: {kind}, {what}" for kind, what in found]
    return damage, told


def judged(events: list[dict[str, Any]], state: dict[str, Any]) -> list[tuple[str, str]]:
    """The damage of one conversation, by kind and in words."""
    found: list[tuple[str, str]] = []
    holder, epoch, asked = "bot", 1, False
    # What one append writes changes hands with its last event.
    for place, event in enumerate(events, 1):
        if event["seq"] != place:
            found.append(("hole in the log", f"seq {event['seq']} at place {place}"))
        kind, actor = event["kind"], event["actor"]
        if kind == "bot_said" and holder.startswith("person:"):
            found.append(("stray line", f"the bot at seq {place} while {holder} holds it"))
        if kind == "person_said" and holder != actor:
            found.append(("stray line", f"{actor} at seq {place} while {holder} holds it"))
        if kind == "handoff_claimed" and holder.startswith("person:") and actor not in (LEADS, holder):
            found.append(("claimed twice", f"{actor} at seq {place} from {holder}"))
        asked |= kind in ("handoff_requested", "handoff_returned")
        if event["holder"] is not None:
            holder, epoch = event["holder"], epoch + 1
            asked &= holder == "queue"
    if epoch != state["epoch"] or len(events) != state["last_seq"]:
        found.append(("wrong epoch", f"{epoch} changes of hands, epoch {state['epoch']}"))
    found += [("lost handoff", why) for why in _lost(holder, state, asked)]
    return found


def _lost(holder: str, state: dict[str, Any], asked: bool) -> list[str]:
    queued, person = state["state"], state["person"]
    if holder != state["holder"]:
        return [f"held by {state['holder']}, by its log by {holder}"]
    if holder == "queue" and queued != "waiting":
        return [f"in the queue, which has it as {queued}"]
    if holder == "queue" and not asked:
        return ["in the queue, and nobody asked for a person"]
    if holder.startswith("person:") and (queued, f"person:{person}") != ("claimed", holder):
        return [f"held by {holder}, the queue has it as {queued} with {person}"]
    return (
        [f"held by the bot, the queue has it as {queued}"]
        if holder == "bot" and queued in ("waiting", "claimed")
        else []
    )
