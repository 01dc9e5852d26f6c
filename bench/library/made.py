"""A workspace of many policies: the records of the retrieval set, and others made of them about places that nobody has.

A made passage takes a record of one trade and a sentence of another of it, and speaks of a made place where the record
speaks of its own; so it reads like the real ones, and no two are alike.
"""

import json
import os
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import yaml

DATA = Path(os.environ.get("HANDRAIL_DATA", Path(__file__).parents[3] / "shared" / "data"))
OF_ONE_PLACE = 75
"""Passages about a made place, as many as the real ones have at the median."""
SETTINGS = """\
[business]
name = "Library"
policies = "policies"

[engine]
kind = "offline"
"""
HEADS = ("Kes", "Bram", "Osp", "Lan", "Tor", "Wen", "Ald", "Fen", "Har", "Mel", "Sil", "Cor", "Dun", "Eld", "Gar")
TAILS = ("trel", "wick", "ford", "mere", "dale", "holm", "stead", "combe", "hurst", "thorpe", "by", "leigh", "march")
KINDS = {
    "hotel": ("Hotel", "Lodge", "Guest House", "Inn", "Arms", "House", "Suites", "Rooms"),
    "restaurant": ("Kitchen", "Grill", "Bistro", "Table", "Tavern", "Café", "Noodle Bar", "Diner"),
    "attraction": ("Museum", "Gallery", "Park", "Gardens", "Theatre", "Tower", "Pools", "Hall"),
}


@dataclass(frozen=True, slots=True)
class Record:
    """A passage of the set: `place` is its trade and place as ids have it, `name` the place as people say it."""

    id: str
    place: str
    name: str
    text: str

    @property
    def trade(self) -> str:
        return self.place.partition("-")[0]


def records() -> list[Record]:
    """The passages of the retrieval set, by place. Raises `FileNotFoundError` where the set is not there."""
    rows = [json.loads(line) for line in (DATA / "retrieval" / "kb.jsonl").read_text("utf-8").splitlines()]
    return [Record(r["id"], "-".join(r["id"].split("|")[:2]), r["entity"], " ".join(r["text"].split())) for r in rows]


def write(workspace: Path, real: Sequence[Record], count: int) -> dict[str, str]:
    """Write a workspace of `count` passages, the real ones first, and return the ids of those in the set."""
    folder = workspace / "policies"
    folder.mkdir(parents=True)
    (workspace / "handrail.toml").write_text(SETTINGS, "utf-8")
    places: dict[str, list[Record]] = defaultdict(list)
    for record in real[:count]:
        places[record.place].append(record)
    ids = {}
    for place, held in places.items():
        _policy(folder, place, held[0].name, [record.text for record in held])
        ids.update({f"{place}@1#{number}": record.id for number, record in enumerate(held, 1)})
    left = count - len(ids)
    for number, (name, texts) in enumerate(_made(real, left)):
        _policy(folder, f"made-{number}", name, texts)
    return ids


def _policy(folder: Path, id_: str, name: str, texts: Sequence[str]) -> None:
    head = {"id": id_, "title": name, "version": "1", "effective_from": "2025-01-01", "entities": [name]}
    # A heading begins a passage, and one that repeats the title adds nothing to it.
    sections = "\n\n".join(f"## {name}\n\n{_plain(text)}" for text in texts)
    (folder / f"{id_}.md").write_text(f"---\n{yaml.safe_dump(head, allow_unicode=True)}---\n\n{sections}\n", "utf-8")


def _plain(text: str) -> str:
    """A text that Markdown reads as one paragraph."""
    return re.sub(r"([*_`#\[\]<>|~\\])", r"\\\1", text)


def _made(real: Sequence[Record], count: int) -> Iterator[tuple[str, list[str]]]:
    """Made places with their passages, `count` of them altogether."""
    draw = random.Random(7)
    by_trade: dict[str, list[Record]] = defaultdict(list)
    for record in real:
        by_trade[record.trade].append(record)
    trades = sorted(by_trade)
    names = {trade: _names(trade, draw) for trade in trades}
    said: set[str] = set()
    for number in range(-(-count // OF_ONE_PLACE)):
        trade = trades[number % len(trades)]
        name, texts = next(names[trade]), list[str]()
        while len(texts) < min(OF_ONE_PLACE, count - number * OF_ONE_PLACE):
            one, other = draw.choice(by_trade[trade]), draw.choice(by_trade[trade])
            text = f"{_renamed(one, name)} {_renamed(other, name).split('. ')[-1]}"
            if text not in said:
                said.add(text)
                texts.append(text)
        yield name, texts


def _renamed(record: Record, name: str) -> str:
    return re.sub(rf"\b{re.escape(record.name)}\b", lambda _: name, record.text, flags=re.IGNORECASE)


def _names(trade: str, draw: random.Random) -> Iterator[str]:
    kinds = KINDS.get(trade, KINDS["attraction"])
    all_names = [f"{head}{tail} {kind}" for head, tail, kind in product(HEADS, TAILS, kinds)]
    draw.shuffle(all_names)
    return iter(all_names)
