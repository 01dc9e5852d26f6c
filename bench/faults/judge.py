"""The judge: what the rows of a conversation and the ledger say of it must agree, whatever happened.

Damage, by kind:

    twice        an effect took place twice, under one key or for one payment
    unasked      an effect to which this customer had not agreed: another tool, other arguments, another person, no yes
    lost         a message that a server has acknowledged is not on the log, or is there twice
    unanswered   a message that no turn has answered and no person has
    silent       a turn ended without a line
    not holder   a line by someone who did not hold the conversation, or drafted before it changed hands
    zombie       a line of a turn after another had begun
    repeated     a part of a reply twice, or a part left out
    gap          the seqs are not 1, 2, 3 …
    unsettled    an action whose end nobody knows is with nobody
    wrong end    the log says of an action what the ledger denies
    wrong word   the customer was told a receipt that the ledger does not have, that nothing was done where something
                 was, or never told of a receipt
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.faults.business import receipt_of
from bench.faults.customers import YES, Customer
from bench.faults.rows import Row, Story

DAMAGE = (
    "twice", "unasked", "lost", "unanswered", "silent", "not holder", "zombie", "repeated", "gap", "unsettled",
    "wrong end", "wrong word",
)  # fmt: skip
RECEIPT = re.compile(r"\bR\d{6}\b")
DENIED = "not done: not_done"
"""How the scripted model tells that an action certainly did not happen."""

TOOLS = {"refund": "refund_payment", "voucher": "send_voucher"}


@dataclass(frozen=True, slots=True)
class Effect:
    """What took place in the ledger."""

    receipt: str
    key: str
    kind: str
    customer: str
    item: str
    at: float

    @property
    def action(self) -> str:
        """The action that it was the effect of."""
        return self.key.rpartition("-")[2]


def effects_of(ledger: Path, customer: Customer) -> list[Effect]:
    """All effects in the conversation of a customer, and all for what is theirs."""
    first, second = customer.payments
    query = """SELECT receipt, key, kind, customer, item, at FROM effects
        WHERE key LIKE ? OR customer = ? OR item IN (?, ?, ?) ORDER BY receipt"""
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as base:
        rows = base.execute(query, [f"{customer.id}-%", customer.customer_id, first, second, f"V{first[1:]}"])
        return [Effect(receipt_of(row[0]), *row[1:]) for row in rows]


def settled(story: Story) -> bool:
    """Whether nothing goes on in a conversation any more, as far as its rows tell."""
    head, rows = story.head, story.rows
    if head["holder"] != "bot":
        return not any(_open_actions(story)) or not _young(story)
    ended = max((row.seq for row in rows if row.kind == "turn_ended"), default=0)
    told = all(row.seq < ended for row in story.of("action_succeeded", "action_failed", "turn_started"))
    return bool(head["heard"] <= head["answered"] and told and not _open_actions(story))


def judge(story: Story, customer: Customer, effects: Sequence[Effect]) -> list[str]:
    """Every damage, with what it is about."""
    return [
        *_effects(story, customer, effects),
        *_messages(story, customer),
        *_holders(story),
        *_replies(story),
        *_ends(story, effects),
        *_words(story, effects),
    ]


def _effects(story: Story, customer: Customer, effects: Sequence[Effect]) -> Iterator[str]:
    for key, count in Counter(effect.key for effect in effects).items():
        if count > 1:
            yield f"twice: {key} had its effect {count} times"
    for item, count in Counter(effect.item for effect in effects).items():
        if count > 1:
            yield f"twice: {item} was paid {count} times"
    said = {row.seq: row for row in story.of("customer_said")}
    for effect in effects:
        named = [row for row in story.rows if row.data.get("action_id") == effect.action]
        proposed = next((row for row in named if row.kind == "action_proposed"), None)
        consented = next((row for row in named if row.kind == "action_consented"), None)
        claimed = next((row for row in named if row.kind == "action_claimed"), None)
        if proposed is None or consented is None or claimed is None:
            yield f"unasked: {effect.receipt} has no proposal, no consent or no claim"
            continue
        yes = said.get(consented.data["said"])
        agreed = (
            effect.customer == customer.customer_id
            and proposed.data["tool"] == TOOLS[effect.kind]
            and list(proposed.data["arguments"].values()) == [effect.item]
            and proposed.data["fingerprint"] == consented.data["fingerprint"]
            and proposed.seq < consented.seq < claimed.seq
            and yes is not None
            and proposed.seq < yes.seq
            and yes.data["text"] in YES
        )
        if not agreed:
            yield f"unasked: {effect.receipt} is not what was agreed to"


def _messages(story: Story, customer: Customer) -> Iterator[str]:
    rows = story.of("customer_said")
    for sent in customer.sent:
        found = [row for row in rows if row.key == f"customer message:{sent.key}"]
        if len(found) > 1 or (sent.acknowledged and not found):
            yield f"lost: {sent.key} is {len(found)} times on the log"
        if found and found[0].data["text"] != sent.text:
            yield f"lost: {sent.key} reads otherwise on the log"
    if len(rows) > len(customer.sent):
        yield f"lost: {len(rows)} lines on the log, {len(customer.sent)} were sent"
    if story.head["holder"] == "bot":
        for row in rows:
            if row.seq > story.head["answered"]:
                yield f"unanswered: line {row.seq}"
    for row in story.of("turn_ended"):
        if row.actor == "bot" and not row.data.get("reply_id"):
            yield f"silent: the turn that ended at {row.seq} said nothing"


def _holders(story: Story) -> Iterator[str]:
    holder, changed, started, running = "bot", 0, dict[str, int](), ""
    for row in story.rows:
        if row.kind == "turn_started":
            running = row.data["turn_id"]
            started[running] = row.seq
        if row.kind == "bot_said":
            turn = row.data["turn_id"]
            if holder not in ("bot", "queue"):
                yield f"not holder: the bot's line {row.seq} while {holder} held it"
            elif started.get(turn, 0) < changed:
                yield f"not holder: line {row.seq} was drafted before it changed hands at {changed}"
            elif turn != running:
                yield f"zombie: line {row.seq} is of an older turn"
        if row.kind == "person_said" and row.actor != holder and not _claims(story, row):
            yield f"not holder: {row.actor} wrote line {row.seq} while {holder} held it"
        if row.holder is not None and row.holder != holder:
            holder, changed = row.holder, row.seq
    if [row.seq for row in story.rows] != list(range(1, len(story.rows) + 1)):
        yield "gap: the seqs have holes"
    if holder != story.head["holder"]:
        yield f"not holder: {story.head['holder']} has it, but the events say {holder}"


def _claims(story: Story, said: Row) -> bool:
    """Whether a person's line came in one append with their claim."""
    return any(row.at == said.at and row.holder == said.actor for row in story.rows)


