"""Meetings: two ratings of the same item. The ground under everything that compares annotators with each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from karat.quality.ratings.ratings import Ratings

Rows = npt.NDArray[np.intp]


def n_meetings(ratings: Ratings) -> int:
    """How many pairs of ratings share an item.

    >>> n_meetings(Ratings.from_rows([(1, "ada", "x"), (1, "bo", "x"), (1, "cy", "y"), (2, "ada", "x")]))
    3
    """
    per_item = np.bincount(ratings.item, minlength=ratings.n_items).astype(np.int64)
    return int((per_item * (per_item - 1) // 2).sum())


def meetings(ratings: Ratings) -> Iterator[tuple[Rows, Rows]]:
    """Every two ratings of the same item, once, as rows of the ratings, in blocks of at most n_ratings pairs.

    The first block pairs each rating with the next of its item, the second with the one after that, and so on: memory
    depends on the number of ratings, never on annotators times items.

    Examples
    --------
    >>> ratings = Ratings.from_rows([(1, "ada", "x"), (2, "ada", "x"), (1, "bo", "x"), (1, "cy", "y")])
    >>> [(first.tolist(), second.tolist()) for first, second in meetings(ratings)]
    [([0, 2], [2, 3]), ([0], [3])]
    """
    order = np.argsort(ratings.item, kind="stable")
    item = ratings.item[order]
    left = np.arange(len(item))
    for lag in range(1, len(item)):
        left = left[left + lag < len(item)]
        left = left[item[left] == item[left + lag]]
        if not len(left):
            return
        yield order[left], order[left + lag]
