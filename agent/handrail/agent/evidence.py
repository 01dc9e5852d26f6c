"""What a line of this turn may rest on."""

import json
from collections.abc import Mapping
from typing import Any

from handrail.agent.models.protocol import Result
from handrail.agent.tools.api import Tool
from handrail.agent.turn import Turn
from handrail.guardrails.verdict import Evidence


def evidence_of(turn: Turn, tools: Mapping[str, Tool]) -> Evidence:
    """Passages found, tool results of this conversation, proposals put to the customer, and what was said before.

    A tool's own template counts with its result: it is the business's wording of it.
    """
    situation = turn["situation"]
    found = turn.get("found")
    results: dict[str, str] = {f"seq:{r.seq}": _text([r.result, r.message]) for r in situation.results}
    results.update({f"seq:{a.seq}": _text([a.preview, a.result, a.message]) for a in situation.actions})
    for number, result in enumerate(turn["results"]):
        results[f"seq:{result.seq}" if result.seq else f"result:{number}"] = _text(
            [dict(result.call.arguments), result.value, result.refusal, result.alternatives, _template(result, tools)]
        )
    for event in turn["along"]:
        results[f"along:{event.kind}"] = _text(event.model_dump(mode="json"))
    return Evidence(
        passages={hit.passage.id: hit.passage.told for hit in found.hits} if found else {},
        results=results,
        said=(turn["message"], *(line.text for line in situation.lines)),
    )


def _template(result: Result, tools: Mapping[str, Tool]) -> str:
    tool = tools.get(result.call.tool)
    return tool.template if tool else ""


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
