"""Whole conversations against what people said of them: `uss`, `star`."""

from collections.abc import Sequence
from statistics import fmean

from bench.checks.sets import Bench, Row, Told, auroc
from handrail.conversation.settings import Checks
from handrail.guardrails.scoring import Said, Scored, ScoredTurn, score_conversations


async def dialogues(bench: Bench, rows: Sequence[Row]) -> list[Scored]:
    """Every dialogue as `handrail checks score` scores it."""
    given = ((None, [Said(t["role"], t["text"]) for t in row["turns"]]) for row in rows)
    return [told async for _, told in score_conversations(given, bench.rails, Checks())]


def heard(told: Scored) -> list[ScoredTurn]:
    return [turn for turn in told.turns if turn.role == "customer"]


async def uss(bench: Bench) -> Told:
    rows = bench.rows("uss/dialogues.jsonl.gz")
    rated = [[fmean(t["sat"]) < 2.7 for t in r["turns"] if t["role"] == "customer"] for r in rows]
    scored = await dialogues(bench, rows)
    turns = [heard(told) for told in scored]
    wanted, told = [w for r in rated for w in r], [t for r in turns for t in r]
    whole = [fmean(r["overall"]) < 2.7 for r in rows]
    return [
        (
            f"turn dissatisfaction, AUROC of needs_person ({len(wanted)})",
            f"{auroc(wanted, [t.sure.needs_person for t in told]):.3f}",
        ),
        ("… of sentiment alone", f"{auroc(wanted, [-t.sentiment for t in told]):.3f}"),
        (
            f"dissatisfied with the whole dialogue ({len(whole)})",
            f"{auroc(whole, [d.needs_person for d in scored]):.3f}",
        ),
    ]


async def star(bench: Bench) -> Told:
    rows = [r for r in bench.rows("star/outcomes.jsonl.gz") if r["turns"]]
    told = await dialogues(bench, rows)
    asked = [i for i, r in enumerate(rows) if r["user_annoyed"] is not None]
    annoyed = [bool(rows[i]["user_annoyed"]) for i in asked]
    moods = [fmean([(1 - t.sentiment) / 2 + t.frustration for t in heard(d)] or [0.0]) for d in told]
    lines = [t for d in told for t in heard(d)]
    hotels = [
        i for i, r in enumerate(rows) if r["task_done"] is not None and "hotel" in (r["task_question"] or "").lower()
    ]
    handed = sum(t.action == "handover" for t in lines)
    return [
        (
            f"annoyed, AUROC of needs_person ({len(annoyed)}, {sum(annoyed)} annoyed)",
            f"{auroc(annoyed, [told[i].needs_person for i in asked]):.3f}",
        ),
        ("… of mean mood", f"{auroc(annoyed, [moods[i] for i in asked]):.3f}"),
        (
            f"hotel task not done, AUROC of needs_person ({len(hotels)})",
            f"{auroc([not rows[i]['task_done'] for i in hotels], [told[i].needs_person for i in hotels]):.3f}",
        ),
        (f"lines that hand over ({len(lines)})", f"{handed / len(lines):.2%}"),
    ]
