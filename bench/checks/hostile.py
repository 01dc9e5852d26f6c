"""Attempts to give the agent instructions: `injection`."""

import numpy as np

from bench.checks.sets import Bench, Told, auroc
from handrail.guardrails.injection import CERTAIN, marks, score

ALARMS = 5


async def injection(bench: Bench) -> Told:
    rows = bench.rows("injection/prompts.jsonl")
    await bench.rails.prepare()
    await bench.embedder.fill(r["text"] for r in rows)
    readings = [bench.rails.reading(v) for v in await bench.embedder.embed([r["text"] for r in rows])]
    scores = np.array(
        [score(marks(r["text"]), reading.like("injection")) for r, reading in zip(rows, readings, strict=True)]
    )
    source = np.array([r["src"] for r in rows])
    harmless = np.array([r["label"] == 0 for r in rows])
    limit = np.sort(scores[harmless])[::-1][ALARMS] if harmless.sum() > ALARMS else 1.0
    told = [("AUROC over all sources", f"{auroc(list(~harmless), list(scores)):.3f}")]
    for name in sorted(set(source)):
        at, strict = (scores[source == name] >= CERTAIN).mean(), (scores[source == name] > limit).mean()
        told.append((f"{name}: found at {CERTAIN} ({(source == name).sum()})", f"{at:.3f}"))
        told.append((f"{name}: found with {ALARMS} false alarms or fewer", f"{strict:.3f}"))
    return told
