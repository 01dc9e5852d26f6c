"""What exactly a write would do: worked out before consent is asked, and again before it is done."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from handrail.agent.consent import read_reply
from handrail.agent.tools.api import Context, Preview, Tool
from handrail.agent.tools.binding import Bound, Unbound, bind
from handrail.agent.tools.call import Called, admitted, guarded
from handrail.conversation.events import ActionProposed, Citation, Data
from handrail.conversation.situation import ActionState, Identity, Line, Situation

OPEN = ("proposed", "consented")
Digest = Callable[[str], str]
"""A keyed digest (`Vault.ref`): a plain one would let who holds the log guess amounts and addresses."""

Cite = Callable[[str], Citation | None]
"""The policy version in force that a preview's `rule` names."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One exact action, ready to be asked for: `arguments` are canonical, `rule` is the policy that allows it, in the
    version in force, and `fingerprint` is what consent binds to."""

    tool: Tool
    arguments: Mapping[str, Any]
    preview: Preview
    rule: Citation | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What goes on the log in one append with the consent question: `events` end with `proposed`, after the drops of
    older proposals. `summary` is the effect in plain words."""

    proposed: ActionProposed
    events: tuple[Data, ...]
    summary: str


async def prepare(
    tool: Tool, arguments: Mapping[str, Any], ctx: Context, identity: Identity, digest: Digest, cite: Cite | None = None
) -> Prepared | Called:
    """Bind the arguments and run the tool's preview; nothing is changed.

    A `Called` says why there is no such action: `invalid` arguments, `refused` by a rule, or `failed` to find out.
    """
    allowed = admitted(tool, ctx)
    if isinstance(allowed, Called):
        return allowed
    bound = bind(tool, arguments)
    if isinstance(bound, Unbound):
        return Called("invalid", code="arguments", message=str(bound))
    if tool.preview is None:
        return Called("failed", code="no_preview", message=f"{tool.name} has no preview, so nobody could consent to it")
    called = await guarded(tool, lambda: _preview(tool, allowed, bound), tool.timeout, broken="failed")
    if not called.ok:
        return called
    preview: Preview = called.value
    rule = cite(preview.rule) if cite and preview.rule else None
    printed = fingerprint(tool.name, bound.canonical, preview, identity, digest, rule)
    return Prepared(tool, bound.canonical, preview, rule, printed)


def fingerprint(
    tool: str,
    arguments: Mapping[str, Any],
    preview: Preview,
    identity: Identity,
    digest: Digest,
    rule: Citation | None = None,
) -> str:
    """The digest of tool, arguments, preview, rule and its version, and proven identity: equal only where all are.

    Numbers count by their value: 129 is 129.0, and 0.1 + 0.2 is 0.3.
    """
    whole = {
        "tool": tool,
        "arguments": arguments,
        "preview": facts_of(preview),
        "rule": [rule.policy, rule.version] if rule else None,
        "identity": [identity.customer_ref, identity.level],
    }
    canonical = json.dumps(_canonical(whole), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return digest(f"action:{canonical}")


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _canonical(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(part) for part in value]
    if not isinstance(value, float) or not math.isfinite(value):
        return value
    rounded = float(f"{value:.12g}")
    return int(rounded) if rounded.is_integer() else rounded


def facts_of(preview: Preview) -> dict[str, Any]:
    """A preview as plain JSON, whatever amounts, dates and enums its facts hold."""
    whole: dict[str, Any] = {"summary": preview.summary, "facts": _ordered(preview.facts), "rule": preview.rule}
    if preview.approval.strip():
        whole["approval"] = preview.approval.strip()
    facts: dict[str, Any] = json.loads(to_json(whole, inf_nan_mode="strings"))
    return facts


def _ordered(value: Any) -> Any:
    """Sets in one order: theirs differs from one process to the next."""
    if isinstance(value, Mapping):
        return {key: _ordered(part) for key, part in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((_ordered(part) for part in value), key=str)
    return [_ordered(part) for part in value] if isinstance(value, list | tuple) else value


async def _preview(tool: Tool, ctx: Context, bound: Bound) -> Preview:
    assert tool.preview is not None
    preview = await tool.preview(ctx, **bound.values)
    if not isinstance(preview, Preview) or not preview.summary.strip():
        raise TypeError(f"the preview of {tool.name} must be a Preview with a summary")
    return preview


def open_action(situation: Situation) -> ActionState | None:
    """The action that was asked for and is neither claimed nor dropped, if one stands."""
    return next((a for a in reversed(situation.actions) if a.stage in OPEN), None)


def replies(situation: Situation) -> tuple[Line, ...]:
    """What the customer said to the open action and no turn has answered yet: `read_reply` reads it as a whole.

    Nothing, where the bot has asked something else since: that is what a "yes" answers then.
    """
    action = open_action(situation)
    if action is None:
        return ()
    # A consent whose turn died before the claim is read again with what came after it: "yes", then "no, wait".
    fresh = action.stage == "consented" and situation.answered < action.said
    since = max(situation.answered, action.seq if action.stage == "proposed" else 0)
    lines = tuple(line for line in situation.lines if line.speaker == "customer" and line.seq > since)
    return lines if fresh or answers(lines, action, situation) else ()


def answers(lines: Sequence[Line], action: ActionState, situation: Situation) -> bool:
    """Whether these lines speak of the action: it was asked for last, or they can't mean anything else."""
    if not lines:
        return False
    told = [line.text for line in situation.lines if line.seq < lines[-1].seq and line.speaker in ("bot", "person")]
    last = told[-1] if told else ""
    if action.question and _plain(action.question) in _plain(last):
        return True
    reading = read_reply("\n".join(line.text for line in lines), action.question)
    plainly = reading.firm if reading.kind == "yes" else reading.kind in ("no", "wait", "change")
    return plainly and "?" not in last


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")
