"""Agreement kept up to date one label at a time: added, taken back or changed, at a cost that does not grow."""

from __future__ import annotations

from collections.abc import Hashable

from karat.quality.agreement.sums import AgreementSums, shift_by_item
from karat.quality.errors import SingleClass, TooLittleOverlap, UnknownItem


class RunningAgreement:
    """A stream of labels, and nominal agreement at any moment.

    The batch twins are `AgreementSums.of` and `karat.quality.agreement.krippendorff.krippendorff_alpha`. It keeps the
    labels of each item, since a label's effect depends on the others. Everything kept is a whole number: a label
    added and taken back leaves no trace.

    Examples
    --------
    >>> running = RunningAgreement()
    >>> for item, label in [("a", 0), ("a", 0), ("b", 1), ("b", 1), ("c", 0), ("c", 0)]:
    ...     running.add(item, label)
    >>> running.relabel("c", 0, 1)
    >>> round(running.alpha(), 3)
    0.444
    >>> running.sums.alpha().value == running.alpha()
    True
    """

    def __init__(self) -> None:
        self._items: dict[Hashable, dict[int, int]] = {}
        self._moments: dict[tuple[int, int, int], int] = {}
        # Of items with two labels or more, so that alpha needs no pass over classes.
        self._n_shared = 0
        self._pairs: dict[int, int] = {}
        self._totals: dict[int, int] = {}
        self._squares = 0

    @property
    def sums(self) -> AgreementSums:
        """A copy of the sums, from which all coefficients are read with their intervals."""
        return AgreementSums(dict(self._moments))

    def add(self, item: Hashable, label: int) -> None:
        """One more label of this class code for the item."""
        counts = self._items.setdefault(item, {})
        self._count(counts, -1)
        counts[label] = counts.get(label, 0) + 1
        self._count(counts, +1)

    def take_back(self, item: Hashable, label: int) -> None:
        """As if the label had never been given.

        Raises
        ------
        UnknownItem
            When the item has no such label.
        """
        counts = self._items.get(item, {})
        self._refuse_unknown(item, label, counts)
        self._count(counts, -1)
        _take(counts, label)
        self._count(counts, +1)
        if not counts:
            del self._items[item]

    def relabel(self, item: Hashable, old: int, new: int) -> None:
        """One label of the item changes its class.

        Raises
        ------
        UnknownItem
            When the item has no label `old`.
        """
        counts = self._items.get(item, {})
        self._refuse_unknown(item, old, counts)
        self._count(counts, -1)
        _take(counts, old)
        counts[new] = counts.get(new, 0) + 1
        self._count(counts, +1)

    def alpha(self) -> float:
        """Krippendorff's alpha for nominal classes, without its interval (`sums.alpha()` has one).

        Raises
        ------
        TooLittleOverlap, SingleClass
            As in `karat.quality.agreement.krippendorff.krippendorff_alpha`.
        """
        if self._n_shared < 2:
            raise TooLittleOverlap(
                f"alpha needs at least 2 items with two ratings or more; there are {self._n_shared}. "
                "Raise the overlap, so that more items are given to several annotators."
            )
        n = sum(self._totals.values())
        expected = n * n - self._squares
        if expected == 0:
            raise SingleClass(
                f"alpha compares agreement with chance, and all ratings of the {self._n_shared} shared items are of "
                "one class. Show raw agreement, or wait for ratings of other classes."
            )
        disagreement = sum(2 / (m - 1) * pairs for m, pairs in sorted(self._pairs.items()))
        return 1 - (n - 1) * disagreement / expected

    def _count(self, counts: dict[int, int], sign: int) -> None:
        """Add what the item contributes as it is, or take it back."""
        if not counts:
            return
        shift_by_item(self._moments, list(counts.items()), sign=sign)
        m = sum(counts.values())
        if m < 2:
            return
        self._n_shared += sign
        same = 0
        for label, count in counts.items():
            before = self._totals.get(label, 0)
            self._totals[label] = before + sign * count
            self._squares += count * (2 * sign * before + count)
            same += count * count
        self._pairs[m] = self._pairs.get(m, 0) + sign * (m * m - same) // 2

    @staticmethod
    def _refuse_unknown(item: Hashable, label: int, counts: dict[int, int]) -> None:
        if label not in counts:
            raise UnknownItem(
                f"item {item!r} has no label {label}, so none can be taken back or changed; it has {counts or 'none'}."
            )


def _take(counts: dict[int, int], label: int) -> None:
    if counts[label] == 1:
        del counts[label]
    else:
        counts[label] -= 1
