"""Somebody else's validator among our checks: its failure becomes a finding, its time is told like any other's."""

import logging
import re
from typing import Any

from guardrails.validators import FailResult

from handrail.conversation.events import Action, Finding
from handrail.guardrails.check import Check
from handrail.guardrails.context import Context

log = logging.getLogger(__name__)

BROKEN = "broken"
"""The name of the finding where a validator itself failed."""
ASKS: dict[str, Action] = {"inbound": "offer", "outbound": "redraft", "passage": "refuse", "result": "refuse"}
"""What a failure asks for, by what was checked."""


class Foreign(Check):
    """The base of adopted validators; `adopt` makes one subclass for each."""

    check = "hub"
    validator: Any = None

    async def look(self, text: str, context: Context) -> list[Finding]:
        try:
            result = await self.validator.async_validate(text, {})
        except Exception:
            # It may raise whatever its author thought of, and what it would have said is not known.
            log.exception("the validator %s failed", self.check)
            return [self.finding(BROKEN, 1.0, ASKS[context.direction], reason="a validator of the hub failed")]
        if not isinstance(result, FailResult):
            return []
        spans = result.error_spans or []
        span = (max(spans[0].start, 0), min(spans[0].end, len(text))) if spans else None
        reason = "a validator of the hub objects"
        return [self.finding("failed", 0.9, ASKS[context.direction], span=span, reason=reason)]


def adopt(validator: Any) -> Check:
    """Make a check of `validator`, called `hub/<its alias>`."""
    alias = re.sub(r"[^a-z0-9]+", "_", str(validator.rail_alias or type(validator).__name__).lower()).strip("_")
    kind = type(f"Foreign_{alias}", (Foreign,), {"check": f"hub/{alias}", "validator": validator})
    adopted: Check = kind()
    return adopted
