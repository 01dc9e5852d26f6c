"""Logs made by hand, for scorers that are pure functions of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from handrail.conversation.events import (
    ActionConsented,
    ActionProposed,
    ActionSucceeded,
    BotSaid,
    Citation,
    CustomerSaid,
    Data,
    Event,
    HandoffRequested,
    Opened,
    ToolRan,
    TurnEnded,
)
from handrail.evals.case import Case, Expected, Step

START = datetime(2026, 6, 15, 10, tzinfo=UTC)


def log(*data: Data) -> list[Event]:
    """These events, one after the other."""
    return [
        Event("c1", seq, START + timedelta(seconds=seq), "bot", one) for seq, one in enumerate((Opened(), *data), 1)
    ]


def case(id_: str = "a-case", **expected: Any) -> Case:
    """A case with one step, and what is expected of it."""
    return Case(
        id=id_, purpose="to test a scorer", steps=(Step(say="hello"),), expected=Expected.model_validate(expected)
    )


def heard(text: str = "hello") -> CustomerSaid:
    return CustomerSaid(text=text)


def said(text: str, *cites: str, reply: str = "r1", part: int = 1) -> BotSaid:
    """A part of a reply; `cites` as `policy@version`."""
    citations = tuple(Citation(policy=p, version=v, title=p) for p, _, v in (c.partition("@") for c in cites))
    return BotSaid(turn_id="t1", reply_id=reply, part=part, text=text, citations=citations, engine="offline")


def ended(outcome: str = "answered", **more: Any) -> TurnEnded:
    fields = {"turn_id": "t1", "reply_id": "r1", "upto": 2, "outcome": outcome, "engine": "offline", **more}
    return TurnEnded.model_validate(fields)


def handed(reason: str = "legal", **more: Any) -> HandoffRequested:
    return HandoffRequested.model_validate({"handoff_id": "h1", "reason": reason, **more})


def ran(tool: str, *, ok: bool = True, **arguments: Any) -> ToolRan:
    return ToolRan(turn_id="t1", call_id="k1", tool=tool, arguments=arguments, ok=ok)


def done(tool: str, action: str = "a1", *, agreed: str | None = "print", **arguments: Any) -> list[Data]:
    """An action with its proposal, the consent (to the fingerprint `agreed`; None for none) and its success."""
    proposed = ActionProposed(
        turn_id="t1", action_id=action, tool=tool, arguments=arguments, fingerprint="print", expires_at=START
    )
    consent = [] if agreed is None else [ActionConsented(action_id=action, fingerprint=agreed, said=2)]
    return [proposed, *consent, ActionSucceeded(action_id=action)]
