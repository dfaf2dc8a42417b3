"""Agreement as sums over items: add an item, take it back, merge two days, and read the coefficient at any time.

Everything kept is a whole number, so no sequence of additions and removals leaves a trace of rounding.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.agreement.item_intervals import ROUNDING, Influence, alpha_estimate, mean_share_estimate
from karat.quality.errors import SingleClass, TooLittleOverlap, UnknownItem
from karat.quality.intervals import Estimate

# An item with n_c ratings of class c, m in all, is described by the whole numbers z = (1, pairs, n_0, n_1, ...), where
# pairs = (m^2 - sum n_c^2) / 2 is the number of disagreeing pairs. Kept are the sums of z_a z_b over the items with the
# same m: every coefficient and its variance needs the items only through these, divided by powers of m and m - 1, and
# dividing waits until a number is asked for.
_ONE, _PAIRS, _FIRST_CLASS = 0, 1, 2
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
        if any(moments.get((m, a, a), 0) < 0 for m, a, _ in _terms(item_counts)):
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
        """Krippendorff's alpha for nominal classes, with its interval over items.

        See `karat.quality.agreement.krippendorff.krippendorff_alpha`; `n` is the number of items with at least
        two ratings.

        Raises
        ------
        TooLittleOverlap
            When fewer than two items have at least two ratings.
        SingleClass
            When these items were given one class only.
        """
        self._refuse_too_few("alpha")
        total, squares = self._scaled(lambda m: 2 / (m - 1))
        disagreement, by_class = total[0], total[1:]
        if np.count_nonzero(by_class) < 2:
            raise SingleClass(
                f"alpha compares agreement with chance, and all ratings of the {self.n_items} shared items are of one "
                "class. Show raw agreement, or wait for ratings of other classes."
            )
        n = by_class.sum()
        expected = n * n - by_class @ by_class
        ratio = (n - 1) * disagreement / expected
        slope = np.append(-(n - 1) / expected, -disagreement / expected + 2 * ratio * (n - by_class) / expected)
        return alpha_estimate(
            alpha=float(1 - ratio),
            influence=Influence(
                total=float(slope @ total),
                squares=float(slope @ squares @ slope),
                rounding=float(abs(slope) @ squares @ abs(slope)) * ROUNDING,
            ),
            n_items=self.n_items,
            expected_disagreement=float(expected / (n * (n - 1))),
            level=level,
        )

    def observed(self, *, level: float = 0.95) -> Estimate:
        """Raw agreement: the share of agreeing pairs of ratings of an item, averaged over items.

        See `karat.quality.agreement.observed.observed_agreement`; `n` is the number of items with at least two
        ratings.

        Raises
        ------
        TooLittleOverlap
            When no item has two ratings.
        """
        self._refuse_too_few("agreement", needed=1)
        total, squares = self._scaled(lambda m: 2 / (m * (m - 1)))
        return mean_share_estimate(
            misses=float(total[0]),
            squared_misses=float(squares[0, 0]),
            n_items=self.n_items,
            most_units=float(total[1:].sum()) / 2,
            level=level,
        )

    def _refuse_too_few(self, what: str, *, needed: int = 2) -> None:
        if self.n_items < needed:
            items = "item" if needed == 1 else "items"
            raise TooLittleOverlap(
                f"{what} needs at least {needed} {items} with two ratings or more; there are {self.n_items}. "
                "Raise the overlap, so that more items are given to several annotators."
            )

    def _scaled(self, pair_weight: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Sums of s and of s s' over items with m >= 2, s = (pair_weight(m) x disagreeing pairs, n_0, n_1, ...)."""
        n_classes = 1 + max(b for _, _, b in self.moments) - _FIRST_CLASS
        total, squares = np.zeros(1 + n_classes), np.zeros((1 + n_classes, 1 + n_classes))
        # Sorted: equal sums give equal numbers to the last bit, in whatever order they came about.
        for (m, a, b), value in sorted(self.moments.items()):
            if m < 2 or b == _ONE:
                continue
            weight = (pair_weight(m) if a == _PAIRS else 1.0) * (pair_weight(m) if b == _PAIRS else 1.0)
            if a == _ONE:
                total[b - 1] += weight * value
            else:
                squares[a - 1, b - 1] += weight * value
                if a != b:
                    squares[b - 1, a - 1] += weight * value
        return total, squares


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
        for m, (a, x), (b, y) in _products(item_counts):
            _shift(moments, (m, a, b), sign * x * y)


def _terms(item_counts: Sequence[int]) -> list[tuple[int, int, int]]:
    """The parts of z of one item that are not zero, as (m, index, value); empty for an item without ratings."""
    counts = [(code, int(count)) for code, count in enumerate(item_counts) if count]
    if any(count < 0 for _, count in counts):
        raise UnknownItem(f"the class counts {list(item_counts)} of an item cannot be negative.")
    m = sum(count for _, count in counts)
    if m == 0:
        return []
    pairs = (m * m - sum(count * count for _, count in counts)) // 2
    z = [(m, _ONE, 1), *((m, _FIRST_CLASS + code, count) for code, count in counts)]
    if pairs:
        z.insert(1, (m, _PAIRS, pairs))
    return z


def _products(item_counts: Sequence[int]) -> Iterator[tuple[int, tuple[int, int], tuple[int, int]]]:
    z = _terms(item_counts)
    for place, (m, a, x) in enumerate(z):
        for _, b, y in z[place:]:
            yield m, (a, x), (b, y)


def _shift(moments: dict[_Key, int], key: _Key, by: int) -> None:
    value = moments.get(key, 0) + by
    if value:
        moments[key] = value
    else:
        moments.pop(key, None)
