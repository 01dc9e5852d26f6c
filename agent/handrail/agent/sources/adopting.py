"""Taking the offers of a source as tools, on the terms of the settings; what can't be taken is told with its mend."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from handrail.agent.sources.circuit import Circuit
from handrail.agent.sources.fitting import expect_fit
from handrail.agent.sources.foreign import CONSTANT, KEY, Foreign
from handrail.agent.sources.line import Line
from handrail.agent.sources.ownership import Ownership
from handrail.agent.sources.schema import arguments_model, parameters
from handrail.agent.tools.api import Tool
from handrail.agent.tools.offer import Offer
from handrail.conversation.errors import SettingsError
from handrail.conversation.events import Level
from handrail.conversation.sources import SourceTable, Terms

DESCRIPTION = 600
"""Characters of a description: models choose by its beginning."""
GRACE = 0.5
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
WHOSE = re.compile(r"user|customer|client|member|account|email", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Left:
    """An offer that is no tool, why not, and what would make it one."""

    name: str
    source: str
    why: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Adopted:
    """What became of the offers of one source."""

    tools: tuple[Tool, ...]
    left: tuple[Left, ...]


def adopt(source: str, table: SourceTable, offers: Sequence[Offer], circuit: Circuit) -> Adopted:
    """Make tools of the offers. Raises `SettingsError` where the terms don't fit what the source offers."""
    by_name = {offer.name: offer for offer in offers}
    missing = [name for name in table.tools if name not in by_name]
    if missing:
        known = ", ".join(by_name) or "nothing"
        raise SettingsError(f"tools.sources.{source}.tools.{missing[0]}: {source} has no such tool; it has: {known}")
    adopter = _Adopter(source, table, by_name, circuit)
    tools: list[Tool] = []
    left: list[Left] = []
    for offer in offers:
        made = adopter.tool(offer, table.tools.get(offer.name, Terms()))
        if isinstance(made, Tool):
            tools.append(made)
        else:
            left.append(made)
    return Adopted(tuple(tools), tuple(left))


