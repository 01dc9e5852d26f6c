"""The answers that people judged."""

import gzip
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

SET = "faq_judged/answers.jsonl.gz"
RIGHT_AT = 4
WRONG_AT = 2
"""Ratings (1 to 5) up to this call an answer wrong."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """The set: its file's hash, its answers, what people said of them, and the groups that folds are cut by."""

    sha256: str
    rows: list[Row]
    supported: np.ndarray
    agree: np.ndarray
    groups: dict[str, np.ndarray]


def read() -> Judged:
    """The set as it is below `HANDRAIL_DATA`."""
    content = (Path(os.environ.get("HANDRAIL_DATA", Path(__file__).parents[3] / "shared" / "data")) / SET).read_bytes()
    rows = [json.loads(line) for line in gzip.decompress(content).decode().split("\n") if line]
    trades = sorted({r["gold"]["domain"] for r in rows})
    entries = sorted({json.dumps(r["gold"]) for r in rows})
    return Judged(
        hashlib.sha256(content).hexdigest(),
        rows,
        np.array([median(r["accuracy"]) > WRONG_AT for r in rows]),
        np.array([max(r["accuracy"]) <= WRONG_AT or min(r["accuracy"]) >= RIGHT_AT for r in rows]),
        {
            "turn": np.array([r["turn"] for r in rows]),
            "entry": np.array([entries.index(json.dumps(r["gold"])) for r in rows]),
            "trade": np.array([trades.index(r["gold"]["domain"]) for r in rows]),
        },
    )
