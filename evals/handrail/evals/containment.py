"""Containment as people would have tagged it: what the bot's word says of all contacts, corrected by audits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from handrail.conversation.database import Database
from handrail.conversation.shares import Figure, wilson
from handrail.desk.audits.tally import Cell, tally
from handrail.desk.figures.chosen import By, Chosen
from handrail.desk.figures.insights import Figures
from handrail.evals.agreement import krippendorff
from handrail.evals.audit import Stratum, audited, pooled

FEWEST = 20
"""Tags from which a corrected figure is told: its interval covers from there on (`tests/evals`)."""


@dataclass(frozen=True, slots=True)
class Containment:
    """Of contacts that are over, the share that the bot settled alone.

    `told` is by its own word (verified or assumed), `corrected` by people's, of `n` audits. It has no value before
    there are enough; then `needs` is about how many more tags that takes, and once it is told, how many until its
    interval is as narrow as the settings want it; 0 where it is, or where there is no more to tag. `cant_tell` have a
    tag that says neither. `person_needed` is the share, of those that the bot closed alone, in which a person should
    have been called.
    """

    told: Figure
    corrected: Figure
    needs: int
    cant_tell: int
    person_needed: Figure


@dataclass(frozen=True, slots=True)
class Audits:
    """Of all contacts and of each group. `drawn` were put before people; `agreement` is Krippendorff's alpha of those
    who tagged the same one, over `twice` of them."""

    total: Containment
    groups: Mapping[str, Containment]
    drawn: int
    twice: int
    agreement: Figure

    def of(self, key: str) -> Containment:
        """That of a group; without any data where none of its contacts is over."""
        return self.groups.get(key) or containment((), 0.1)


async def audits(database: Database, figures: Figures, chosen: Chosen, by: By | None, within: float) -> Audits:
    """Read them for these days. `within` is how near to its middle (0 to 0.5) the ends of the interval should be."""
    found = await tally(database, figures.parameters(chosen), by)
    groups: dict[str, list[Cell]] = {}
    for cell in found.groups:
        groups.setdefault(cell.key, []).append(cell)
    return Audits(
        total=containment(found.total, within),
        groups={key: containment(cells, within) for key, cells in groups.items()},
        drawn=found.drawn,
        twice=len(found.pairs),
        agreement=krippendorff(found.pairs),
    )


def containment(cells: Sequence[Cell], within: float) -> Containment:
    """The figure of these contacts.

    Where a person had a hand in it or was called for, nothing is contained: that is known without audits. Of the rest,
    channels are strata (small ones together), the bot's word is the program's, and those are weighted that were less
    likely to be drawn: stratified prediction-powered inference (`audit.audited`). What nobody could tell counts as not
    audited.
    """
    ended, alone = sum(cell.n for cell in cells), sum(cell.n for cell in cells if cell.alone)
    share = alone / ended if ended else 0.0
    mine = [cell for cell in cells if cell.alone]
    tagged = sum(cell.said for cell in mine if cell.settled is not None)
    enough = tagged >= max(2, min(FEWEST, alone))
    corrected = _scaled(audited(pooled(_strata(mine))), share) if enough else Figure(None, n=tagged)
    return Containment(
        told=wilson(sum(cell.n for cell in cells if cell.contained), ended),
        corrected=corrected,
        needs=_needs(corrected, alone - tagged, within, min(FEWEST, alone)),
        cant_tell=sum(cell.said for cell in mine if cell.settled is None),
        person_needed=audited(_needing(mine)),
    )


def _strata(cells: Sequence[Cell]) -> list[Stratum]:
    return [
        _stratum([cell for cell in cells if cell.channel == channel])
        for channel in sorted({cell.channel for cell in cells})
    ]


def _stratum(cells: Sequence[Cell]) -> Stratum:
    seen = [cell for cell in cells if cell.settled is not None]
    return Stratum(
        people=_repeated((cell.settled or 0.0, cell.said) for cell in seen),
        program=_repeated((cell.contained, cell.said) for cell in seen),
        others=_repeated((cell.contained, cell.n) for cell in cells if cell.settled is None),
        weights=_repeated((cell.weight, cell.said) for cell in seen),
    )


def _needing(cells: Sequence[Cell]) -> list[Stratum]:
    """The bot's word tells nothing of it: it thought that none was needed each time."""
    seen = [cell for cell in cells if cell.person_needed is not None]
    people = _repeated((cell.person_needed or 0.0, cell.said) for cell in seen)
    others = sum(cell.n for cell in cells) - len(people)
    weights = _repeated((cell.weight, cell.said) for cell in seen)
    return [Stratum(people, [0.0] * len(people), [0.0] * others, weights)] if people else []


def _repeated(values: Iterable[tuple[float, int]]) -> list[float]:
    return [float(value) for value, times in values for _ in range(times)]


def _scaled(figure: Figure, share: float) -> Figure:
    """A share of a part as a share of the whole, of which the part is this share."""
    if figure.value is None or figure.low is None or figure.high is None:
        return figure
    return Figure(figure.value * share, figure.low * share, figure.high * share, figure.n)


def _needs(corrected: Figure, left: int, within: float, fewest: int) -> int:
    if corrected.value is None or corrected.low is None or corrected.high is None:
        return min(left, max(0, fewest - corrected.n))
    half = (corrected.high - corrected.low) / 2
    return min(left, ceil(corrected.n * ((half / within) ** 2 - 1))) if half > within else 0
