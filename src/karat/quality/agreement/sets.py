"""Distances between sets of labels: Jaccard's, and MASI, which also forgives an answer that contains the other."""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import UnreadableRatings

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[Any]

PASSONNEAU = (2 / 3, 1 / 3)
"""What MASI leaves of the Jaccard index when one set contains the other, and when they only overlap."""


def jaccard_distance(first: Collection[Any], second: Collection[Any]) -> float:
    """Share of the labels of either set that the other lacks.

    0 for equal sets, two empty ones included; 1 for sets with nothing in common, an empty and a full one included.

    Examples
    --------
    >>> jaccard_distance({"anger"}, {"anger", "fear"})
    0.5
    """
    one, other = set(first), set(second)
    if not one and not other:
        return 0.0
    return 1 - len(one & other) / len(one | other)


def masi_distance(
    first: Collection[Any], second: Collection[Any], *, monotonicity: tuple[float, float] = PASSONNEAU
) -> float:
    """One minus the Jaccard index times monotonicity: 1 for equal sets, less if one contains the other, least else.

    Parameters
    ----------
    monotonicity : (float, float)
        Factor where one set contains the other, and where the sets only overlap. Libraries that round them to .67
        and .33 give slightly other numbers, and those that multiply the *distance* another measure.

    References
    ----------
    Passonneau (2006), Measuring Agreement on Set-Valued Items (MASI), LREC.

    Examples
    --------
    >>> round(masi_distance({"anger"}, {"anger", "fear"}), 3)
    0.667
    """
    one, other = set(first), set(second)
    if one == other:
        return 0.0
    factor = monotonicity[0] if one <= other or other <= one else monotonicity[1]
    return 1 - (1 - jaccard_distance(one, other)) * factor


@dataclass(frozen=True, slots=True)
class SetDistances:
    """Distances among many sets, a block at a time: memory does not grow with the square of their number.

    Attributes
    ----------
    members : scipy CSR array (n_sets, n_labels)
        1 where a set has a label.
    sizes : float array of shape (n_sets,)
    monotonicity : (float, float)
        As for MASI; (1, 1) is Jaccard's distance.
    """

    members: Any
    sizes: Array
    monotonicity: tuple[float, float]

    @staticmethod
    def of(sets: Sequence[Any], monotonicity: tuple[float, float]) -> SetDistances:
        """Distances among these sets, numbered as they come."""
        label: dict[Any, int] = {}
        of_set, of_label = [], []
        for number, members in enumerate(sets):
            _refuse_no_set(members)
            of_set += [number] * len(members)
            of_label += [label.setdefault(name, len(label)) for name in members]
        ones = np.ones(len(of_set))
        shape = (len(sets), max(1, len(label)))
        members = scipy.sparse.coo_array((ones, (of_set, of_label)), shape=shape).tocsr()
        return SetDistances(members, np.asarray(members.sum(axis=1), dtype=np.float64), monotonicity)

    def rows(self, start: int, stop: int) -> Array:
        """Distances from sets `start` to `stop` to all: shape (stop - start, n_sets)."""
        common = (self.members[start:stop] @ self.members.T).toarray()
        return self._distances(common, self.sizes[start:stop, np.newaxis], self.sizes)

    def between(self, first: Codes, second: Codes) -> Array:
        """Distances between paired sets: shape (n_pairs,)."""
        common = self.members[first].multiply(self.members[second]).sum(axis=1)
        return self._distances(np.asarray(common, dtype=np.float64), self.sizes[first], self.sizes[second])

    def _distances(self, common: Array, one: Array, other: Array) -> Array:
        union = one + other - common
        jaccard = np.divide(common, union, out=np.ones_like(common), where=union > 0)
        contained, overlapping = self.monotonicity
        factor = np.where(common == np.minimum(one, other), contained, overlapping)
        return np.asarray(1 - jaccard * np.where(common == np.maximum(one, other), 1.0, factor))


def _refuse_no_set(members: Any) -> None:
    if not isinstance(members, Set):
        raise UnreadableRatings(
            f"set distances need answers that are sets, such as frozenset({{'anger'}}); {members!r} is none."
        )
