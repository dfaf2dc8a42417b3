"""Intraclass correlation: the share of the variance of numbers that lies between items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.agreement.complete import complete_codes, equally_rated_codes
from karat.quality.errors import NotNumeric, SingleClass, TooLittleOverlap, UnknownMethod
from karat.quality.intervals import Estimate
from karat.quality.ratings import Name, Ratings

Array = npt.NDArray[np.float64]

FORMS = ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k")


def icc(ratings: Ratings, *, form: str = "2,k", level: float = 0.95) -> Estimate:
    """How much of the variance of numeric ratings lies between items rather than between annotators.

    Parameters
    ----------
    ratings : Ratings
        Whose classes are numbers. Forms 2 and 3 need every item rated by every annotator; form 1 needs equally many
        ratings for each item, by whomever.
    form : {"1,1", "2,1", "3,1", "1,k", "2,k", "3,k"}
        First who rated: 1 other annotators for each item, 2 annotators drawn from many, whose leniency counts as
        disagreement, 3 exactly these annotators, whose leniency does not count. Then what is used later: one
        annotator's rating (1) or the mean of all of them (k).
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        1 when annotators differ in nothing; 0 or below when items differ no more than chance makes them. The interval
        rests on F distributions, so on ratings that scatter normally; with no scatter at all it is a point. It
        speaks for other annotators too, but with form 3 for these. `n` counts the items.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When there are fewer than two items or two annotators, or a rating is missing.
    NotNumeric
        When a class is no number.
    SingleClass
        When all items have the same mean: there is nothing to tell apart.
    UnknownMethod
        When there is no such form.

    References
    ----------
    Shrout and Fleiss (1979), doi:10.1037/0033-2909.86.2.420; McGraw and Wong (1996), doi:10.1037/1082-989X.1.1.30.

    Examples
    --------
    >>> ratings = Ratings.from_rows([(1, "ada", 9), (1, "bo", 7), (2, "ada", 6), (2, "bo", 5), (3, "ada", 8),
    ...                              (3, "bo", 6)])
    >>> round(icc(ratings, form="3,1").value, 3)
    0.9
    """
    _refuse_unknown(form)
    read = equally_rated_codes if form.startswith("1") else complete_codes
    codes = read(ratings, measure=f"ICC({form})")
    return icc_of_matrix(_numbers(ratings.classes, codes)[codes], form=form, level=level)


def icc_of_matrix(matrix: npt.ArrayLike, *, form: str = "2,k", level: float = 0.95) -> Estimate:
    """`icc` of a table of numbers.

    Parameters
    ----------
    matrix : array_like of shape (n_items, n_annotators)
        Without missing values.

    Examples
    --------
    >>> round(icc_of_matrix([[9, 7], [6, 5], [8, 6]], form="3,1").value, 3)
    0.9
    """
    _refuse_unknown(form)
    squares = _MeanSquares.of(_checked(np.asarray(matrix, dtype=np.float64)))
    low, value, high = _random_annotators(squares, level) if form.startswith("2") else _by_ratio(squares, form, level)
    if form.endswith("k"):
        low, value, high = (_of_mean(one, squares.n_annotators) for one in (low, value, high))
    over: Literal["items", "annotators"] = "items" if form.startswith("3") else "annotators"
    return Estimate(value, min(low, value), max(high, value), squares.n_items, level, over=over)


@dataclass(frozen=True, slots=True)
class _MeanSquares:
    """Two-way analysis of variance: mean squares of items, annotators, what is left, and all within items."""

    items: float
    annotators: float
    rest: float
    within: float
    n_items: int
    n_annotators: int

    @staticmethod
    def of(matrix: Array) -> _MeanSquares:
        n_items, n_annotators = matrix.shape
        matrix = matrix - matrix.mean()  # keeps digits when the ratings are large numbers close together
        item_means, annotator_means = matrix.mean(axis=1, keepdims=True), matrix.mean(axis=0)
        rest = float(np.square(matrix - item_means - annotator_means).sum())
        within = float(np.square(matrix - item_means).sum())
        items = n_annotators * float(np.square(item_means).sum())
        if items <= np.finfo(float).eps * np.square(matrix).sum():
            raise SingleClass(
                f"all {n_items} items have the same mean rating, so there is nothing between items for annotators to "
                "agree on. Show how far the ratings lie apart, or wait for other items."
            )
        return _MeanSquares(
            items=items / (n_items - 1),
            annotators=n_items * float(np.square(annotator_means).sum()) / (n_annotators - 1),
            rest=rest / ((n_items - 1) * (n_annotators - 1)),
            within=within / (n_items * (n_annotators - 1)),
            n_items=n_items,
            n_annotators=n_annotators,
        )


def _by_ratio(squares: _MeanSquares, form: str, level: float) -> tuple[float, float, float]:
    """Forms 1 and 3: the coefficient is a function of one F ratio."""
    n, k = squares.n_items, squares.n_annotators
    one_way = form.startswith("1")
    error = squares.within if one_way else squares.rest
    degrees = n * (k - 1) if one_way else (n - 1) * (k - 1)
    tail = 0.5 + level / 2
    farther, nearer = _f_quantile(n - 1, degrees, tail), 1 / _f_quantile(degrees, n - 1, tail)
    return (
        _from_squares(squares.items, error * farther, k),
        _from_squares(squares.items, error, k),
        _from_squares(squares.items, error * nearer, k),
    )


def _from_squares(items: float, error: float, k: int) -> float:
    return (items - error) / (items + (k - 1) * error)


def _random_annotators(squares: _MeanSquares, level: float) -> tuple[float, float, float]:
    """Form 2: the interval takes Satterthwaite's degrees of freedom (Shrout and Fleiss, p. 424)."""
    n, k = squares.n_items, squares.n_annotators
    rest_weight = k * n - k - n
    error = (k * squares.annotators + rest_weight * squares.rest) / n
    value = (squares.items - squares.rest) / (squares.items + error)
    if error == 0:
        return 1.0, 1.0, 1.0
    annotator_part = k * value * squares.annotators
    rest_part = (n * (1 + (k - 1) * value) - k * value) * squares.rest
    degrees = (
        (k - 1)
        * (n - 1)
        * (annotator_part + rest_part) ** 2
        / ((n - 1) * annotator_part**2 + rest_part**2 or np.finfo(float).tiny)
    )
    tail = 0.5 + level / 2
    farther, nearer = _f_quantile(n - 1, degrees, tail), 1 / _f_quantile(degrees, n - 1, tail)
    low = (squares.items - farther * squares.rest) / (squares.items + farther * error)
    high = (squares.items - nearer * squares.rest) / (squares.items + nearer * error)
    return low, value, high


