"""Ratings as a table without gaps: what analyses of variance and of ranks need."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.errors import NoRatings, TooLittleOverlap
from karat.quality.ratings import Ratings

Codes = npt.NDArray[Any]


def complete_codes(ratings: Ratings, *, measure: str) -> Codes:
    """Class codes of shape (n_items, n_annotators): every rated item by every annotator who rated.

    Raises
    ------
    NoRatings
        When there is no rating.
    TooLittleOverlap
        When an annotator did not rate an item; `measure` is what the message says needs it.
    """
    _refuse_none(ratings, measure)
    items, item = np.unique(ratings.item, return_inverse=True)
    annotators, annotator = np.unique(ratings.annotator, return_inverse=True)
    table = np.full((len(items), len(annotators)), -1, dtype=np.int64)
    table[item, annotator] = ratings.label
    if (n_missing := int((table < 0).sum())) > 0:
        row, column = np.argwhere(table < 0)[0]
        raise TooLittleOverlap(
            f"{measure} needs every item rated by every annotator; {n_missing} of {table.size} cells are empty, such "
            f"as {ratings.items[items[row]]!r} by {ratings.annotators[annotators[column]]!r}. Select the items all of "
            "them rated, or use Krippendorff's alpha with the interval or ordinal metric, which takes missing ratings."
        )
    return table


def equally_rated_codes(ratings: Ratings, *, measure: str) -> Codes:
    """Class codes of shape (n_items, k): every rated item has k ratings, whoever gave them.

    Raises
    ------
    NoRatings
        When there is no rating.
    TooLittleOverlap
        When items differ in their number of ratings.
    """
    _refuse_none(ratings, measure)
    n_ratings = np.bincount(ratings.item)
    fewest, most = int(n_ratings[n_ratings > 0].min()), int(n_ratings.max())
    if fewest != most:
        raise TooLittleOverlap(
            f"{measure} needs the same number of ratings for each item; here items have {fewest} to {most}. Select "
            "the items with as many, or use Krippendorff's alpha with the interval metric, which takes any number."
        )
    return ratings.by_item().label.reshape(-1, most).astype(np.int64)


def _refuse_none(ratings: Ratings, measure: str) -> None:
    if ratings.n_ratings == 0:
        raise NoRatings(f"{measure} needs ratings; there are none.")
