"""Krippendorff's alpha for answers of any kind, from a distance between two of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from karat.quality.agreement.item_intervals import ROUNDING, Influence, alpha_estimate
from karat.quality.agreement.pairs import ItemPairs, item_pairs
from karat.quality.agreement.sets import PASSONNEAU, SetDistances
from karat.quality.errors import SingleClass, TooLittleOverlap, UnknownMethod
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[Any]
Distance = str | Callable[[Any, Any], float] | npt.ArrayLike

CELLS_AT_ONCE = 2**21
"""Cells of the distance matrix held in memory at a time: 16 MiB."""


def distance_alpha(ratings: Ratings, distance: Distance, *, level: float = 0.95) -> Estimate:
    """One minus the mean distance of answers to the same item over that of answers paired at random.

    Parameters
    ----------
    ratings : Ratings
        Whose classes are the answers: frozensets of labels, rankings, texts ... An item with a single answer has no
        pairs and counts for nothing.
    distance : {"jaccard", "masi"}, function of two answers, or array of shape (n_classes, n_classes)
        Symmetric, 0 for equal answers, never negative. It is used as it is: square it first where the squared
        distance is meant, as for intervals. A function is asked once for each pair of different answers.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        1 for perfect agreement, 0 for chance, down to -1 and below for distances that are not bounded. The interval
        is a t-interval on ln(1 - alpha) over items, for *these* annotators; `n` counts the items with at least two
        answers.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When fewer than two items have two answers.
    SingleClass
        When all these answers are equal, or at distance 0: chance would agree perfectly too.
    UnknownMethod
        When there is no such distance, or it is not one: asymmetric, negative or not finite.
    UnreadableRatings
        When a set distance meets an answer that is no set.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; Passonneau (2006) for sets.

    Examples
    --------
    >>> anger, both = frozenset({"anger"}), frozenset({"anger", "fear"})
    >>> ratings = Ratings.from_rows([(1, "ada", anger), (1, "bo", anger), (2, "ada", both), (2, "bo", both),
    ...                              (3, "ada", anger), (3, "bo", both)])
    >>> round(distance_alpha(ratings, "masi").value, 3)
    0.444
    """
    pairs = item_pairs(ratings)
    if pairs.n_items < 2:
        raise TooLittleOverlap(
            "alpha needs at least 2 items with two answers or more; there is 1. "
            "Raise the overlap, so that more items are given to several annotators."
        )
    shared = _Shared.of(ratings, pairs)
    spacing = _spacing(distance, ratings.classes, shared.used)
    disagreement = _item_disagreement(spacing, shared, pairs)
    pull, largest = _distance_to_all(spacing, shared.totals)
    expected = float(shared.totals @ pull)
    if expected <= 0:
        raise SingleClass(
            f"alpha compares agreement with chance, and all answers to the {pairs.n_items} shared items are at "
            "distance 0 of each other. Show raw agreement, or wait for other answers."
        )
    n, total = float(shared.totals.sum()), float(disagreement.sum())
    ratio = (n - 1) * total / expected
    slope = -total / expected + 2 * ratio / expected * pull
    return alpha_estimate(
        alpha=1 - ratio,
        influence=_influence(-(n - 1) / expected * disagreement, slope, shared),
        n_items=pairs.n_items,
        # Divided by the largest distance, so that the observed disagreement is a share.
        expected_disagreement=expected / (n * (n - 1)) / largest,
        level=level,
    )


class _Spacing(Protocol):
    """Distances among the used answers, by block of rows and by pair."""

    def rows(self, start: int, stop: int) -> Array: ...

    def between(self, first: Codes, second: Codes) -> Array: ...


@dataclass(frozen=True, slots=True)
class _MatrixDistances:
    matrix: Array

    def rows(self, start: int, stop: int) -> Array:
        return self.matrix[start:stop]

    def between(self, first: Codes, second: Codes) -> Array:
        return np.asarray(self.matrix[first, second])


@dataclass(frozen=True, slots=True)
class _Shared:
    """The answers to items that have several.

    Attributes
    ----------
    used : int array of shape (n_used,)
        Codes of the classes among them.
    label, item : int arrays of shape (n_shared,)
        Of each answer: its place in `used`, and its item as the pairs number it.
    totals : float array of shape (n_used,)
    """

    used: Codes
    label: Codes
    item: Codes
    totals: Array
    of_first: Codes
    of_second: Codes

    @staticmethod
    def of(ratings: Ratings, pairs: ItemPairs) -> _Shared:
        rows, place = np.unique(np.concatenate([pairs.first, pairs.second]), return_inverse=True)
        used, label = np.unique(ratings.label[rows], return_inverse=True)
        item = np.empty(len(rows), dtype=np.intp)
        item[place] = np.concatenate([pairs.item, pairs.item])
        by_pair = label[place]
        totals = np.bincount(label).astype(np.float64)
        return _Shared(used, label, item, totals, by_pair[: len(pairs.item)], by_pair[len(pairs.item) :])


def _spacing(distance: Distance, classes: Sequence[Any], used: Codes) -> _Spacing:
    if callable(distance):
        return _MatrixDistances(_called(distance, [classes[code] for code in used]))
    if not isinstance(distance, str):
        return _MatrixDistances(_checked_matrix(distance, len(classes))[np.ix_(used, used)])
    monotonicity = {"jaccard": (1.0, 1.0), "masi": PASSONNEAU}.get(distance)
    if monotonicity is None:
        raise UnknownMethod(
            f"there is no distance {distance!r}; there are jaccard and masi, or give a function or a matrix."
        )
    return SetDistances.of([classes[code] for code in used], monotonicity)


def _called(distance: Callable[[Any, Any], float], answers: Sequence[Any]) -> Array:
    matrix = np.zeros((len(answers), len(answers)))
    for (i, one), (j, other) in combinations(enumerate(answers), 2):
        found = distance(one, other)
        if not 0 <= found < np.inf:
            raise UnknownMethod(f"a distance is a number from 0 up; {found!r} was given for {one!r} and {other!r}.")
        matrix[i, j] = matrix[j, i] = found
    return matrix


def _checked_matrix(distance: npt.ArrayLike, n_classes: int) -> Array:
    matrix = np.asarray(distance, dtype=np.float64)
    if matrix.shape != (n_classes, n_classes):
        raise UnknownMethod(
            f"the distance matrix has shape {matrix.shape}; there are {n_classes} classes. "
            "Give one row and one column for each of ratings.classes."
        )
    if not (np.isfinite(matrix).all() and (matrix >= 0).all()):
        raise UnknownMethod("a distance is a number from 0 up; the matrix has others.")
    if np.diagonal(matrix).any() or not np.allclose(matrix, matrix.T, rtol=1e-9, atol=0):
        raise UnknownMethod("a distance matrix is symmetric, with zeros on its diagonal; this one is not.")
    return matrix


def _item_disagreement(spacing: _Spacing, shared: _Shared, pairs: ItemPairs) -> Array:
    """Sum of distances within each item, both orders, over its number of answers less one: shape (n_items,)."""
    n_used = len(shared.used)
    keys, place = np.unique(shared.of_first.astype(np.int64) * n_used + shared.of_second, return_inverse=True)
    apart = spacing.between(keys // n_used, keys % n_used)[place]
    n_answers = np.bincount(shared.item)
    return np.asarray(2 * np.bincount(pairs.item, weights=apart, minlength=pairs.n_items) / (n_answers - 1))


def _distance_to_all(spacing: _Spacing, totals: Array) -> tuple[Array, float]:
    """Summed distance of each answer to all answers given, and the largest distance there is."""
    n_used = len(totals)
    step = max(1, CELLS_AT_ONCE // n_used)
    pull, largest = np.empty(n_used), 0.0
    for start in range(0, n_used, step):
        block = spacing.rows(start, min(n_used, start + step))
        pull[start : start + step] = block @ totals
        largest = max(largest, float(block.max()))
    return pull, largest


def _influence(own: Array, slope: Array, shared: _Shared) -> Influence:
    influence = own + np.bincount(shared.item, weights=slope[shared.label])
    magnitude = abs(own) + np.bincount(shared.item, weights=abs(slope)[shared.label])
    return Influence(
        total=float(influence.sum()),
        squares=float(influence @ influence),
        rounding=float(magnitude @ magnitude) * ROUNDING,
    )
