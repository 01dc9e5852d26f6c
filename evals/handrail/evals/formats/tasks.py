"""Tasks of tau2-bench as cases."""

import json
from typing import Any

from handrail.evals.case import Case, Expected, ExpectedCall, Step
from handrail.evals.formats.building import LONG, Options, dict_of


def tau2(where: str, record: Any, options: Options) -> Case:
    """A task of tau2 (Barres and others 2025). The reason for the call is the customer's opening, as it is written; its
    actions are the calls expected, what is to be communicated the facts. The customer goes on by a played one alone:
    the instructions stand in the purpose for whoever plays them."""
    given = dict_of(record)
    told = dict_of(given.get("user_scenario") or {}).get("instructions")
    scenario = told if isinstance(told, dict) else {"reason_for_call": told}
    wanted = dict_of(given.get("evaluation_criteria") or {})
    opening = str(scenario.get("reason_for_call") or "").strip()
    if not opening or given.get("id") is None:
        raise ValueError("it has no id, or no reason for the call")
    calls = [
        ExpectedCall(tool=str(action["name"]), arguments=dict_of(action.get("arguments") or {}))
        for action in map(dict_of, wanted.get("actions") or [])
        if action.get("requestor", "assistant") == "assistant"
    ]
    described = dict_of(given.get("description") or {}) if isinstance(given.get("description"), dict) else {}
    return Case(
        id=str(given["id"]),
        purpose=" ".join(filter(None, (described.get("purpose"), json.dumps(scenario, ensure_ascii=False)))),
        steps=(Step(say=opening[:LONG]),),
        expected=Expected(
            calls=tuple(calls), says=tuple((str(info),) for info in wanted.get("communicate_info") or [])
        ),
        labels={"domain": str(scenario["domain"])} if scenario.get("domain") else {},
    )
