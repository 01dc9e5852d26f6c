"""Tasks of others as cases: those of tau2-bench, and samples of Inspect."""

import json
from collections.abc import Iterator
from typing import Any

from handrail.evals.case import CASE, Case, Expected, ExpectedCall, Scenario, Step
from handrail.evals.formats.building import Options, dict_of, list_of

GOAL = 4_000
TURNS = 16
KNOWN = {"known_info": "what you know", "unknown_info": "what you don't know", "task_instructions": "how you go on"}


def tau2(where: str, record: Any, options: Options) -> Case:
    """A task of tau2 (Barres and others 2025). Its customer is played: the reason for the call is the goal, what they
    know and don't know and how they should go on are the facts. Its actions are the calls expected, what is to be
    communicated is to be told."""
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
        customer=Scenario(goal=opening[:GOAL], facts=dict(_facts(scenario)), turns=TURNS),
        expected=Expected(
            calls=tuple(calls), says=tuple((str(info),) for info in wanted.get("communicate_info") or [])
        ),
        labels={"domain": str(scenario["domain"])} if scenario.get("domain") else {},
    )


def _facts(scenario: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, told in KNOWN.items():
        if scenario.get(name):
            yield told, str(scenario[name])


def inspect(where: str, record: Any, options: Options) -> Case:
    """A sample of Inspect (`inspect_ai`): the case that it carries, else what its user says as steps."""
    given = dict_of(record)
    about = given.get("metadata")
    if isinstance(about, dict) and CASE in about:
        return Case.model_validate(about[CASE])
    told = given.get("input")
    said = [told] if isinstance(told, str) else list(_said(list_of(given, "input")))
    return Case(
        id=str(given.get("id") or where),
        purpose="a sample",
        steps=tuple(Step(say=text) for text in said if text.strip()),
    )


def _said(messages: list[Any]) -> Iterator[str]:
    for message in map(dict_of, messages):
        content = message.get("content")
        if message.get("role") == "user":
            parts = content if isinstance(content, list) else [{"text": content}]
            yield "\n".join(str(part.get("text") or "") for part in parts if isinstance(part, dict))
