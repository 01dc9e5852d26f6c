"""A short campaign: two servers, forty customers, one server killed and one whose database connections are cut."""

from pathlib import Path

import pytest
from bench.faults.campaign import Plan, Results, campaign

pytestmark = pytest.mark.timeout(300)


async def test_nothing_is_done_twice_lost_or_said_wrongly(tmp_path: Path) -> None:
    results, told = Results(tmp_path / "faults.jsonl"), list[str]()
    await campaign(Plan(runs=24, seed=20, strikes=("kill", "cut")), results, told.append)
    assert results.struck >= 24
    assert sum(run.actions["action_claimed"] for run in results.runs) >= 10, "hardly anything was done"
    assert [run for run in results.runs if run.damage] == [], "\n".join(told)
    again = Results(tmp_path / "faults.jsonl")
    again.resume()
    assert again.runs == results.runs
