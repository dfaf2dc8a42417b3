"""Cohen's kappa: of two annotators, and of all pairs of annotators at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.agreement.annotator_pairs import PairTables
from karat.quality.agreement.chance_corrected import refuse_certain_chance, without_spread
from karat.quality.agreement.item_agreement import refuse_too_few
from karat.quality.agreement.item_intervals import log_scale_estimate
from karat.quality.agreement.pair import Pair, SharedLabels, shared_labels
from karat.quality.agreement.weights import Credit, Weights
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


def cohen_kappa(
    ratings: Ratings, *, pair: Pair | None = None, weights: Weights = "identity", level: float = 0.95
) -> Estimate:
    """Agreement of two annotators beyond what they would reach who draw from their own class shares.

    Parameters
    ----------
    ratings : Ratings
        Only items both rated count.
    pair : two names of annotators, optional
        Needed when there are more than two. The first is the rows of the weights.
    weights : str or array_like of shape (n_classes, n_classes)
        Partial credit for different classes, symmetric or not; see
        `karat.quality.agreement.weights.weight_matrix`, and `credit_of_distances` there for disagreement weights.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        1 for perfect agreement, 0 for chance. The interval is a t-interval on ln(1 - kappa) with the standard error of
        Fleiss, Cohen and Everitt; `n` counts the shared items.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When the two have fewer than two items in common.
    SingleClass
        When both gave one and the same class throughout.
    UnknownMethod, NotNumeric
        When it is not clear which two are meant, there are no such weights, or they need numbers.

    References
    ----------
    Cohen (1960), doi:10.1177/001316446002000104; (1968), doi:10.1037/h0026256. Standard error: Fleiss, Cohen and
    Everitt (1969), doi:10.1037/h0028106.

    Examples
    --------
    >>> ratings = Ratings.from_rows([
    ...     (1, "ada", "x"), (1, "bo", "x"), (2, "ada", "y"), (2, "bo", "y"), (3, "ada", "x"), (3, "bo", "y")])
    >>> round(cohen_kappa(ratings).value, 3)
    0.4
    """
    labels = shared_labels(ratings, pair)
    n = len(labels.first)
    refuse_too_few(n, "Cohen's kappa", 2)
    table = _Table.of(labels, Credit.of(weights, ratings.classes))
    refuse_certain_chance(table.chance, "Cohen's kappa", n)
    value = (table.observed - table.chance) / (1 - table.chance)
    variance = table.variance_of_one(value)
    if variance <= 1e-24:
        return without_spread(value, table.chance, n, level)
    return log_scale_estimate(value, math.sqrt(variance / n), n=n, degrees=n - 1, level=level)


@dataclass(frozen=True, slots=True)
class _Table:
    """A two-way table by its cells that are not empty: their share, credit, and mean credit by chance."""

    share: Array
    credit: Array
    by_chance: Array
    observed: float
    chance: float

    @staticmethod
    def of(labels: SharedLabels, credit: Credit) -> _Table:
        q = credit.n_classes
        cells, n_items = _counted(labels.first.astype(np.int64) * q + labels.second, n_cells=q * q)
        share, row, column = n_items / n_items.sum(), cells // q, cells % q
        first = np.bincount(row, share, minlength=q).astype(np.float64)
        second = np.bincount(column, share, minlength=q).astype(np.float64)
        by_second = credit.expected_by_second(first)
        given = credit.between(row, column)
        return _Table(
            share=share,
            credit=given,
            observed=float(n_items @ given / n_items.sum()),  # by counts, so that full agreement is 1 to the last bit
            by_chance=credit.expected_by_first(second)[row] + by_second[column],
            chance=float(by_second @ second),
        )

    def variance_of_one(self, kappa: float) -> float:
        """n times the variance of kappa, by Fleiss, Cohen and Everitt."""
        influence = self.credit - self.observed - (1 - kappa) * (self.by_chance - 2 * self.chance)
        return float(self.share @ influence**2) / (1 - self.chance) ** 2


def _counted(cells: Counts, *, n_cells: int) -> tuple[Counts, Counts]:
    """The cells that occur and how often; a table of all cells only where it is not the larger part."""
    if n_cells > 4 * len(cells) + (1 << 16):
        found, counts = np.unique(cells, return_counts=True)
        return found, counts.astype(np.int64)
    table = np.bincount(cells, minlength=n_cells)
    found = np.flatnonzero(table)
    return found, table[found]


@dataclass(frozen=True, slots=True)
class PairKappas:
    """Cohen's kappa of all pairs of annotators for whom it is defined.

    Attributes
    ----------
    first, second : int arrays of shape (n_pairs,)
        Codes of the annotators, first < second, ordered by first and then second.
    kappa, standard_error : float arrays of shape (n_pairs,)
        The standard error is that of Fleiss, Cohen and Everitt, and 0 where the shared items leave no spread: read it
        beside `n_shared`.
    n_shared : int array of shape (n_pairs,)
        Items both rated.
    n_undefined : int
        Pairs with items in common that are left out, since both gave one and the same class to all of them.
    """

    first: Counts
    second: Counts
    kappa: Array
    standard_error: Array
    n_shared: Counts
    n_undefined: int


def cohen_pairs(ratings: Ratings, *, weights: Weights = "identity", least_shared: int = 2) -> PairKappas:
    """Cohen's kappa of every two annotators with items in common.

    Parameters
    ----------
    ratings : Ratings
        Each pair is judged on the items both rated.
    weights : str or array_like of shape (n_classes, n_classes)
        As in `cohen_kappa`.
    least_shared : int
        Leave out pairs with fewer items in common.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When no two annotators have that many items in common.
    SingleClass
        When kappa is defined for no pair.

    Examples
    --------
    >>> rows = [(1, "ada", "x"), (1, "bo", "x"), (1, "cy", "y"), (2, "ada", "y"), (2, "bo", "y"), (2, "cy", "y")]
    >>> cohen_pairs(Ratings.from_rows(rows)).kappa.tolist()
    [1.0, 0.0, 0.0]
    """
    tables = pair_tables(ratings, Credit.of(weights, ratings.classes), least_shared, "Cohen's kappa of pairs")
    shared = tables.n_shared >= least_shared
    defined = shared & is_defined(tables)
    variance = _variances(tables, Credit.of(weights, ratings.classes))
    return PairKappas(
        first=tables.first[defined],
        second=tables.second[defined],
        kappa=(tables.observed[defined] - tables.expected[defined]) / (1 - tables.expected[defined]),
        standard_error=np.sqrt(variance[defined]),
        n_shared=tables.n_shared[defined],
        n_undefined=int((shared & ~defined).sum()),
    )


def pair_tables(ratings: Ratings, credit: Credit, least_shared: int, what: str) -> PairTables:
    """Tables of all pairs; raises unless kappa is defined for one of them."""
    if ratings.n_ratings == 0:
        raise NoRatings(f"{what} needs ratings; there are none.")
    tables = PairTables.of(ratings, credit)
    most = int(tables.n_shared.max(initial=0))
    if most < least_shared:
        raise TooLittleOverlap(
            f"{what} needs two annotators with {least_shared} items in common; the most two have is {most}. "
            "Raise the overlap, or let the same people meet again."
        )
    if not (is_defined(tables) & (tables.n_shared >= least_shared)).any():
        raise SingleClass(
            f"{what} compares agreement with chance, and every two annotators gave one class only to the items they "
            "share. Show raw agreement, or wait for ratings of other classes."
        )
    return tables


def is_defined(tables: PairTables) -> npt.NDArray[np.bool_]:
    """Which pairs leave something beyond chance."""
    return np.asarray(1 - tables.expected >= 1e-12)


def _variances(tables: PairTables, credit: Credit) -> Array:
    total = np.zeros(len(tables.first))
    with np.errstate(divide="ignore", invalid="ignore"):  # of undefined pairs, which the caller leaves out
        for met, influence in tables.influences(credit):
            total += np.bincount(met.pair, influence * influence, minlength=len(total))
    return np.asarray(total / tables.n_shared.astype(np.float64) ** 2)
