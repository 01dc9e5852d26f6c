"""Whose a record is: asked of the system that holds it, before anything of it is shown or done."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handrail.agent.models.readable import label
from handrail.agent.sources.line import Line
from handrail.agent.sources.paths import NOWHERE, at
from handrail.agent.tools.api import Context, Refusal
from handrail.agent.tools.offer import Offer, Sending
from handrail.conversation.sources import Owner, Terms


@dataclass(frozen=True, slots=True)
class Ownership:
    """The check of one tool. `line` goes to the read that knows whose a record is, `terms` are that read's own;
    `itself` says that the read is the very tool that is checked."""

    owner: Owner
    line: Line
    terms: Terms
    itself: bool

    async def records(self, ctx: Context, arguments: Mapping[str, Any], seconds: float) -> list[Any]:
        """The records that the arguments name, all of them the customer's. Somebody else's is refused in the very words
        of one that does not exist."""
        ids = arguments.get(self.owner.argument)
        ids = ids if isinstance(ids, list) else [ids]
        if not ids:
            # No record is none of theirs: what the system would make of it is not known.
            raise self.not_yours("")
        return [await self._record(ctx, each, seconds) for each in ids]

    async def _record(self, ctx: Context, record_id: Any, seconds: float) -> Any:
        if isinstance(record_id, Mapping | list):
            # A system may take it for a condition, and find one record of theirs where the call would take many.
            raise self.not_yours("")
        try:
            asked = {**ours(self.terms, ctx, self.line.offer), self.owner.takes or self.owner.argument: record_id}
            record = await self.line.call(asked, Sending(seconds))
        except Refusal as refusal:
            raise self.not_yours(record_id) from refusal
        self.expect_owned(ctx, record, record_id)
        return record

    def expect_owned(self, ctx: Context, record: Any, record_id: Any) -> None:
        """Refuse where the record is not the customer's."""
        whose = at(record, self.owner.field)
        owners = whose if isinstance(whose, list) else [whose]
        if not ctx.customer.id or ctx.customer.id not in [str(each) for each in owners if _scalar(each)]:
            raise self.not_yours(record_id)

    def not_yours(self, record_id: Any) -> Refusal:
        """The refusal of a record that is not there, or not theirs: which of the two is not told."""
        which = f"{label(self.owner.argument)} {record_id}".strip()
        return Refusal("not_found", f"I can't find {which} in your account.")

    def facts(self, records: list[Any]) -> dict[str, Any]:
        """What of the records a consent rests on: the fields that the settings name, or a digest of all."""
        if self.owner.facts:
            shown = [{path: _or_none(at(record, path)) for path in self.owner.facts} for record in records]
            return shown[0] if len(shown) == 1 else {"records": shown}
        whole = json.dumps(records, sort_keys=True, separators=(",", ":"), default=str)
        return {"state": hashlib.sha256(whole.encode()).hexdigest()[:16]}


def ours(terms: Terms, ctx: Context, offer: Offer) -> dict[str, Any]:
    """The arguments that are never asked for: the fixed ones, and those that come from the proven identity."""
    who = {"customer.id": ctx.customer.id, "customer.name": ctx.customer.name}
    known = offer.arguments.get("properties", {})
    return {**terms.fixed, **{name: _as(known.get(name), who[source]) for name, source in terms.bind.items()}}


def _as(schema: Any, value: str | None) -> Any:
    """An id is a text to us; a system may have it as a number."""
    number = isinstance(schema, Mapping) and schema.get("type") == "integer"
    return int(value) if number and value and value.isdecimal() else value


def _scalar(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _or_none(value: Any) -> Any:
    return None if value is NOWHERE else value
