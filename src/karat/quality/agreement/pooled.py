"""Pairwise agreement as an estimate over items: the mean of a similarity, or a share of totals such as F1."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from karat.quality.agreement.item_intervals import ROUNDING
from karat.quality.agreement.pairs import Array, item_pairs, score_pairs
from karat.quality.errors import UnknownMethod
from karat.quality.intervals import Estimate, clopper_pearson, normal_quantile, student_quantile
from karat.quality.ratings import Name, Ratings


def mean_pairwise(ratings: Ratings, similarity: Callable[[Any, Any], float], *, level: float = 0.95) -> Estimate:
    """How similar the answers of two annotators to the same item are, on average.

    Parameters
    ----------
    ratings : Ratings
        Whose classes are the answers: anything hashable that `similarity` understands.
    similarity : function of two answers
        Symmetric, 0 (nothing in common) to 1 (equal).
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        Mean over pairs within an item, then over items, 0-1; not corrected for chance. The interval is Clopper and
        Pearson's at the effective number of items; `n` counts the items with at least two answers.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When no item has two answers.
    UnknownMethod
        When `similarity` leaves 0-1.

    Examples
    --------
    >>> rows = [("a", "ada", "cat"), ("a", "bo", "cut"), ("b", "ada", "dog"), ("b", "bo", "dog")]
    >>> def same_letters(one: str, other: str) -> float:
    ...     return sum(x == y for x, y in zip(one, other)) / 3
    >>> round(mean_pairwise(Ratings.from_rows(rows), same_letters).value, 3)
    0.833
    """
    pairs = item_pairs(ratings)
    found = score_pairs(ratings, pairs, lambda one, other: (similarity(one, other),))[:, 0]
    if not ((found >= 0) & (found <= 1)).all():
        raise UnknownMethod(
            f"a similarity lies between 0 and 1; this one gave {found.min():g} to {found.max():g}. "
            "Scale it, or use distance_alpha, which takes any distance."
        )
    return share_of_totals(pairs.item_means(found), np.ones(pairs.n_items), level=level)


def pooled_share(
    ratings: Ratings,
    score: Callable[[Any, Any], tuple[float, float]],
    *,
    unit: float | None = None,
    level: float = 0.95,
) -> Estimate:
    """A share of totals, summed over items: what F1 is, where items weigh by what was found in them.

    Parameters
    ----------
    ratings : Ratings
        Whose classes are the answers.
    score : function of two answers
        Symmetric; gives part and whole, 0 <= part <= whole. Both 0 where two empty answers agree.
    unit : float, optional
        What one yes-no decision adds to the whole, where part and whole count decisions.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        Sum over items of the mean part over the pairs of an item, divided by that of the wholes. 1 where all wholes
        are 0: everybody says that there is nothing. `n` counts the items with at least two answers.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When no item has two answers.
    """
    pairs = item_pairs(ratings)
    found = score_pairs(ratings, pairs, score)
    return share_of_totals(pairs.item_means(found[:, 0]), pairs.item_means(found[:, 1]), unit=unit, level=level)


def pooled_share_by_pair(
    ratings: Ratings,
    score: Callable[[Any, Any], tuple[float, float]],
    *,
    unit: float | None = None,
    level: float = 0.95,
) -> dict[tuple[Name, Name], Estimate]:
    """`pooled_share` for each two annotators who share an item.

    Returns
    -------
    dict from (annotator, annotator) to Estimate
        In the order of `ratings.annotators`, each pair once. `n` counts the items the two share.
    """
    pairs = item_pairs(ratings)
    found = score_pairs(ratings, pairs, score)
    one, other = ratings.annotator[pairs.first].astype(np.int64), ratings.annotator[pairs.second].astype(np.int64)
    keys = np.minimum(one, other) * ratings.n_annotators + np.maximum(one, other)
    different, sizes = np.unique(keys, return_counts=True)
    rows_of_pairs = np.split(np.argsort(keys, kind="stable"), np.cumsum(sizes)[:-1])
    names = ratings.annotators
    return {
        (names[key // ratings.n_annotators], names[key % ratings.n_annotators]): share_of_totals(
            found[rows, 0], found[rows, 1], unit=unit, level=level
        )
        for key, rows in zip(different.tolist(), rows_of_pairs, strict=True)
    }


def share_of_totals(parts: Array, wholes: Array, *, unit: float | None = None, level: float = 0.95) -> Estimate:
    """Sum of parts over sum of wholes, with Clopper and Pearson's interval at the effective number of items.

    That number is how many yes-no items would vary as much as these items make the ratio vary (delta method), made
    smaller by the ratio of normal to Student's quantile, since the variation itself is learned from few items.

    Parameters
    ----------
    parts, wholes : float arrays of shape (n_items,)
    unit : float, optional
        What one yes-no decision adds to the whole; the effective number is never more than there are decisions.
        None where items hold degrees of likeness, which vary less than yes and no, however many decisions there are.

    References
    ----------
    Korn and Graubard (1998), Survey Methodology 24:193-201.
    """
    n_items = len(parts)
    total = float(wholes.sum())
    share = 1.0 if total == 0 else min(1.0, float(parts.sum()) / total)
    bounds = clopper_pearson(
        share * (effective := _effective_items(parts, wholes, share, unit, level)), effective, level=level
    )
    return Estimate(share, min(share, bounds.low), max(share, bounds.high), n_items, level, over="items")


def _effective_items(parts: Array, wholes: Array, share: float, unit: float | None, level: float) -> float:
    n_items = len(parts)
    if share in {0.0, 1.0} or n_items < 2:
        return float(n_items)
    residuals = parts - share * wholes
    variance = n_items / (n_items - 1) * float(residuals @ residuals) / float(wholes.sum()) ** 2
    binary = share * (1 - share)
    most = math.inf if unit is None else float(wholes.sum()) / unit
    if variance <= ROUNDING * binary:  # every item has the same share: nothing to learn the variation from
        return float(min(n_items, most))
    effective = min(most, binary / variance)
    tail = 0.5 + level / 2
    return effective * float(np.square(normal_quantile(tail) / student_quantile(tail, n_items - 1)))