@dataclass(frozen=True, slots=True)
class _Adopter:
    source: str
    table: SourceTable
    offers: Mapping[str, Offer]
    circuit: Circuit

    def tool(self, offer: Offer, terms: Terms) -> Tool | Left:
        where = f"tools.sources.{self.source}.tools.{offer.name}"
        if not terms.use:
            return Left(offer.name, self.source, "left out by the settings (use = false)")
        if not (terms.bind or terms.owner or terms.public):
            return Left(offer.name, self.source, "it could act for anybody", _mend(offer, self.source))
        if terms.public and (terms.bind or terms.owner):
            raise SettingsError(f"{where}: `public` goes with neither `bind` nor `owner`")
        offer = replace(
            offer,
            effect=terms.effect or offer.effect,
            idempotent=offer.idempotent and terms.idempotent is None,
            description=terms.description or offer.description,
        )
        return self._made(offer, terms, where)

    def _made(self, offer: Offer, terms: Terms, where: str) -> Tool:
        shown = parameters(offer.arguments, (*terms.bind, *terms.fixed, *terms.without), where)
        needed = [name for name in terms.without if name in offer.arguments.get("required", ())]
        if needed:
            raise SettingsError(f"{where}.without: {needed[0]} is required; give it with `fixed` or `bind`")
        name = terms.name or self.table.prefix + _named(offer.name)
        if not NAME.match(name):
            raise SettingsError(f"{where}: {name!r} is no name for a tool; give it one with `name`")
        expect_fit(terms, offer, shown, where)
        seconds = terms.timeout_seconds or self.table.timeout_seconds
        foreign = Foreign(
            offer=offer,
            terms=terms,
            line=self._line(offer),
            seconds=seconds,
            tokens=self.table.result_tokens,
            ownership=self._ownership(offer, terms, shown, where),
            lookup_line=self._lookup(offer, terms, shown, where),
            lookup_terms=self.table.tools.get(terms.lookup.tool, Terms()) if terms.lookup else Terms(),
        )
        writes = offer.effect == "write"
        words = " ".join((offer.description or foreign.words).split())
        return Tool(
            name=name,
            description=words if len(words) <= DESCRIPTION else words[:DESCRIPTION].rsplit(" ", 1)[0] + " …",
            run=foreign.run,
            effect=offer.effect,
            identity=_identity(terms, where),
            arguments=arguments_model(name, shown, where),
            examples=terms.examples,
            preview=foreign.preview if writes else None,
            lookup=foreign.lookup if writes and foreign.lookup_line else None,
            template=terms.template,
            timeout=_whole(foreign, seconds),
            policy_date=terms.policy_date,
            promised_by=terms.promised_by,
            parameters=shown,
            source=self.source,
            terms="bound" if terms.bind else "owned" if terms.owner else "public",
        )

    def _line(self, offer: Offer) -> Line:
        if self.table.tools.get(offer.name, Terms()).checked is False:
            offer = replace(offer, result=None)
        return Line(offer, self.circuit, again=offer.effect == "read" or offer.idempotent)

    def _ownership(self, offer: Offer, terms: Terms, shown: Mapping[str, object], where: str) -> Ownership | None:
        owner = terms.owner
        if owner is None:
            return None
        known = shown["properties"]
        assert isinstance(known, dict)
        if owner.argument not in known:
            raise SettingsError(
                f"{where}.owner: there is no argument {owner.argument!r}; there are: {', '.join(known)}"
            )
        required = shown.get("required", [])
        assert isinstance(required, list)
        if owner.argument not in required:
            # Without it the call would speak of whatever record the system likes.
            raise SettingsError(
                f"{where}.owner: {owner.argument} must be a required argument; bind the customer instead"
            )
        read = self._read(owner.tool, f"{where}.owner")
        terms = self.table.tools.get(owner.tool, Terms())
        itself = owner.tool == offer.name and offer.effect == "read" and owner.takes in ("", owner.argument)
        return Ownership(owner, self._line(read), terms, itself)

    def _lookup(self, offer: Offer, terms: Terms, shown: Mapping[str, object], where: str) -> Line | None:
        look = terms.lookup
        if look is None:
            return None
        if offer.effect != "write":
            raise SettingsError(f"{where}.lookup: only a write has an effect to look up")
        known = shown["properties"]
        assert isinstance(known, dict)
        for name, source in look.arguments.items():
            if source != KEY and not source.startswith(CONSTANT) and source not in known:
                raise SettingsError(
                    f"{where}.lookup: {name} = {source!r} is no argument; give one of {', '.join(known) or 'none'}, "
                    f"{KEY}, or a constant as `=text`"
                )
        if not look.expects:
            raise SettingsError(f"{where}.lookup: say what the result of {look.tool} must then say (`expects`)")
        return self._line(self._read(look.tool, f"{where}.lookup"))

    def _read(self, name: str, where: str) -> Offer:
        offer = self.offers.get(name)
        if offer is None:
            raise SettingsError(f"{where}: {self.source} has no tool {name!r}; it has: {', '.join(self.offers)}")
        if offer.effect != "read" or self.table.tools.get(name, Terms()).effect == "write":
            raise SettingsError(f"{where}: {name} writes; a check must only read")
        return offer


def _whole(foreign: Foreign, seconds: float) -> float:
    """The time-out around all that a call does: a little more, so that the line sees by itself that no answer came."""
    asks_first = foreign.offer.effect == "read" and foreign.ownership is not None and not foreign.ownership.itself
    return seconds * (2 if asks_first else 1) + GRACE


def _named(name: str) -> str:
    """A name that models and Python can write; what is none (`GET /orders/{id}`) is taken apart."""
    return name if NAME.match(name) else re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower()


def _identity(terms: Terms, where: str) -> Level:
    if not (terms.bind or terms.owner):
        return terms.identity or "none"
    if terms.identity == "known":
        raise SettingsError(
            f"{where}: what is bound to a customer needs identity = 'verified'; anybody can claim a name"
        )
    return "verified"


def _mend(offer: Offer, source: str) -> str:
    names = list(offer.arguments.get("properties", {}))
    whose = next((name for name in names if WHOSE.search(name)), "ARGUMENT")
    record = next((name for name in names if name != whose), whose)
    ways = (
        f'  bind = {{ {whose} = "customer.id" }}  # where an argument says whose it is',
        f'  owner = {{ tool = "READ", argument = "{record}", field = "FIELD" }}  # where a read tells whose it is',
        "  public = true  # where it speaks of nobody's own things",
    )
    return "\n".join((f"[tools.sources.{source}.tools.{offer.name}], with one of", *ways))
