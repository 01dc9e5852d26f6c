"""Everyday talk, where next to nobody needs a person, and who asks for one: `people`, `everyday`, `care`."""

import random
from statistics import fmean

from bench.checks.sets import Bench, Told
from handrail.conversation.events import Finding


async def people(bench: Bench) -> Told:
    rows = bench.rows("nluplusplus/banking.jsonl") + bench.rows("nluplusplus/hotels.jsonl")
    await bench.embedder.fill(r["text"] for r in rows)
    heard = [
        any(f.action != "note" for f in (await bench.rails.inbound(r["text"])).of("asks_for_person")) for r in rows
    ]
    asked = ["handoff" in r["intents"] for r in rows]
    caught = fmean(h for h, a in zip(heard, asked, strict=True) if a)
    return [
        (f"asks for a person: found ({sum(asked)})", f"{caught:.3f}"),
        (
            f"… false alarms ({len(rows) - sum(asked)})",
            str(sum(h and not a for h, a in zip(heard, asked, strict=True))),
        ),
    ]


async def everyday(bench: Bench) -> Told:
    rows = random.Random(7).sample(bench.rows("clinc150/val.jsonl"), 1500 if not bench.sample else bench.sample // 2)
    rows += random.Random(7).sample(
        bench.rows("banking77/train.jsonl"), 1500 if not bench.sample else bench.sample // 2
    )
    await bench.embedder.fill(r["text"] for r in rows)
    alarms: dict[str, int] = {}
    for row in rows:
        found: tuple[Finding, ...] = (await bench.rails.inbound(row["text"])).findings
        for name in {f"{f.check}: {f.action}" for f in found if f.action in ("offer", "handover", "refuse")}:
            alarms[name] = alarms.get(name, 0) + 1
    return [(f"everyday requests, {name} (of {len(rows)})", str(count)) for name, count in sorted(alarms.items())]


async def care(bench: Bench) -> Told:
    """Everyday talk of others, where next to nobody is in need: how often somebody would be called for it."""
    sets = {
        "bookings (USS)": [
            t["text"] for r in bench.rows("uss/dialogues.jsonl.gz") for t in r["turns"] if t["role"] == "customer"
        ],
        "requests (CLINC150)": [r["text"] for r in bench.rows("clinc150/val.jsonl") if "fraud" not in r["intent"]],
        "hotels (NLU++)": [r["text"] for r in bench.rows("nluplusplus/hotels.jsonl")],
        "harmless (notinject_one)": [
            r["text"] for r in bench.rows("injection/prompts.jsonl") if r["src"] == "notinject_one"
        ],
    }
    told = []
    for name, texts in sets.items():
        lines = sorted(set(texts))
        await bench.embedder.fill(lines)
        alarms = [f for t in lines for f in (await bench.rails.inbound(t)).of("sensitive") if f.action != "note"]
        handed = sum(f.action == "handover" for f in alarms)
        told.append(
            (f"{name}: handed over for need, offered a person (of {len(lines)})", f"{handed}, {len(alarms) - handed}")
        )
    return told
