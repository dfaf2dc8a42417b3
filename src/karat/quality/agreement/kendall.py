"""Kendall's measures of agreement in order: W among several annotators, tau-b between two."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.agreement.complete import complete_codes
from karat.quality.errors import SingleClass, TooLittleOverlap, UnknownItem
from karat.quality.intervals import Estimate, clopper_pearson, student_quantile
from karat.quality.ratings import Name, Ratings

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[Any]

CELLS_AT_ONCE = 2**20


@dataclass(frozen=True, slots=True)
class Concordance:
    """Kendall's W and the test that annotators order the items independently of each other.

    Attributes
    ----------
    value : float
        0-1; 1 when all give the same order. Its mean under independence is 1 / n_annotators, not 0.
    chi_square : float
        Friedman's statistic, `n_annotators * (n_items - 1) * value`.
    degrees : int
        Its degrees of freedom.
    p_value : float
        How often independent orders agree at least as well; the chi-square approximation wants more than 7 items.
    n_items, n_annotators : int
    """

    value: float
    chi_square: float
    degrees: int
    p_value: float
    n_items: int
    n_annotators: int


def kendall_w(ratings: Ratings, *, ties: bool = True) -> Concordance:
    """How far several annotators put the items into the same order.

    Parameters
    ----------
    ratings : Ratings
        Every item rated by every annotator, on classes in their order (`ratings.classes`): ranks or grades. Only the
        order within each annotator counts, so that lenient and severe ones can agree perfectly.
    ties : bool
        Whether to correct for equal ranks, without which W cannot reach 1 where annotators give some.

    Returns
    -------
    Concordance

    Raises
    ------
    NoRatings, TooLittleOverlap
        When there are fewer than two items or annotators, or a rating is missing.
    SingleClass
        When every annotator gave all items the same class.

    References
    ----------
    Kendall and Babington Smith (1939), doi:10.1214/aoms/1177732186.

    Examples
    --------
    >>> rows = [("a", "ada", 1), ("b", "ada", 2), ("c", "ada", 3), ("a", "bo", 1), ("b", "bo", 3), ("c", "bo", 2)]
    >>> kendall_w(Ratings.from_rows(rows)).value
    0.75
    """
    codes = complete_codes(ratings, measure="Kendall's W")
    n, m = codes.shape
    if n < 2 or m < 2:
        raise TooLittleOverlap(
            f"Kendall's W needs at least 2 items and 2 annotators; there are {n} and {m}. "
            "Give more items to several annotators."
        )
    rank_sums, tied = np.zeros(n), 0.0
    for column in codes.T:
        ranks, sizes = _middle_ranks(column)
        rank_sums += ranks
        tied += float((sizes**3 - sizes).sum())
    most = m * m * (n**3 - n) - (m * tied if ties else 0.0)
    if tied == m * (n**3 - n):
        raise SingleClass(
            f"every annotator gave all {n} items one class, so nobody put them into an order. "
            "Show raw agreement, or wait for other ratings."
        )
    value = min(1.0, 12 * float(np.square(rank_sums - m * (n + 1) / 2).sum()) / most)
    chi_square = m * (n - 1) * value
    p_value = float(scipy.special.chdtrc(n - 1, chi_square))
    return Concordance(value, chi_square, n - 1, p_value, n, m)


def kendall_tau(ratings: Ratings, first: Name, second: Name, *, level: float = 0.95) -> Estimate:
    """How far two annotators put pairs of items into the same order: Kendall's tau-b.

    Parameters
    ----------
    ratings : Ratings
        On classes in their order (`ratings.classes`). Items only one of the two rated count for nothing.
    first, second : names of annotators
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        1 for the same order, -1 for the opposite one; pairs of items that an annotator ties count as neither. The
        interval is a t-interval on Fisher's atanh over items, the standard error from each item's influence; where
        the value is 1 or -1, Clopper and Pearson's for half as many independent pairs of items. `n` counts the
        items.

    Raises
    ------
    UnknownItem
        When there is no such annotator.
    TooLittleOverlap
        When the two share fewer than two items.
    SingleClass
        When one of them gave all shared items the same class.

    References
    ----------
    Kendall (1945), doi:10.1093/biomet/33.3.239.

    Examples
    --------
    >>> rows = [("a", "ada", 1), ("b", "ada", 2), ("c", "ada", 3), ("a", "bo", 1), ("b", "bo", 3), ("c", "bo", 2)]
    >>> round(kendall_tau(Ratings.from_rows(rows), "ada", "bo").value, 3)
    0.333
    """
    one, other = _shared(ratings, first, second)
    cells, counts = np.unique(np.column_stack([one, other]), axis=0, return_counts=True)
    agreeing, apart_in_one, apart_in_other = _pair_sums(cells, counts.astype(np.float64))
    totals = [float(counts @ sums) for sums in (agreeing, apart_in_one, apart_in_other)]
    if totals[1] == 0 or totals[2] == 0:
        raise SingleClass(
            f"{first if totals[1] == 0 else second!r} gave all {len(one)} shared items the same class, so there is no "
            "order to compare. Wait for other ratings."
        )
    scale = math.sqrt(totals[1] * totals[2])
    tau = max(-1.0, min(1.0, totals[0] / scale))
    influence = 2 * agreeing / scale - tau * (apart_in_one / totals[1] + apart_in_other / totals[2])
    return _tau_estimate(tau, float(counts @ np.square(influence)), len(one), level)


def _middle_ranks(codes: Codes) -> tuple[Array, Array]:
    """Ranks from 1, the mean of their places for equal ones; and how many share each rank."""
    _, place, sizes = np.unique(codes, return_inverse=True, return_counts=True)
    return (np.cumsum(sizes) - (sizes - 1) / 2)[place], sizes.astype(np.float64)


def _shared(ratings: Ratings, first: Name, second: Name) -> tuple[Codes, Codes]:
    """Class codes the two gave the items both rated, paired."""
    given = []
    for name in (first, second):
        if name not in ratings.annotators:
            raise UnknownItem(f"no annotator is called {name!r}; there are {list(ratings.annotators[:10])!r}.")
        mine = ratings.annotator == ratings.annotators.index(name)
        given.append(dict(zip(ratings.item[mine].tolist(), ratings.label[mine].tolist(), strict=True)))
    both = [item for item in given[0] if item in given[1]]
    if len(both) < 2:
        raise TooLittleOverlap(
            f"an order needs two items that both {first!r} and {second!r} rated; there are {len(both)}. "
            "Raise the overlap between them."
        )
    return np.array([given[0][item] for item in both]), np.array([given[1][item] for item in both])


def _pair_sums(cells: Codes, counts: Array) -> tuple[Array, Array, Array]:
    """For each cell (class of one, class of other), summed over all items: order agreement, and pairs apart.

    Over cells rather than items: on a scale of few classes there are few of them, however many items there are.
    """
    sums = np.empty((3, len(cells)))
    step = max(1, CELLS_AT_ONCE // len(cells))
    for start in range(0, len(cells), step):
        block = slice(start, start + step)
        one = np.sign(cells[block, :1] - cells[:, 0])
        other = np.sign(cells[block, 1:] - cells[:, 1])
        sums[0, block] = (one * other) @ counts
        sums[1, block] = abs(one) @ counts
        sums[2, block] = abs(other) @ counts
    return sums[0], sums[1], sums[2]


def _tau_estimate(tau: float, squares: float, n: int, level: float) -> Estimate:
    if abs(tau) > 1 - 1e-12:
        # n items make n / 2 pairs that share no item, and all of them agree.
        reach = 2 * (1 - clopper_pearson(n // 2, n // 2, level=level).low)
        low, high = (tau - reach, 1.0) if tau > 0 else (-1.0, tau + reach)
        return Estimate(tau, max(-1.0, low), min(1.0, high), n, level, over="items")
    error = math.sqrt(n / (n - 1) * squares)
    reach = student_quantile(0.5 + level / 2, n - 1) * error / (1 - tau * tau)
    low, high = math.tanh(math.atanh(tau) - reach), math.tanh(math.atanh(tau) + reach)
    return Estimate(tau, min(low, tau), max(high, tau), n, level, error, "items")
