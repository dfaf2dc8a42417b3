"""Items that got the same labels are the same to agreement: measure each pattern of labels once.

A million ratings in five classes have a few hundred patterns. Values, intervals, resamples and deletions cost by the
pattern.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.agreement.grouped import Grouped

Integers = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Patterns:
    """The different multisets of labels that items were given.

    Attributes
    ----------
    counts : float64 scipy CSR array of shape (n_patterns, n_classes)
        How often each class occurs in the pattern.
    sizes : int64 array of shape (n_patterns,)
        Number of labels in the pattern.
    n_items : int64 array of shape (n_patterns,)
        Number of items with the pattern.
    of_item : int64 array of shape (n_items,)
        The pattern of each item, items as in `Grouped`.
    """

    counts: Any
    sizes: Integers
    n_items: Integers
    of_item: Integers

    @staticmethod
    def of(grouped: Grouped, n_classes: int) -> Patterns:
        """Of all rated items."""
        first, of_item, n_items = distinct(multiset_keys(grouped.label, grouped.starts, n_classes))
        starts, sizes = grouped.starts[first], grouped.sizes[first]
        counts = scipy.sparse.coo_array(
            (
                np.ones(sizes.sum()),
                (np.repeat(np.arange(len(first)), sizes), grouped.label[_positions(starts, sizes)]),
            ),
            shape=(len(first), n_classes),
        ).tocsr()
        return Patterns(counts, sizes, n_items, of_item)

    def shared(self) -> tuple[Any, Integers, Integers]:
        """Counts, sizes and numbers of items of the patterns with at least two labels."""
        chosen = np.flatnonzero(self.sizes >= 2)
        if len(chosen) == len(self.sizes):
            return self.counts, self.sizes, self.n_items
        return self.counts[chosen], self.sizes[chosen], self.n_items[chosen]


def multiset_keys(label: npt.NDArray[np.int32], starts: Integers, n_classes: int) -> Keys:
    """One number for each run of labels, the same whatever their order.

    The sum of a random 64-bit number per class, modulo 2^64. That two different multisets among a million collide
    has a chance of about 1 in 40 million; the numbers are the same in every run.
    """
    numbers = np.random.default_rng(20110125).integers(0, 2**64, size=n_classes, dtype=np.uint64)
    return np.add.reduceat(numbers[label], starts)


def distinct(keys: npt.NDArray[Any]) -> tuple[Integers, Integers, Integers]:
    """One position of each different key, the number of the key at each position, and how often each occurs."""
    order = np.argsort(keys)  # not stable: any position will do, and this sort is the fast one
    in_order = keys[order]
    is_new = np.append(True, in_order[1:] != in_order[:-1])
    starts = np.flatnonzero(is_new)
    place = np.empty(len(keys), dtype=np.int64)
    place[order] = np.cumsum(is_new) - 1
    return order[starts], place, np.diff(np.append(starts, len(keys)))


def _positions(starts: Integers, sizes: Integers) -> Integers:
    """The positions of several runs, one run after the other."""
    before = np.cumsum(sizes) - sizes
    positions: Integers = np.repeat(starts - before, sizes) + np.arange(sizes.sum())
    return positions
