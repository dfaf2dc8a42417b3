"""Agreement read off sums: the same numbers for one bucket, a window of buckets, or everything."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.agreement.item_intervals import (
    ROUNDING,
    Influence,
    alpha_estimate,
    log_scale_estimate,
    mean_share_estimate,
    without_spread,
)
from karat.quality.errors import SingleClass, TooLittleOverlap
from karat.quality.intervals import Estimate

Array = npt.NDArray[np.float64]

# An item with m ratings, P ordered pairs of which disagree, is described by
# s = (1, [m >= 2], P / (m - 1), P / (m (m - 1)), n_0 [m >= 2], n_0 / m, n_1 [m >= 2], n_1 / m, ...).
RATED, SHARED, APART, MISSES, FIRST_CLASS = range(5)


@dataclass(frozen=True, slots=True)
class ScaledSums:
    """Sums over items of s s', where s describes an item; since s begins with 1, its first row is the sum of s.

    Attributes
    ----------
    squares : float array of shape (4 + 2 n_classes, 4 + 2 n_classes)
    """

    squares: Array

    @staticmethod
    def together(parts: Iterable[ScaledSums]) -> ScaledSums:
        """Of all parts, which have no item in common and the same order of classes; some may not know the last ones."""
        listed = list(parts)
        width = max((len(part.squares) for part in listed), default=FIRST_CLASS)
        squares = np.zeros((width, width))
        for part in listed:
            known = len(part.squares)
            squares[:known, :known] += part.squares
        return ScaledSums(squares)

    @property
    def n_items(self) -> int:
        """Items with at least two ratings."""
        return round(float(self.squares[SHARED, SHARED]))

    @property
    def total(self) -> Array:
        """The sum of s."""
        return np.asarray(self.squares[RATED])

    @property
    def class_totals(self) -> Array:
        """Ratings of each class on items with at least two ratings."""
        return self.total[FIRST_CLASS::2]

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
        disagreement, by_class = self._pairable("alpha")
        n = by_class.sum()
        expected = n * n - by_class @ by_class
        ratio = (n - 1) * disagreement / expected
        slope = np.zeros_like(self.total)
        slope[APART] = -(n - 1) / expected
        slope[FIRST_CLASS::2] = -disagreement / expected + 2 * ratio * (n - by_class) / expected
        return alpha_estimate(
            alpha=float(1 - ratio),
            influence=self.influence(slope),
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
        return mean_share_estimate(
            misses=float(self.total[MISSES]),
            squared_misses=float(self.squares[MISSES, MISSES]),
            n_items=self.n_items,
            most_units=float(self.class_totals.sum()) / 2,
            level=level,
        )

    def ac1(self, n_classes: int, *, level: float = 0.95) -> Estimate:
        """Gwet's AC1, with its interval over items.

        See `karat.quality.agreement.gwet.gwet_ac1`; `n` is the number of items with at least two ratings.

        Parameters
        ----------
        n_classes : int
            Classes that could have been given, whether they were or not.

        Raises
        ------
        TooLittleOverlap
            When fewer than two items have at least two ratings.
        SingleClass
            When there is no second class.
        """
        self._refuse_too_few("Gwet's coefficient")
        if n_classes < 2:
            raise SingleClass(
                "Gwet's coefficient depends on the number of classes there are to choose from, and only "
                f"{n_classes} is declared. Declare the others too, also if nobody gave them."
            )
        rated, shared = float(self.total[RATED]), float(self.total[SHARED])
        share = self.total[FIRST_CLASS + 1 :: 2] / rated
        missing = float(self.total[MISSES]) / shared
        beyond = 1 - float(share @ (1 - share)) / (n_classes - 1)
        distance = missing / beyond
        doubt = distance / beyond * (1 - 2 * share) / ((n_classes - 1) * rated)
        slope = np.zeros_like(self.total)
        slope[[MISSES, SHARED, RATED]] = -1 / (shared * beyond), distance / shared, float(doubt @ share)
        slope[FIRST_CLASS + 1 :: 2] = -doubt
        influence = self.influence(slope)
        if distance == 0 or influence.squares <= influence.rounding:
            return without_spread(1 - distance, self.n_items, beyond, level)
        error = math.sqrt(rated / (rated - 1) * influence.squares)  # the influences of all items sum to 0
        return log_scale_estimate(1 - distance, error, n=self.n_items, degrees=self.n_items - 1, level=level)

    def log_parts(self) -> tuple[float, float, Array, Array]:
        """ln D_o and ln D_e, whose difference is ln(1 - alpha), and how each moves with `total`.

        Raises
        ------
        TooLittleOverlap, SingleClass
            When alpha is undefined, or nobody disagreed, so that D_o has no logarithm.
        """
        disagreement, by_class = self._pairable("the split of a change")
        if disagreement <= 0:
            raise SingleClass(
                f"on {self.n_items} shared items nobody disagreed, so that a change cannot be given as a factor. "
                "Compare raw agreement instead."
            )
        n = by_class.sum()
        expected = n * n - by_class @ by_class
        observed_slope, expected_slope = np.zeros_like(self.total), np.zeros_like(self.total)
        observed_slope[APART] = 1 / disagreement
        observed_slope[FIRST_CLASS::2] = -1 / n
        expected_slope[FIRST_CLASS::2] = 2 * (n - by_class) / expected - 1 / n - 1 / (n - 1)
        return (
            float(np.log(disagreement / n)),
            float(np.log(expected / (n * (n - 1)))),
            observed_slope,
            expected_slope,
        )

    def influence(self, slope: Array) -> Influence:
        """Of the items on a number that moves with `total` along this slope."""
        return Influence(
            total=float(slope @ self.total),
            squares=float(slope @ self.squares @ slope),
            rounding=float(abs(slope) @ self.squares @ abs(slope)) * ROUNDING,
        )

    def _pairable(self, what: str) -> tuple[float, Array]:
        self._refuse_too_few(what)
        by_class = self.class_totals
        if np.count_nonzero(by_class) < 2:
            raise SingleClass(
                f"{what} compares agreement with chance, and all ratings of the {self.n_items} shared items are of "
                "one class. Show raw agreement, or wait for ratings of other classes."
            )
        return float(self.total[APART]), by_class

    def _refuse_too_few(self, what: str, *, needed: int = 2) -> None:
        if self.n_items < needed:
            items = "item" if needed == 1 else "items"
            raise TooLittleOverlap(
                f"{what} needs at least {needed} {items} with two ratings or more; there are {self.n_items}. "
                "Raise the overlap, so that more items are given to several annotators."
            )
