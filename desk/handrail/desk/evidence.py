"""What a packet's lines may rest on: the texts behind the refs `seq:<n>` and `passage:<id>`."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from handrail.conversation.events import Consulted, Event

from .claims import Claims, read, words

UNSAID = frozenset({
    "turn_id", "reply_id", "call_id", "handoff_id", "challenge_id", "digest", "fingerprint", "idempotency_key", "score",
    "relevance", "milliseconds", "model_milliseconds", "tokens_in", "tokens_out", "cost", "model_calls", "part", "upto",
    "span", "engine", "subject", "customer_ref", "needs_person", "said", "packet", "dropped",
})  # fmt: skip
"""Fields of events that are bookkeeping: a number in them bears nothing."""

PARTS = frozenset({"findings", "passages", "confidence"})
"""Fields whose parts have such fields too. What tools were given and gave back counts in full, whatever its keys."""

CENTS = ("cents", "minor", "pence", "minor_units")


@dataclass(slots=True)
class Evidence:
    """One piece of evidence: its text, what it asserts, and who said it: `customer`, `bot`, `person`, `system`,
    `policy`."""

    ref: str
    kind: str
    speaker: str
    text: str
    claims: Claims = field(default_factory=Claims)


def evidence(
    events: Iterable[Event],
    passages: Mapping[str, str] | None = None,
    zones: Iterable[ZoneInfo] = (),
    only: Container[str] | None = None,
) -> dict[str, Evidence]:
    """All evidence of a conversation by ref, or `only` that behind certain refs. `passages` are the texts of policy
    passages by id, where they are known.

    A passage that was consulted bears its title, heading and version even where its text is not given.
    """
    zones = tuple(zones)
    found: dict[str, Evidence] = {}
    titles: dict[str, str] = {}
    for event in events:
        ref = f"seq:{event.seq}"
        if only is None or ref in only:
            found[ref] = _of_event(ref, event, zones)
        if isinstance(event.data, Consulted):
            for p in event.data.passages:
                titles[p.passage] = f"{p.title}. {p.heading}. Version {p.version}. {p.policy}"
    for id_ in {*titles, *(passages or {})}:
        text = f"{titles.get(id_, '')}\n{(passages or {}).get(id_, '')}".strip()
        ref = f"passage:{id_}"
        if only is not None and ref not in only:
            continue
        found[ref] = Evidence(ref, "passage", "policy", text, read(text, zones, quotes=False))
    return found


def _of_event(ref: str, event: Event, zones: tuple[ZoneInfo, ...]) -> Evidence:
    # When a record was read is no date of the record.
    texts = [] if event.kind == "tool_ran" else [event.at.isoformat()]
    texts.append(event.kind.replace("_", " "))
    numbers: set[Decimal] = set()
    for path, leaf in leaves(event.data.model_dump(mode="json")):
        if path[0] in UNSAID or (path[0] in PARTS and path[-1] in UNSAID):
            continue
        texts.extend(" ".join(words(key.replace("_", " "))) for key in path[-2:])
        if isinstance(leaf, str):
            texts.append(leaf)
        elif leaf is not None and not isinstance(leaf, bool):
            numbers.add(Decimal(str(leaf)))
            if path and path[-1].casefold().endswith(CENTS):
                numbers.add(Decimal(str(leaf)) / 100)
    text = "\n".join(texts)
    claims = read(text, zones, quotes=False)
    claims.numbers |= numbers
    # A proof of identity is the system's word, though it was the customer who gave the code.
    said = event.kind in ("customer_said", "rated") or event.actor != "customer"
    speaker = event.actor.partition(":")[0] if said else "system"
    return Evidence(ref, event.kind, speaker, text, claims)


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The scalars of a JSON value with the keys that lead to them; items of a list have the list's path."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(inner, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner, path)
    else:
        yield path, value
