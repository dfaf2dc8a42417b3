"""Intervals for agreement when annotators too are only a sample: how far it hangs on who happened to label."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.agreement.additive import Additive
from karat.quality.agreement.grouped import Grouped
from karat.quality.agreement.item_intervals import log_scale_estimate
from karat.quality.agreement.patterns import Patterns, distinct
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap
from karat.quality.intervals import Estimate
from karat.quality.ratings import Codes, Ratings

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_BLOCK = 1 << 20
"""Numbers of a dense temporary array."""


def annotator_jackknife(ratings: Ratings, measure: Additive, *, level: float = 0.95) -> Estimate:
    """A coefficient with a t-interval from leaving out one annotator at a time.

    It speaks for the process: how agreement would vary had other such annotators labeled other such items. With few
    annotators it is wide, since little is known about people one has not seen. Annotators who happen to be alike make
    it too short: show the wider of this one and that over items (`karat.quality.agreement.over`).

    Parameters
    ----------
    ratings : Ratings
    measure : Additive
        From `karat.quality.agreement.additive.additive`.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        The interval is a t-interval on ln(1 - coefficient), with as many degrees of freedom as there are annotators
        of shared items, less one. `n` counts these annotators.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When there are fewer than three of them, or without one of them nothing would be shared.
    SingleClass
        When the coefficient is undefined, with all of them or without one.

    References
    ----------
    Tukey's jackknife; Efron and Stein (1981), doi:10.1214/aos/1176345462.

    Examples
    --------
    >>> from karat.quality.agreement.additive import additive
    >>> ratings = Ratings.from_rows([
    ...     (i, who, "xy"[(i + (i % (who + 3) == 0)) % 2]) for i in range(40) for who in range(4)])
    >>> print(annotator_jackknife(ratings, additive("alpha", ratings.classes)))
    0.367 (-0.346 to 0.702, n = 4)
    """
    value, without = leave_one_out(ratings, measure)
    n_annotators = len(without)
    if n_annotators < 3:
        raise TooLittleOverlap(
            f"how {measure.name} varies with annotators needs at least 3 who share items; there are {n_annotators}. "
            "Ask for the interval over items, which speaks for these annotators."
        )
    if (undefined := int(np.isnan(without).sum())) or math.isnan(value):
        raise SingleClass(
            f"{measure.name} is undefined without one of {undefined} of the {n_annotators} annotators: no item "
            "is shared, or a single class is left. Ask for the interval over items, or let more people share items."
        )
    spread = without - without.mean()
    error = math.sqrt((n_annotators - 1) / n_annotators * float(spread @ spread))
    return log_scale_estimate(value, error, n=n_annotators, degrees=n_annotators - 1, level=level, over="annotators")


def leave_one_out(ratings: Ratings, measure: Additive) -> tuple[float, Array]:
    """The coefficient, and what it would be without each annotator who labeled a shared item.

    An item that loses a label moves from one pattern of labels to another. How often each move happens is counted for
    all annotators in one pass; the cost is that of the different moves, not of annotators times ratings.

    Returns
    -------
    value : float
    without : float array of shape (n_annotators,)
        In the order of their codes; NaN where the coefficient is undefined. Annotators who share no item are left out.
    """
    if ratings.n_ratings == 0:
        raise NoRatings("agreement needs ratings; there are none.")
    grouped = Grouped.of(ratings)
    patterns = Patterns.of(grouped, ratings.n_classes)
    annotator, before, after, move = _moves(grouped, patterns, ratings)
    rows = measure.rows(patterns.counts)
    change = measure.rows(after) - rows[before]
    total = np.asarray(patterns.n_items @ rows)
    shared = np.repeat(grouped.sizes >= 2, grouped.sizes)
    who = np.flatnonzero(np.bincount(grouped.in_order(ratings.annotator)[shared], minlength=ratings.n_annotators))
    times = _times(annotator, move, (ratings.n_annotators, len(before)))[who]
    values, size = [], max(1, _BLOCK // len(total))
    for begin in range(0, len(who), size):
        values.append(measure.value(total + (times[begin : begin + size] @ change).toarray()))
    return float(measure.value(total[np.newaxis])[0]), np.concatenate([*values, np.empty(0)])


def _moves(grouped: Grouped, patterns: Patterns, ratings: Ratings) -> tuple[Codes, Integers, Any, Integers]:
    """Each annotator's withdrawal from each of their items, as annotator and number of the move.

    Returns
    -------
    annotator : int array of shape (n_withdrawals,)
    before : int array of shape (n_moves,)
        The pattern that is left.
    after : CSR array of shape (n_moves, n_classes)
        The counts that remain.
    move : int array of shape (n_withdrawals,)
    """
    annotator = grouped.in_order(ratings.annotator)
    pair = grouped.item * ratings.n_annotators + annotator
    in_order = np.sort(pair)
    if (in_order[1:] == in_order[:-1]).any():
        return _moves_of_several(grouped, patterns, ratings, pair)
    n_classes = ratings.n_classes
    code = np.repeat(patterns.of_item * n_classes, grouped.sizes) + grouped.label
    codes, move = _compact(code, len(patterns.sizes) * n_classes)
    before = codes // n_classes
    removed = _ones_at(np.arange(len(codes)), codes % n_classes, (len(codes), n_classes))
    return annotator, before, _less(patterns.counts[before], removed), move


def _moves_of_several(
    grouped: Grouped, patterns: Patterns, ratings: Ratings, pair: Integers
) -> tuple[Codes, Integers, Any, Integers]:
    """Where an annotator rated an item repeatedly, all these ratings go at once; moves are not merged."""
    first, withdrawal, _ = distinct(pair)
    before = patterns.of_item[grouped.item[first]]
    removed = _ones_at(withdrawal, grouped.label, (len(first), ratings.n_classes))
    annotator = grouped.in_order(ratings.annotator)[first]
    return annotator, before, _less(patterns.counts[before], removed), np.arange(len(first))


def _compact(code: Integers, n_codes: int) -> tuple[Integers, Integers]:
    """The codes that occur, and the place of each among them: by counting where there are few, else by sorting."""
    if n_codes > 2 * len(code) + _BLOCK:
        first, place, _ = distinct(code)
        return code[first], place
    occurs = np.bincount(code, minlength=n_codes) > 0
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[code]


def _times(annotator: Codes, move: Integers, shape: tuple[int, int]) -> Any:
    """How often each annotator makes each move, as a CSR array."""
    n_annotators, n_moves = shape
    if n_annotators * n_moves <= 2 * len(move) + _BLOCK:
        counted = np.bincount(annotator * np.int64(n_moves) + move, minlength=n_annotators * n_moves)
        return scipy.sparse.csr_array(counted.reshape(shape).astype(np.float64))
    return _ones_at(annotator, move, shape)


def _ones_at(row: npt.NDArray[Any], column: npt.NDArray[Any], shape: tuple[int, int]) -> Any:
    return scipy.sparse.coo_array((np.ones(len(row)), (row, column)), shape=shape).tocsr()


def _less(counts: Any, removed: Any) -> Any:
    left = (counts - removed).tocsr()
    left.eliminate_zeros()
    return left
