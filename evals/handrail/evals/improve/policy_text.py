"""Policies as files: a new one, a new version of one, or one more section."""

import json
import re
from collections.abc import Collection
from datetime import date

from handrail.knowledge.passages import Policy
from handrail.knowledge.policies import SKIPPED

WORD = re.compile(r"[a-z0-9]+")
LITTLE = frozenset(
    {
        "a",
        "an",
        "the",
        "is",
        "are",
        "was",
        "were",
        "do",
        "does",
        "did",
        "can",
        "could",
        "will",
        "would",
        "shall",
        "should",
    }
    | {
        "may",
        "might",
        "must",
        "i",
        "we",
        "you",
        "my",
        "our",
        "your",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "to",
    }
    | {"of", "in", "on", "at", "for", "from", "with", "by", "and", "or", "if", "as", "what", "how", "when", "where"}
    | {"which", "who", "why", "there", "have", "has", "had", "be", "been", "am", "not", "no", "me", "us", "please"}
    | {"tell", "know", "want", "need", "get"}
)
"""Words that an id does without."""


def slug_of(heading: str, taken: Collection[str]) -> str:
    """An id for a new policy, from what its heading is about."""
    words = [word for word in WORD.findall(heading.casefold()) if word not in LITTLE][:5]
    base = "-".join(words) or "answer"
    names = (base, *(f"{base}-{n}" for n in range(2, 10_000)))
    return next(name for name in names if name not in taken and f"{name}.md" != SKIPPED)


def new_policy(id_: str, title: str, text: str, since: date) -> str:
    """The file of a policy that there was not."""
    heading = f"## {title}\n\n{text.strip()}\n"
    return f"{_head(id_, title, '1', since)}\n{heading}"


def next_version(version: str, taken: Collection[str]) -> str:
    """The version after this one: the next number, else with one behind it."""
    first = str(int(version) + 1) if version.isdecimal() else f"{version}.1"
    return next(v for v in (first, *(f"{first}.{n}" for n in range(1, 1000))) if v not in taken)


def new_version(held: str, policy: Policy, version: str, since: date, body: str) -> str:
    """The file of the next version: the head of the one before with its version and first day, and this body."""
    head = _head_of(held)
    head = _with(head, "version", json.dumps(version))
    head = _with(head, "effective_from", since.isoformat())
    head = [line for line in head if not line.startswith("effective_until:")]
    return "\n".join(["---", *head, "---", "", body.strip(), ""])


def ended(held: str, until: date) -> str:
    """The file of a version that holds no longer from that day on."""
    head = _with(_head_of(held), "effective_until", until.isoformat())
    return "\n".join(["---", *head, "---"]) + _body_of(held)


def with_section(held: str, heading: str, text: str) -> str:
    """The file with one more section at its end."""
    return f"{held.rstrip()}\n\n## {heading}\n\n{text.strip()}\n"


def mended(body: str, passage: str, heading: str, text: str) -> tuple[str, bool]:
    """The body of a policy with `text` in the place of a passage, and whether that stood there as it is; else with one
    more section."""
    if passage and body.count(passage) == 1:
        return body.replace(passage, text.strip()), True
    return f"{body.rstrip()}\n\n## {heading}\n\n{text.strip()}", False


def _head(id_: str, title: str, version: str, since: date) -> str:
    return (
        f"---\nid: {id_}\ntitle: {json.dumps(title, ensure_ascii=False)}\nversion: {json.dumps(version)}\n"
        f"effective_from: {since.isoformat()}\n---\n"
    )


def _head_of(held: str) -> list[str]:
    lines = held.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")
    return lines[1 : lines.index("---", 1)]


def _body_of(held: str) -> str:
    lines = held.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")
    return "\n" + "\n".join(lines[lines.index("---", 1) + 1 :])


def _with(head: list[str], key: str, value: str) -> list[str]:
    line = f"{key}: {value}"
    if any(each.startswith(f"{key}:") for each in head):
        return [line if each.startswith(f"{key}:") else each for each in head]
    at = next((n for n, each in enumerate(head) if each.startswith("effective_from:")), len(head) - 1)
    return [*head[: at + 1], line, *head[at + 1 :]]
