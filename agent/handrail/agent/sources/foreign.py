"""One operation of a foreign system, kept to its terms: whose it is, what exactly it would do, whether it was done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import to_jsonable_python

from handrail.agent.models.readable import label
from handrail.agent.sources import approving
from handrail.agent.sources.cutting import cut
from handrail.agent.sources.line import Line
from handrail.agent.sources.ownership import Ownership, ours
from handrail.agent.sources.paths import NOWHERE, at, filled, named, only, told, without
from handrail.agent.tools.api import Context, Preview, Refusal
from handrail.agent.tools.offer import Offer, Sending, Undone
from handrail.conversation.sources import Lookup, Terms

KEY = "idempotency_key"
CONSTANT = "="
NOT_NOW = "That is not possible as things stand."


@dataclass(frozen=True, slots=True)
class Foreign:
    """What the agent calls. Every method takes the context first, then the arguments by name, as our own tools do."""

    offer: Offer
    terms: Terms
    line: Line
    seconds: float
    tokens: int
    ownership: Ownership | None = None
    lookup_line: Line | None = None
    lookup_terms: Terms = field(default_factory=Terms)

    async def run(self, ctx: Context, /, **given: Any) -> Any:
        """Make the call for the customer of the context, and cut its result to the budget."""
        arguments = self._arguments(ctx, given)
        if self.offer.effect == "write":
            return self._passed(await self._write(ctx, given, arguments))
        if self.ownership is not None and self.ownership.itself:
            return self._passed(await self._own(ctx, given, arguments))
        if self.ownership is not None:
            await self.ownership.records(ctx, given, self.seconds)
        return self._passed(await self.line.call(arguments, self._sending(ctx)))

    async def preview(self, ctx: Context, /, **given: Any) -> Preview:
        """What exactly the write would do, with the state of the record that it is done to."""
        self._arguments(ctx, given)
        facts: dict[str, Any] = {"arguments": _plain(given)}
        records: list[Any] = []
        if self.ownership is not None:
            records = await self.ownership.records(ctx, given, self.seconds)
            self._expect(ctx, _plain(given), records)
            facts |= self.ownership.facts(records)
        summary = self._question(ctx, _plain(given), records)
        why = ""
        if (approval := self.terms.approval) is not None:
            found = approving.compared(approval, _plain(given), records)
            why = approving.reason(approval, found)
            facts = {**approving.plain(found), **facts}
        return Preview(summary=summary, facts=facts, rule=self.terms.rule or None, approval=why)

    async def lookup(self, ctx: Context, /, **given: Any) -> Any | None:
        """The record that shows the effect; None where it shows that there was none. Raises where it can't tell: an
        error of the read is no answer, unless the settings say that it is."""
        look, line = self.terms.lookup, self.lookup_line
        if look is None or line is None:
            raise LookupError("the settings name no look-up")
        given = _plain(given)
        try:
            asked = {**ours(self.lookup_terms, ctx, line.offer), **_asked(look, ctx, given)}
            record = await line.call(asked, Sending(self.seconds))
        except Refusal as refusal:
            if look.absent and look.absent.casefold() in f"{refusal.code}: {refusal.message}".casefold():
                return None
            raise LookupError(f"{look.tool} did not tell") from refusal
        seen = all(_met(at(record, path), want, given) for path, want in look.expects.items())
        return self._passed(record) if seen else None

    def _passed(self, told: Any) -> Any:
        """What of a result goes on to the model, the log and the customer."""
        return cut(only(told, self.terms.fields) if self.terms.fields else told, self.tokens)

    def _expect(self, ctx: Context, given: Mapping[str, Any], records: list[Any]) -> None:
        """Refuse where a record does not say what the settings want it to."""
        for record in records:
            for path, wanted in self.terms.only_if.items():
                if at(record, path) not in (wanted if isinstance(wanted, list) else [wanted]):
                    values = {**given, "record": record, "customer": {"name": ctx.customer.name}}
                    words = filled(self.terms.otherwise, values, ctx.timezone) or NOT_NOW
                    raise Refusal("not_possible", words)

    async def _own(self, ctx: Context, given: Mapping[str, Any], arguments: Mapping[str, Any]) -> Any:
        """A read that tells itself whose its record is."""
        ownership = self.ownership
        assert ownership is not None
        record_id = given.get(ownership.owner.argument)
        try:
            record = await self.line.call(arguments, self._sending(ctx))
        except Refusal as refusal:
            raise ownership.not_yours(record_id) from refusal
        ownership.expect_owned(ctx, record, record_id)
        return record

    async def _write(self, ctx: Context, given: Mapping[str, Any], arguments: Mapping[str, Any]) -> Any:
        try:
            return await self.line.call(arguments, self._sending(ctx))
        except Refusal:
            # Not every system means by an error that nothing happened: where it can be seen, it is looked at.
            found = await self._seen(ctx, given) if self.lookup_line else None
            if found is None:
                raise
            return found

    async def _seen(self, ctx: Context, given: Mapping[str, Any]) -> Any | None:
        try:
            return await self.lookup(ctx, **given)
        except Undone as undone:
            # It is the look-up that was not done: of the write nothing is known.
            raise LookupError("the look-up was not done") from undone

    def _arguments(self, ctx: Context, given: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments as they go out: the customer's and ours, those that are bound from the proven identity."""
        if (self.terms.bind or self.terms.owner) and (ctx.customer.level != "verified" or not ctx.customer.id):
            raise PermissionError(f"{self.offer.name} needs a customer whose identity is proven")
        return {**_plain(given), **ours(self.terms, ctx, self.offer)}

    def _sending(self, ctx: Context) -> Sending:
        seconds = self.seconds
        if ctx.deadline is not None:
            seconds = min(seconds, max((ctx.deadline - ctx.now).total_seconds(), 0.0))
        return Sending(seconds, ctx.idempotency_key, ctx.deadline)

    def _question(self, ctx: Context, given: Mapping[str, Any], records: list[Any]) -> str:
        record = records[0] if len(records) == 1 else None
        values = {**given, "record": record, "customer": {"name": ctx.customer.name}}
        asked = filled(self.terms.question, values, ctx.timezone) if self.terms.question else self.words
        rest = without(given, named(self.terms.question))
        listed = ", ".join(f"{label(name)} {told(name, value, ctx.timezone)}" for name, value in rest.items())
        joint = "; " if self.terms.question else ": "
        return f"{asked}{joint}{listed}" if listed else asked

    @property
    def words(self) -> str:
        """What it does, in a few words of its source."""
        title = self.offer.title or self.offer.name.replace("_", " ").replace("-", " ")
        return title.strip().rstrip(".") or self.offer.name


def _plain(given: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as JSON; an optional one that was left out stays out."""
    plain: dict[str, Any] = to_jsonable_python({name: value for name, value in given.items() if value is not None})
    return plain


def _asked(look: Lookup, ctx: Context, given: Mapping[str, Any]) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    for name, source in look.arguments.items():
        if source.startswith(CONSTANT):
            asked[name] = source.removeprefix(CONSTANT)
        else:
            asked[name] = ctx.idempotency_key if source == KEY else given.get(source)
    return asked


def _met(found: Any, want: Any, given: Mapping[str, Any]) -> bool:
    if found is NOWHERE:
        return False
    if isinstance(want, str) and (names := named(want)):
        if want == f"{{{names[0]}}}":
            return bool(found == at(given, names[0]))
        want = filled(want, given, "UTC")
    return bool(found == want)
