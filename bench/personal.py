"""How much of personal data is hidden, and what is hidden that is none: `python -m bench.personal`.

On texts below `HANDRAIL_DATA` (default ../shared/data): names tagged in NLU++, and the plain questions of BANKING77 and
CLINC150, which hold hardly any personal data, so that most of what is found there is a false alarm. Nothing is fitted.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from handrail.guardrails.contact import contacts
from handrail.guardrails.mask import hits
from handrail.guardrails.person import people

OWN = re.compile(r"name|call me|this is|i'm|i am|it's", re.IGNORECASE)
"""Words by which people tell a name of their own; a payee in a sentence is told by none."""
PLAIN = {"BANKING77": "banking77/train.jsonl", "CLINC150": "clinc150/val.jsonl"}
TAGGED = {"hotels": "nluplusplus/hotels.jsonl", "banking": "nluplusplus/banking.jsonl"}


def main() -> None:
    """Print one line a figure; says which set is missing."""
    folder = Path(os.environ.get("HANDRAIL_DATA", "../shared/data"))
    for told, name in TAGGED.items():
        if rows := _rows(folder / name):
            _names(f"NLU++ {told}", rows)
    for told, name in PLAIN.items():
        if rows := _rows(folder / name):
            _alarms(told, [row["text"] for row in rows])


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        print(f"{path} is missing")
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _names(told: str, rows: Iterable[dict[str, Any]]) -> None:
    """Tagged names that are found whole, by whether they are told as a name or only mentioned."""
    found: Counter[str] = Counter()
    there: Counter[str] = Counter()
    alarms = plain = 0
    for row in rows:
        spans = [(p.start, p.end) for p in people(row["text"])]
        tagged = row["slots"].get("person_name")
        if tagged is None:
            plain += 1
            alarms += bool(spans)
            continue
        start, end = tagged["span"]
        kind = "told" if OWN.search(row["text"][max(0, start - 20) : start]) else "mentioned"
        there[kind] += 1
        found[kind] += any(a <= start and end <= b for a, b in spans)
    for kind in there:
        print(f"{told}: names {kind} {found[kind]} of {there[kind]}")
    print(f"{told}: texts without a name in which one is found {alarms} of {plain}")


def _alarms(told: str, texts: list[str]) -> None:
    counted: Counter[str] = Counter()
    for text in texts:
        counted["names"] += bool(people(text))
        for kind in ("email", "phone", "address"):
            counted[kind] += any(c.kind == kind for c in contacts(text))
        counted["masked"] += bool(hits(text))
    shown = ", ".join(f"{kind} {number}" for kind, number in counted.items())
    print(f"{told}: texts of {len(texts)} with {shown}")


if __name__ == "__main__":
    main()
