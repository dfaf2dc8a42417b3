"""Agreement as sums over items: add an item, take it back, merge two days, and read the coefficient at any time.

Everything kept is a whole number, so no sequence of additions and removals leaves a trace of rounding.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.agreement.scaled import ScaledSums
from karat.quality.errors import UnknownItem
from karat.quality.intervals import Estimate

# An item with n_c ratings of class c, m in all, is described by the whole numbers z = (1, pairs, n_0, n_1, ...), where
# pairs = (m^2 - sum n_c^2) / 2 is the number of disagreeing pairs. Kept are the sums of z_a z_b over the items with the
# same m: every coefficient and its variance needs the items only through these, divided by powers of m and m - 1, and
# dividing waits until a number is asked for.
_ONE, _PAIRS, _FIRST_CLASS = 0, 1, 2
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_Key = tuple[int, int, int]  # (m, a, b) with a <= b


@dataclass(frozen=True, slots=True)
class AgreementSums:
    """What nominal agreement needs to know of a set of items, however many there are.

    Immutable: `add`, `remove` and `merge` return new sums. A revision takes the item's former counts back and
    adds the new ones. Classes are positions; whoever keeps the sums keeps the order of the classes. A class
    that is added at the end changes nothing.

    Attributes
    ----------
    moments : mapping of (m, a, b) to int
        Over the items with m ratings, the sum of z_a z_b, z = (1, disagreeing pairs, count of class 0, of class 1,
        ...). Zeros are not kept, so that equal histories give equal sums.

    Examples
    --------
    >>> sums = AgreementSums.of([[2, 0], [0, 3], [1, 1]])
    >>> sums = sums.remove([1, 1]).add([1, 2])  # a third annotator has rated the last item
    >>> sums == AgreementSums.of([[2, 0], [0, 3], [1, 2]])
    True
    >>> round(sums.alpha().value, 3)
    0.533
    """

    moments: Mapping[_Key, int] = field(default_factory=dict)

    @staticmethod
    def of(class_counts: Any) -> AgreementSums:
        """The batch twin: sums of a whole array of items.

        Parameters
        ----------
        class_counts : array or scipy sparse array of shape (n_items, n_classes)
            How often each item was given each class, as from `Ratings.class_counts()`.
        """
        counts = scipy.sparse.csr_array(class_counts).astype(np.int64)
        n_ratings = counts.sum(axis=1)
        moments: dict[_Key, int] = {}
        for m in np.unique(n_ratings[n_ratings > 0]).tolist():
            rows = counts[np.flatnonzero(n_ratings == m)]
            if rows.shape[0] * m**4 < 2**62:
                moments.update(_moments_of_rows(rows, m))
            else:  # squares would not fit 64 bits; Python's integers do not end
                _accumulate(moments, rows.toarray().tolist(), sign=1)
        return AgreementSums(moments)

    @property
    def n_items(self) -> int:
        """Items with at least two ratings; the others have no pairs and count for nothing."""
        return sum(v for (m, a, b), v in self.moments.items() if (a, b) == (_ONE, _ONE) and m >= 2)

    def add(self, item_counts: Sequence[int]) -> AgreementSums:
        """Sums with one more item, described by its count of each class. An item without ratings changes nothing."""
        moments = dict(self.moments)
        _accumulate(moments, [item_counts], sign=1)
        return AgreementSums(moments)

    def remove(self, item_counts: Sequence[int]) -> AgreementSums:
        """Sums as if an item with these counts had never been added.

        Raises
        ------
        UnknownItem
            When no item with these counts can have been added.
        """
        moments = dict(self.moments)
        _accumulate(moments, [item_counts], sign=-1)
        m, z = _terms([(code, int(n)) for code, n in enumerate(item_counts) if n])
        if any(moments.get((m, a, a), 0) < 0 for a, _ in z):
            raise UnknownItem(
                f"no item with the class counts {list(item_counts)} is in these sums, so none can be taken back. "
                "Take back exactly the counts that were added."
            )
        return AgreementSums(moments)

    def merge(self, other: AgreementSums) -> AgreementSums:
        """Sums of both sets of items together, which must have no item in common."""
        moments = dict(self.moments)
        for key, value in other.moments.items():
            _shift(moments, key, value)
        return AgreementSums(moments)

    def to_json(self) -> str:
        """The sums as JSON, in an order that depends on nothing but the sums."""
        return json.dumps([[*key, value] for key, value in sorted(self.moments.items())], separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> AgreementSums:
        """The sums `to_json` wrote."""
        return AgreementSums({(m, a, b): value for m, a, b, value in json.loads(text)})

    def alpha(self, *, level: float = 0.95) -> Estimate:
        """See `ScaledSums.alpha`."""
        return self.scaled().alpha(level=level)

    def observed(self, *, level: float = 0.95) -> Estimate:
        """See `ScaledSums.observed`."""
        return self.scaled().observed(level=level)

    def ac1(self, n_classes: int, *, level: float = 0.95) -> Estimate:
        """See `ScaledSums.ac1`."""
        return self.scaled().ac1(n_classes, level=level)

    def scaled(self) -> ScaledSums:
        """What coefficients are read from, divided by the powers of m that were waited with until now."""
        # Sorted: equal sums give equal numbers to the last bit, in whatever order they came about.
        keys = sorted(self.moments)
        m, a, b = np.fromiter(chain.from_iterable(keys), np.int64, 3 * len(keys)).reshape(-1, 3).T
        value = np.fromiter((self.moments[key] for key in keys), np.float64, len(keys))
        width = 2 * (1 + int(b.max(initial=_PAIRS)))
        # Each part of z stands at two places of s, each time divided by something else.
        place_a, weight_a = _places(m, a)
        place_b, weight_b = _places(m, b)
        rows, columns = np.repeat(place_a, 2, axis=0), np.tile(place_b, (2, 1))
        weighted = np.repeat(weight_a, 2, axis=0) * np.tile(weight_b, (2, 1)) * value
        mirrored = np.where(a != b, weighted, 0.0)
        cells = np.concatenate([(rows * width + columns).ravel(), (columns * width + rows).ravel()])
        both = np.concatenate([weighted.ravel(), mirrored.ravel()])
        squares = np.bincount(cells, both, minlength=width * width).astype(np.float64)
        return ScaledSums(squares.reshape(width, width))


def _places(m: Integers, index: Integers) -> tuple[Integers, Floats]:
    """Where the parts of z stand in s, and times what: arrays of shape (2, n_parts)."""
    is_shared, others = 1.0 * (m >= 2), np.maximum(m - 1, 1)
    first = np.where(index == _PAIRS, 2 / others, np.where(index == _ONE, 1.0, is_shared))
    second = np.where(index == _PAIRS, 2 / (m * others), np.where(index == _ONE, is_shared, 1 / m))
    return np.stack([2 * index, 2 * index + 1]), np.stack([first, second])


def _moments_of_rows(rows: Any, m: int) -> dict[_Key, int]:
    """Moments of items that all have m ratings, by one sparse product."""
    pairs = (m * m - rows.multiply(rows).sum(axis=1)) // 2
    ones = np.ones_like(pairs)
    z = scipy.sparse.hstack([scipy.sparse.csr_array(np.column_stack([ones, pairs])), rows], format="csr")
    products = (z.T @ z).tocoo()
    upper = (products.row <= products.col) & (products.data != 0)
    triples = zip(
        products.row[upper].tolist(), products.col[upper].tolist(), products.data[upper].tolist(), strict=True
    )
    return {(m, a, b): value for a, b, value in triples}


def _accumulate(moments: dict[_Key, int], items: Sequence[Sequence[int]], *, sign: int) -> None:
    for item_counts in items:
        shift_by_item(moments, [(code, int(n)) for code, n in enumerate(item_counts) if n], sign=sign)


def shift_by_item(moments: dict[_Key, int], counts: Sequence[tuple[int, int]], *, sign: int) -> None:
    """Add an item to moments, or take it back with `sign` -1; `counts` are (class, how often), no class twice."""
    m, z = _terms(counts)
    for place, (a, x) in enumerate(z):
        for b, y in z[place:]:
            _shift(moments, (m, a, b) if a <= b else (m, b, a), sign * x * y)


def _terms(counts: Sequence[tuple[int, int]]) -> tuple[int, list[tuple[int, int]]]:
    """m, and the parts of z of one item that are not zero, as (index, value); none for an item without ratings."""
    m = squares = 0
    for _, count in counts:
        if count < 0:
            raise UnknownItem(f"the class counts {list(counts)} of an item cannot be negative.")
        m += count
        squares += count * count
    if m == 0:
        return 0, []
    z = [(_ONE, 1)]
    if m * m > squares:
        z.append((_PAIRS, (m * m - squares) // 2))
    z += [(_FIRST_CLASS + code, count) for code, count in counts]
    return m, z


def _shift(moments: dict[_Key, int], key: _Key, by: int) -> None:
    value = moments.get(key, 0) + by
    if value:
        moments[key] = value
    else:
        moments.pop(key, None)
