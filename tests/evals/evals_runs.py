"""Kept runs made by hand: what should have been and what was, by case and epoch."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from evals_logs import case, ended, handed, heard, log, said

from handrail.evals.identity import Identity
from handrail.evals.keeping import About, Kept
from handrail.evals.trace import Trace

HASHES = dict.fromkeys(("data", "settings", "policies", "tools", "code"), "0")


def kept(name: str, came: Mapping[str, tuple[bool, Sequence[bool]]], *, text: str = "I see.", **about) -> Kept:
    """A run over cases by id: whether a person should be called, and whether one was, in each epoch."""
    cases = [case(id_, escalate=should) for id_, (should, _) in came.items()]
    epochs = max(len(called) for _, called in came.values())
    fields = {"mode": "replay", "engine": "offline", "version": "1", "cases": len(cases), "epochs": epochs}
    identity = Identity.model_validate({**fields, **HASHES, **about})
    run = Kept(Path(name), About(began=datetime(2026, 6, 15, tzinfo=UTC), identity=identity), cases)
    for id_, (_, called) in came.items():
        for epoch, was in enumerate(called):
            events = log(heard("hello"), said(text), *([handed(), ended("handed_over")] if was else [ended()]))
            run.add((id_, epoch), Trace(tuple(events)))
    return run