def _of_mean(single: float, k: int) -> float:
    """Spearman and Brown: from one rating to the mean of k."""
    return k * single / (1 + (k - 1) * single)


def _f_quantile(numerator: float, denominator: float, probability: float) -> float:
    return float(scipy.special.fdtri(numerator, denominator, probability))


def _numbers(classes: Sequence[Name], codes: npt.NDArray[np.int64]) -> Array:
    """The classes as numbers; those nobody gave stay NaN, whatever their name."""
    values = np.full(len(classes), np.nan)
    for code in np.unique(codes).tolist():
        try:
            values[code] = float(classes[code])
        except (TypeError, ValueError):
            values[code] = np.nan
        if not np.isfinite(values[code]):
            raise NotNumeric(
                f"ICC needs classes that are numbers; {classes[code]!r} is not. Use Krippendorff's alpha or Gwet's AC "
                "with ordinal weights if the classes have an order."
            )
    return values


def _checked(matrix: Array) -> Array:
    if matrix.ndim != 2:
        raise TooLittleOverlap(f"ICC needs a table, items by annotators; got an array of shape {matrix.shape}.")
    n_items, n_annotators = matrix.shape
    if n_items < 2 or n_annotators < 2:
        raise TooLittleOverlap(
            f"ICC needs at least 2 items and 2 ratings of each; there are {n_items} items with {n_annotators}. "
            "Give more items to several annotators."
        )
    if not np.isfinite(matrix).all():
        row, column = np.argwhere(~np.isfinite(matrix))[0]
        raise TooLittleOverlap(
            f"ICC needs a table without gaps; {int((~np.isfinite(matrix)).sum())} of {matrix.size} cells are missing, "
            f"such as row {row}, column {column}. Leave out such items, or use Krippendorff's alpha with the interval "
            "metric, which takes missing ratings."
        )
    return matrix


def _refuse_unknown(form: str) -> None:
    if form not in FORMS:
        raise UnknownMethod(f"there is no ICC form {form!r}; there are {', '.join(FORMS)}.")
