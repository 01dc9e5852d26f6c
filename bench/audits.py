"""How true the containment is that audits come to: `python -m bench audits [--months N]`.

Months are played whose truth is known, conversations are drawn night by night as the desk draws them, and what people
say of these corrects what the bot says of all.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from handrail.desk.audits.sample import Candidate, drawn
from handrail.desk.audits.tally import Cell
from handrail.evals.containment import containment

WITHIN = 0.1
WORLDS = ((30, 12), (10, 20), (60, 30))
"""How many are drawn a week, and how many contacts a weekday has."""


class Month:
    """Four weeks of contacts: more at the weekend, when fewer are settled; the bot flatters itself, by mail more."""

    def __init__(self, random: np.random.Generator, *, flatters: float = 0.35, by_day: float = 12) -> None:
        self.cells: list[Cell] = []
        self.truth: list[bool] = []
        self.days: list[int] = []
        for day in range(28):
            weekend = day % 7 > 4
            for _ in range(random.poisson(by_day * (3 if weekend else 1))):
                mail, person = random.random() < 0.3, random.random() < 0.2
                settled = not person and random.random() < (0.55 if weekend else 0.75) - 0.15 * mail
                word = settled or (not person and random.random() < flatters + 0.3 * mail)
                self.truth.append(bool(settled))
                self.days.append(day)
                self.cells.append(Cell("", "mail" if mail else "chat", bool(word), not person, None, None, 0.0, 0, 1))

    def tagged(self, per_week: int, seed: str) -> list[Cell]:
        """The same with what people say of those that are drawn, night by night."""
        said, first = list(self.cells), date(2026, 6, 1)
        for day in range(28):
            week = sum(day - 7 < d <= day and c.alone for d, c in zip(self.days, self.cells, strict=True))
            chance = min(1.0, per_week / week) if week else 0.0
            alone = [n for n, c in enumerate(self.cells) if c.alone and self.days[n] == day]
            candidates = [Candidate(str(n), 1, (self.cells[n].channel, str(self.cells[n].contained))) for n in alone]
            for candidate in drawn(candidates, chance, seed, first + timedelta(days=day)):
                n = int(candidate.conversation_id)
                said[n] = replace(said[n], settled=float(self.truth[n]), weight=1 / chance, said=1)
        return said

    @property
    def true(self) -> float:
        """The share that was settled by the bot alone."""
        return sum(self.truth) / len(self.truth)


def together(cells: Sequence[Cell]) -> list[Cell]:
    """As the database counts them."""
    return [replace(cell, n=n, said=cell.said * n) for cell, n in Counter(cells).items()]


def main(months: int) -> None:
    """Play them and print how often the interval holds the truth, how wide it is, and what the bot alone would tell."""
    for per_week, by_day in WORLDS:
        random, held, half, alone, wrong, told = np.random.default_rng(99), 0, 0.0, 0.0, 0.0, 0.0
        for number in range(months):
            month = Month(random, by_day=by_day)
            cells = month.tagged(per_week, str(number))
            found = containment(together(cells), WITHIN)
            blind = containment(together([replace(cell, contained=False) for cell in cells]), WITHIN).corrected
            figure = found.corrected
            held += (figure.low or 0) <= month.true <= (figure.high or 0)
            half += ((figure.high or 0) - (figure.low or 0)) / 2 / months
            alone += ((blind.high or 0) - (blind.low or 0)) / 2 / months
            wrong += ((figure.value or 0) - month.true) / months
            told += ((found.told.value or 0) - month.true) / months
        print(f"{per_week} a week, {by_day} contacts a weekday: holds {held / months:.3f}, ", end="")
        print(f"ends within {half:.3f} (tags alone {alone:.3f}); off by {wrong:+.3f}, the bot's word by {told:+.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--months", type=int, default=300)
    main(parser.parse_args().months)
