"""Texts that mean about the same, put together by their vectors (rows of length 1)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .embed import Rows

ALIKE = 0.6
"""From this likeness (the cosine) to the middle of a group on, a text belongs to it."""


@dataclass(slots=True)
class Group:
    """The numbers of the rows that belong together, and their middle."""

    members: list[int] = field(default_factory=list)
    middle: Rows = field(default_factory=lambda: np.zeros(0, np.float32))


def grouped(vectors: Rows) -> list[Group]:
    """Put each vector to the group whose middle it is most alike, or let it begin one; then once more to the middles
    that came of that, so that the order in which they came counts for little. The largest group is first."""
    groups: list[Group] = []
    for number, vector in enumerate(vectors):
        at = closest(vector, [found.middle for found in groups])
        if at is None:
            groups.append(Group([number], vector))
        else:
            groups[at].members.append(number)
            groups[at].middle = middle(vectors[groups[at].members])
    seeds = [Group([], found.middle) for found in groups]
    for number, vector in enumerate(vectors):
        at = closest(vector, [found.middle for found in seeds])
        if at is None:
            seeds.append(Group([number], vector))
        else:
            seeds[at].members.append(number)
    return sorted((found for found in seeds if found.members), key=lambda found: (-len(found.members), found.members))


def closest(vector: Rows, middles: Sequence[Rows]) -> int | None:
    """The place of the middle that a vector is most alike; None where none is alike enough."""
    likeness = [float(vector @ one) for one in middles]
    most = max(range(len(middles)), key=likeness.__getitem__, default=None)
    return most if most is not None and likeness[most] >= ALIKE else None


def middle(vectors: Rows) -> Rows:
    """What vectors have in common, of length 1."""
    total = vectors.sum(axis=0)
    return np.asarray(total / (np.linalg.norm(total) or 1.0), dtype=np.float32)


def nearest(members: Sequence[int], vectors: Rows) -> list[int]:
    """Members in the order of how near they are to their middle."""
    common = middle(vectors[list(members)])
    return sorted(members, key=lambda number: -float(vectors[number] @ common))
