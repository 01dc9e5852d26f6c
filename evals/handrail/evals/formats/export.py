"""Writing conversations for others: our JSON lines, OpenAI's chat JSON lines, and a table of scores."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from handrail.conversation.events import BotSaid, CustomerSaid, PersonSaid
from handrail.evals.case import CASE, inputs
from handrail.evals.trace import Played
from handrail.evals.verdicts import MEASURES, SHARES, is_right

Line = dict[str, str]


def lines(played: Played) -> list[Line]:
    """What was said, by role; the parts of one reply are one line."""
    said: list[Line] = []
    reply = ""
    for event in played.log:
        data = event.data
        if isinstance(data, BotSaid) and data.reply_id == reply and said:
            said[-1]["text"] += data.text
            continue
        reply = data.reply_id if isinstance(data, BotSaid) else ""
        if isinstance(data, CustomerSaid):
            said.append({"role": "customer", "text": data.text})
        elif isinstance(data, BotSaid | PersonSaid):
            said.append({"role": "agent", "text": data.text})
    return said


def _transcripts(played: Sequence[Played]) -> str:
    rows = (
        {
            "id": _id(one),
            "purpose": one.case.purpose,
            "turns": lines(one),
            "tags": [tag.model_dump(mode="json", exclude_none=True) for tag in one.case.tags],
            "labels": one.case.labels,
        }
        for one in played
    )
    return _json_lines(rows)


def _openai(played: Sequence[Played]) -> str:
    roles = {"customer": "user", "agent": "assistant"}
    rows: Iterator[dict[str, Any]] = (
        {
            "messages": [{"role": roles[line["role"]], "content": line["text"]} for line in lines(one)],
            "metadata": one.case.labels | {"id": _id(one), "right": str(is_right(one)).lower()},
        }
        for one in played
    )
    return _json_lines(rows)


def _scores(played: Sequence[Played]) -> str:
    out = io.StringIO()
    names = (*SHARES, *MEASURES)
    writer = csv.writer(out)
    writer.writerow(["id", "epoch", "purpose", "right", *names])
    for one in played:
        values = (one.score(name).value for name in names)
        told = ["" if value is None else f"{value:g}" for value in values]
        writer.writerow([_harmless(one.case.id), one.epoch + 1, _harmless(one.case.purpose), int(is_right(one)), *told])
    return out.getvalue()


def _harmless(text: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def _id(played: Played) -> str:
    return f"{played.case.id}-{played.epoch + 1}" if played.epoch else played.case.id


def _json_lines(rows: Iterator[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _samples(played: Sequence[Played]) -> str:
    """The cases as samples of Inspect; what came of them stays in the run."""
    cases = {one.case.id: one.case for one in played}.values()
    rows: Iterator[dict[str, Any]] = (
        {
            "id": case.id,
            "input": [{"role": "user", "content": text} for text in inputs(case)],
            "target": json.dumps(case.expected.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False),
            "metadata": {CASE: case.model_dump(mode="json", exclude_defaults=True), "purpose": case.purpose},
        }
        for case in cases
    )
    return _json_lines(rows)


EXPORTS: dict[str, Callable[[Sequence[Played]], str]] = {
    "handrail": _transcripts, "openai": _openai, "inspect": _samples, "csv": _scores,
}  # fmt: skip


def exported(played: Sequence[Played], kind: str) -> str:
    """The conversations of a run in a format of `EXPORTS`."""
    return EXPORTS[kind](played)
