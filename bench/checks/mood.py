"""The mood of one message: `airline`."""

from bench.checks.sets import Bench, Told, auroc
from handrail.guardrails.verdict import Verdict


def finding(verdict: Verdict, check: str, name: str) -> float:
    return max((f.score for f in verdict.of(check) if f.name == name), default=0.0)


async def airline(bench: Bench) -> Told:
    rows = bench.rows("airline_sentiment/tweets.jsonl")
    await bench.embedder.fill(r["text"] for r in rows)
    verdicts = [await bench.rails.inbound(r["text"]) for r in rows]
    upset = [r["label"] == "negative" for r in rows]
    sure = [i for i, r in enumerate(rows) if r["conf"] >= 0.999]
    gloom = [1 - finding(v, "sentiment", "score") for v in verdicts]
    anger = [finding(v, "sentiment", "frustration") for v in verdicts]
    return [
        (f"negative or not, AUROC ({len(rows)})", f"{auroc(upset, gloom):.3f}"),
        (f"… where taggers agree ({len(sure)})", f"{auroc([upset[i] for i in sure], [gloom[i] for i in sure]):.3f}"),
        ("… by frustration alone", f"{auroc(upset, anger):.3f}"),
    ]
