"""Agreement of a part of the ratings: of two annotators, or slice by slice. Intervals speak for these annotators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.agreement.coefficients import coefficient_named
from karat.quality.agreement.pair import Pair, shared_labels
from karat.quality.agreement.sums import AgreementSums
from karat.quality.errors import QualityError, UnreadableRatings
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings


@dataclass(frozen=True, slots=True)
class SliceAgreement:
    """Agreement on the items of one slice, or why there is none to give.

    Attributes
    ----------
    slice : int
        Code of the slice.
    agreement : Estimate or None
    problem : str
        Empty where there is an estimate.
    n_items, n_ratings : int
        Rated items of the slice and their ratings, shared or not.
    """

    slice: int
    agreement: Estimate | None
    problem: str
    n_items: int
    n_ratings: int


def agreement_of_pair(
    ratings: Ratings, pair: Pair, *, metric: str = "nominal", coefficient: str = "alpha", level: float = 0.95
) -> Estimate:
    """Any coefficient for two annotators, on the items both rated.

    Parameters are those of `karat.quality.agreement.agreement`, and the names of two annotators.

    Examples
    --------
    >>> rows = [(1, "ada", "x"), (1, "bo", "x"), (1, "cy", "y"), (2, "ada", "y"), (2, "bo", "y"), (2, "cy", "y")]
    >>> agreement_of_pair(Ratings.from_rows(rows), ("ada", "cy"), coefficient="observed").value
    0.5
    """
    measure = coefficient_named(coefficient, metric)
    return measure(shared_labels(ratings, pair).as_ratings(), metric=metric, level=level)


def agreement_by_slice(
    ratings: Ratings,
    slice_of_item: npt.ArrayLike,
    *,
    metric: str = "nominal",
    coefficient: str = "alpha",
    level: float = 0.95,
) -> tuple[SliceAgreement, ...]:
    """Any coefficient for each slice of the items.

    Parameters
    ----------
    ratings : Ratings
    slice_of_item : int array_like of shape (n_items,)
        Code of the slice of each item in `ratings.items`, below 0 for none. For slices that overlap ask once for each.
    metric, coefficient, level
        As in `karat.quality.agreement.agreement`.

    Returns
    -------
    tuple of SliceAgreement
        By code, for slices with a rating.

    Raises
    ------
    UnknownMethod
        When there is no such coefficient or metric.
    UnreadableRatings
        When the codes do not fit the items.

    Examples
    --------
    >>> ratings = Ratings.from_rows([(1, "ada", "x"), (1, "bo", "x"), (2, "ada", "y"), (2, "bo", "x"), (3, "ada", "x")])
    >>> [found.agreement.value for found in agreement_by_slice(ratings, [0, 1, 1], coefficient="observed")]
    [1.0, 0.0]
    """
    measure = coefficient_named(coefficient, metric)
    found = []
    for code, part in _slices(ratings, slice_of_item):
        estimate, problem = None, ""
        try:
            estimate = measure(part, metric=metric, level=level)
        except QualityError as reason:  # one slice that cannot be judged must not hide the others
            problem = str(reason)
        found.append(SliceAgreement(code, estimate, problem, part.n_items, part.n_ratings))
    return tuple(found)


def sums_by_slice(ratings: Ratings, slice_of_item: npt.ArrayLike) -> dict[int, AgreementSums]:
    """What nominal agreement needs to know of each slice; merged, they are the sums of all their items.

    Parameters and errors as in `agreement_by_slice`.

    Examples
    --------
    >>> ratings = Ratings.from_rows([(1, "ada", "x"), (1, "bo", "x"), (2, "ada", "y"), (2, "bo", "x")])
    >>> by_slice = sums_by_slice(ratings, [0, 1])
    >>> by_slice[0].merge(by_slice[1]) == AgreementSums.of(ratings.class_counts())
    True
    """
    return {code: AgreementSums.of(part.class_counts()) for code, part in _slices(ratings, slice_of_item)}


def _slices(ratings: Ratings, slice_of_item: npt.ArrayLike) -> Iterator[tuple[int, Ratings]]:
    """Ratings of each slice that has some, with items and annotators renumbered."""
    slices = np.asarray(slice_of_item)
    if slices.shape != (ratings.n_items,) or slices.dtype.kind not in "iu":
        raise UnreadableRatings(
            f"slices are whole numbers, one for each of the {ratings.n_items} items; "
            f"got {slices.dtype} of shape {slices.shape}."
        )
    of_rating = slices[ratings.item]
    order = np.argsort(of_rating, kind="stable")
    order = order[np.searchsorted(of_rating[order], 0) :]
    codes, starts = np.unique(of_rating[order], return_index=True)
    # Not strict: numpy splits nothing into one empty part.
    for code, rows in zip(codes.tolist(), np.split(order, starts[1:]), strict=False):
        yield code, _taken(ratings, rows)


def _taken(ratings: Ratings, rows: npt.NDArray[np.intp]) -> Ratings:
    items, item = np.unique(ratings.item[rows], return_inverse=True)
    annotators, annotator = np.unique(ratings.annotator[rows], return_inverse=True)
    return Ratings(
        item.astype(np.int32),
        annotator.astype(np.int32),
        ratings.label[rows],
        [ratings.items[code] for code in items.tolist()],
        [ratings.annotators[code] for code in annotators.tolist()],
        ratings.classes,
        None if ratings.time is None else ratings.time[rows],
    )
