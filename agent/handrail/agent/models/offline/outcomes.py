"""What became of a tool's call, told to the customer."""

from dataclasses import dataclass

from handrail.agent.models.offline.dialogue import Dialogue
from handrail.agent.models.offline.phrasing import say
from handrail.agent.models.offline.rendering import render
from handrail.agent.models.protocol import Result
from handrail.agent.tools.api import Tool

BROKEN = "arguments"
"""The code of a call whose arguments did not fit; its message is for the log."""
BROKE = frozenset({"timeout", "error"})
"""Codes of calls that broke, whatever was told of it."""
UNDONE = frozenset({"no_connection", "unavailable", "busy", "circuit_open", "not_allowed", "rejected"})
"""Codes of calls that never reached a system or were turned away. A rule that says no may have one of them too: it
tells why."""


@dataclass(frozen=True, slots=True)
class Told:
    """The text; whether it asks something; the reason for a person where nothing else helps."""

    text: str
    asks: bool = False
    reason: str = ""


def outcome(tool: Tool | None, result: Result, dialogue: Dialogue) -> Told:
    """Put a result into words."""
    if result.ok:
        return Told(_done(tool, result, dialogue) if _wrote(tool, result) else _read(tool, result, dialogue))
    if result.code in BROKE or (result.code in UNDONE and not result.refusal):
        return Told(f"{say('broke')} {say('needs_person')}", reason="action_failed")
    if result.code == "no_such_tool":
        return Told(say("needs_person"), reason="not_covered")
    return _refused(result, dialogue)


def _read(tool: Tool | None, result: Result, dialogue: Dialogue) -> str:
    text = render(tool, result.value, dialogue.brief.timezone)
    if not text:
        return say("found_nothing")
    return f"{say('found_list')}\n{text}" if text.startswith("- ") else text


def _done(tool: Tool | None, result: Result, dialogue: Dialogue) -> str:
    text = render(tool, result.value, dialogue.brief.timezone)
    if text and tool is not None and tool.template:
        return text
    action = dialogue.action_of(result.call.tool)
    summary = str(action.preview.get("summary", "")).rstrip(".") if action else ""
    if summary:
        return say("done_summary", summary=summary[:1].lower() + summary[1:])
    if text and not text.startswith("- "):
        return f"{say('done')} {text}"
    return say("done") + (f"\n{text}" if text else "")


def _refused(result: Result, dialogue: Dialogue) -> Told:
    text = (result.refusal or say("refused")).strip()
    asks = text.endswith("?")
    hits = dialogue.brief.found.hits
    rule = next(
        (number for number, hit in enumerate(hits, 1) if result.rule and hit.passage.policy.id == result.rule), 0
    )
    if rule and not asks:
        text = f"{text if text[-1:] in '.!?' else text + '.'} [{rule}]"
    if result.alternatives:
        lead = "" if asks else f" {say('options')}"
        text = "\n".join([text + lead, *(f"- {alternative}" for alternative in result.alternatives)])
    return Told(text, asks=asks)


def _wrote(tool: Tool | None, result: Result) -> bool:
    return result.wrote or (tool is not None and tool.effect == "write")
