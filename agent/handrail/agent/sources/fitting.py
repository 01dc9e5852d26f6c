"""Whether the terms of an operation fit it: what they name must be there."""

from collections.abc import Mapping

from handrail.agent.sources.paths import named
from handrail.agent.tools.offer import Offer
from handrail.conversation.errors import SettingsError
from handrail.conversation.sources import Terms


def expect_fit(terms: Terms, offer: Offer, shown: Mapping[str, object], where: str) -> None:
    """Raise `SettingsError` where terms name what is not there. `shown` is the schema of what may be given, `where` the
    table of the settings."""
    _expect_arguments(terms, shown, where)
    _expect_condition(terms, offer, where)
    _expect_approval(terms, offer, shown, where)


def _expect_arguments(terms: Terms, shown: Mapping[str, object], where: str) -> None:
    known = shown["properties"]
    assert isinstance(known, dict)
    for setting, text in (("question", terms.question), ("otherwise", terms.otherwise)):
        for path in named(text):
            first = path.partition(".")[0]
            if first not in known and not (first == "record" and terms.owner) and path != "customer.name":
                raise SettingsError(
                    f"{where}.{setting}: there is no {{{path}}}; there are: {', '.join(known) or 'none'}"
                )


def _expect_condition(terms: Terms, offer: Offer, where: str) -> None:
    if terms.only_if and (terms.owner is None or offer.effect != "write"):
        raise SettingsError(f"{where}.only_if: it is for a write with an `owner`, whose record it looks at")
    if terms.otherwise and not terms.only_if:
        raise SettingsError(f"{where}.otherwise: it goes with `only_if`")


def _expect_approval(terms: Terms, offer: Offer, shown: Mapping[str, object], where: str) -> None:
    if terms.approval is None:
        return
    if offer.effect != "write":
        raise SettingsError(f"{where}.approval: it is for a write")
    known = shown["properties"]
    assert isinstance(known, dict)
    for path in terms.approval.above:
        first = path.partition(".")[0]
        if first not in known and not (first == "record" and terms.owner):
            there = ", ".join([*known, *(["record.…"] if terms.owner else [])])
            raise SettingsError(f"{where}.approval.above: there is no {path}; there are: {there or 'none'}")
