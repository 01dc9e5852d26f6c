"""Cutting a long result to a budget of tokens, saying what was left out."""

import json
from typing import Any

from handrail.knowledge.tokens import count

TEXT = 400
"""Characters that are kept of a long text, at first."""
ROUNDS = 12
LEFT_OUT = "left_out"


def cut(value: Any, tokens: int) -> Any:
    """`value` within about `tokens` tokens. Lists lose their end and texts their middle; what is left out is told under
    `left_out` (beside a list in an object `<name>_left_out`; a list alone stands under `items`)."""
    if _size(value) <= tokens:
        return value
    text, items = TEXT, 40
    for _ in range(ROUNDS):
        shorter = _shortened(value, text, items)
        if _size(shorter) <= tokens:
            return shorter
        text, items = max(text * 2 // 3, 24), max(items * 2 // 3, 1)
    told = json.dumps(value, ensure_ascii=False, default=str)
    keep = max(len(told) * tokens // max(_size(value), 1) - 40, 40)
    return {"beginning": told[:keep], LEFT_OUT: f"{len(told) - keep} characters"}


def _size(value: Any) -> int:
    return count(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str))


def _shortened(value: Any, text: int, items: int) -> Any:
    if isinstance(value, str) and len(value) > text:
        return f"{value[: text * 2 // 3]} […] {value[-text // 3 :]}"
    if isinstance(value, list):
        kept = [_shortened(each, text, items) for each in value[:items]]
        return kept if len(value) <= items else {"items": kept, LEFT_OUT: f"{len(value) - items} more"}
    if isinstance(value, dict):
        shorter: dict[str, Any] = {}
        for name, part in value.items():
            kept = _shortened(part, text, items)
            if isinstance(part, list) and isinstance(kept, dict):
                shorter[name], shorter[f"{name}_{LEFT_OUT}"] = kept["items"], kept[LEFT_OUT]
            else:
                shorter[name] = kept
        return shorter
    return value