def _replies(story: Story) -> Iterator[str]:
    parts: dict[str, list[int]] = {}
    for row in story.of("bot_said"):
        parts.setdefault(row.data["reply_id"], []).append(row.data["part"])
    for reply, numbers in parts.items():
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"repeated: reply {reply} has parts {numbers}"


def _ends(story: Story, effects: Sequence[Effect]) -> Iterator[str]:
    happened = {effect.action for effect in effects}
    ends = {row.data["action_id"]: row.kind for row in story.of("action_succeeded", "action_failed")}
    for action, kind in ends.items():
        if (kind == "action_succeeded") != (action in happened):
            yield f"wrong end: {action} {kind.removeprefix('action_')}, and the ledger says otherwise"
    for action in _open_actions(story):
        if story.head["holder"] == "bot":
            yield f"unsettled: {action} is with nobody"


def _words(story: Story, effects: Sequence[Effect]) -> Iterator[str]:
    receipts = {effect.receipt for effect in effects}
    told = " ".join(row.data["text"] for row in story.of("bot_said"))
    for receipt in set(RECEIPT.findall(told)) - receipts:
        yield f"wrong word: {receipt} was told, and is none of theirs"
    denied = {row.data["reply_id"] for row in story.of("bot_said") if DENIED in row.data["text"]}
    failed = [row for row in story.of("action_failed") if row.data["code"] == "not_done"]
    if len(denied) > len(failed):
        yield f"wrong word: told {len(denied)} times that nothing was done, which holds for {len(failed)}"
    handed = any(row.holder not in (None, "bot") for row in story.rows)
    for effect in effects:
        if effect.receipt not in told and not handed:
            yield f"wrong word: {effect.receipt} was never told"


def _open_actions(story: Story) -> list[str]:
    ended = {row.data["action_id"] for row in story.of("action_succeeded", "action_failed")}
    return [row.data["action_id"] for row in story.of("action_claimed") if row.data["action_id"] not in ended]


def _young(story: Story) -> bool:
    """Whether a look-up may still settle an open action soon: it is tried for 28 s (3, 5 and 20), then by pauses."""
    claims = [row.at for row in story.of("action_claimed") if row.data["action_id"] in _open_actions(story)]
    return any((datetime.now(UTC) - at).total_seconds() < 45 for at in claims)
