"""How long checks take: `speed` of single texts, `batch` of whole conversations."""

from collections.abc import Awaitable
from statistics import median, quantiles
from time import perf_counter, process_time

from bench.checks.outcomes import heard
from bench.checks.sets import Bench, Told
from handrail.conversation.settings import Checks
from handrail.guardrails.rails import Rails
from handrail.guardrails.scoring import Said, score_conversations
from handrail.guardrails.verdict import Evidence, Verdict
from handrail.knowledge.embed import Cached
from handrail.knowledge.minilm import MiniLM

MESSAGES = (
    "Hi, where is my order W10021? It should have been here on Friday.",
    "Can I bring my dog on the guided walk, and what should I pack?",
    "I've asked twice already and nobody could tell me why I was charged two times, this is getting annoying",
)
SENTENCES = (
    ("You can return unworn items within 30 days of delivery.", "settled"),
    ("Your order W10021 was shipped with DHL on 12 June.", "open"),
    ("Sending things back is possible for a month after they came to you.", "open"),
)
EVIDENCE = Evidence(
    passages={
        f"p{n}": f"Part {n}. You can return unworn items within 30 days of delivery. A refund takes 5 days."
        for n in range(5)
    },
    results={
        "seq:3": '{"order_id": "W10021", "carrier": "DHL", "status": "shipped", "shipped_at": "2026-06-12T09:00:00Z"}'
    },
    said=tuple(MESSAGES),
)


async def batch(bench: Bench) -> Told:
    """How fast conversations are scored when every text is new, as `handrail checks score` does it."""
    rows = [r for r in bench.rows("star/outcomes.jsonl.gz") if r["turns"]][:300]
    rails = Rails(Checks(), Cached(MiniLM()))
    await rails.prepare()
    given = ((None, [Said(t["role"], t["text"]) for t in row["turns"]]) for row in rows)
    turns, wall, cpu = 0, perf_counter(), process_time()
    async for _, told in score_conversations(given, rails, Checks()):
        turns += len(heard(told))
    wall, cpu = perf_counter() - wall, process_time() - cpu
    return [
        (f"customers' turns scored in a second ({turns})", f"{turns / wall:.0f}"),
        ("… in a second of processor time", f"{turns / cpu:.0f}"),
    ]


async def speed(bench: Bench) -> Told:
    rails = Rails(Checks(), MiniLM())
    await rails.prepare()
    spent: dict[str, list[tuple[float, float]]] = {"inbound, with its embedding": []}
    for n in range(60):
        for message in MESSAGES:
            spent["inbound, with its embedding"].append(await _timed(rails.inbound(f"{message} {n}")))
        for sentence, kind in SENTENCES:
            spent.setdefault(f"outbound, {kind} sentence", []).append(await _timed(rails.outbound(sentence, EVIDENCE)))
    return [
        (
            f"{name}: p50 / p95 ms, p50 of processor time",
            f"{median(wall):.1f} / {quantiles(wall, n=20)[-1]:.1f}, {median(cpu):.1f}",
        )
        for name, wall, cpu in ((name, *zip(*pairs, strict=True)) for name, pairs in spent.items())
    ]


async def _timed(checking: Awaitable[Verdict]) -> tuple[float, float]:
    wall, cpu = perf_counter(), process_time()
    await checking
    return (perf_counter() - wall) * 1000, (process_time() - cpu) * 1000
