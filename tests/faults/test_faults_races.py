"""Races at the desk, a short run: two desks on one database, and a judge that knows nothing of ours."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from bench.racing.judge import judge, judged
from bench.racing.play import open_player


async def test_no_stray_line_no_lost_handoff_each_claimed_by_one(database_url: str, tmp_path: Path) -> None:
    async with open_player(database_url, tmp_path, "one") as one, open_player(database_url, tmp_path, "two") as two:
        ids = [await one.open() for _ in range(25)]
        done = Counter[str]()
        for played in await asyncio.gather(one.play(ids, 1), two.play(ids, 2)):
            done += played
    assert all(done[act] for act in ("draft", "claim", "say", "hand_on", "give_back", "vanish", "refused")), done
    damage, told = judge(database_url)
    assert not damage, told


def event(seq: int, kind: str, actor: str, holder: str | None = None) -> dict[str, Any]:
    return {"seq": seq, "kind": kind, "actor": actor, "holder": holder}


SOUND = [
    event(1, "opened", "customer"),
    event(2, "handoff_requested", "bot", "queue"),
    event(3, "handoff_claimed", "person:ana", "person:ana"),
    event(4, "person_said", "person:ana"),
    event(5, "handoff_returned", "system", "queue"),
]
STATE = {"holder": "queue", "epoch": 4, "last_seq": 5, "state": "waiting", "person": None}


def test_a_sound_conversation_passes() -> None:
    assert judged(SOUND, STATE) == []


@pytest.mark.parametrize(
    ("place", "changed", "kind"),
    [
        (3, event(4, "person_said", "person:ben"), "stray line"),
        (3, event(4, "bot_said", "bot"), "stray line"),
        (3, event(4, "handoff_claimed", "person:ben"), "claimed twice"),
        (3, event(5, "person_said", "person:ana"), "hole in the log"),
        (2, event(3, "noted", "person:ana"), "stray line"),
    ],
)
def test_each_kind_of_damage_is_told(place: int, changed: dict[str, Any], kind: str) -> None:
    events = [*SOUND[:place], changed, *SOUND[place + 1 :]]
    assert kind in {found for found, _ in judged(events, STATE)}


@pytest.mark.parametrize(
    "wrong", [{"state": "claimed"}, {"holder": "bot"}, {"epoch": 3}, {"last_seq": 6}, {"state": None}]
)
def test_a_handoff_that_is_lost_is_told(wrong: dict[str, Any]) -> None:
    assert judged(SOUND, {**STATE, **wrong})
