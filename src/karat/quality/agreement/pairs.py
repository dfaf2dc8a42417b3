"""All pairs of answers to the same item, and what a function says about each: the ground under pairwise measures.

Answers are what `Ratings` call classes: sets, spans, boxes, rankings ... anything hashable. Equal answers share a code,
so a function is asked once for each pair of different answers, however often the pair occurs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.errors import NoRatings, TooLittleOverlap
from karat.quality.ratings import Ratings
from karat.quality.ratings.meetings import meetings

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class ItemPairs:
    """Pairs of ratings of the same item by different annotators.

    Attributes
    ----------
    item : int array of shape (n_pairs,)
        Numbers the items that have pairs, from 0.
    first, second : int arrays of shape (n_pairs,)
        Rows of the ratings.
    n_items : int
        Number of items that have pairs.
    """

    item: Rows
    first: Rows
    second: Rows
    n_items: int

    def item_means(self, values: Array) -> Array:
        """Mean over the pairs of each item: shape (n_items,) from (n_pairs,)."""
        sums = np.bincount(self.item, weights=values, minlength=self.n_items)
        return np.asarray(sums / np.bincount(self.item, minlength=self.n_items))


def item_pairs(ratings: Ratings) -> ItemPairs:
    """Every two ratings of the same item, once.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When there are none.
    """
    if ratings.n_ratings == 0:
        raise NoRatings("agreement needs ratings; there are none.")
    met = list(meetings(ratings))
    if not met:
        raise TooLittleOverlap(
            f"agreement needs an item with at least two answers; none of the {ratings.n_items} items has. "
            "Raise the overlap, so that items are given to several annotators."
        )
    first, second = (np.concatenate(rows) for rows in zip(*met, strict=True))
    used, numbered = np.unique(ratings.item[first], return_inverse=True)
    return ItemPairs(numbered, first, second, len(used))


def score_pairs(ratings: Ratings, pairs: ItemPairs, score: Callable[[Any, Any], tuple[float, ...]]) -> Array:
    """What `score` says about the two answers of each pair.

    Parameters
    ----------
    score : function of two answers
        Symmetric: it is asked in one order only.

    Returns
    -------
    float array of shape (n_pairs, n_numbers)
    """
    one, other = ratings.label[pairs.first].astype(np.int64), ratings.label[pairs.second].astype(np.int64)
    keys = np.minimum(one, other) * ratings.n_classes + np.maximum(one, other)
    different, place = np.unique(keys, return_inverse=True)
    answers = ratings.classes
    found = [score(answers[key // ratings.n_classes], answers[key % ratings.n_classes]) for key in different.tolist()]
    return np.array(found, dtype=np.float64)[place]
