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


def meetings(ratings: Ratings, *, most: int = 1 << 20) -> Iterator[tuple[Rows, Rows]]:
    """Every two ratings of the same item, once, as rows of the ratings, in blocks of about `most` pairs.

    Item by item, so that memory depends on the number of ratings and the size of a block, never on annotators times
    items.

    Examples
    --------
    >>> ratings = Ratings.from_rows([(1, "ada", "x"), (2, "ada", "x"), (1, "bo", "x"), (1, "cy", "y")])
    >>> [(first.tolist(), second.tolist()) for first, second in meetings(ratings)]
    [([0, 0, 2], [2, 3, 3])]
    """
    order = np.argsort(ratings.item, kind="stable")
    item = ratings.item[order]
    n_later = np.searchsorted(item, item, side="right") - 1 - np.arange(len(item))
    for first, second in later_places(n_later, most=most):
        yield order[first], order[second]


def later_places(n_later: npt.NDArray[np.integer], *, most: int) -> Iterator[tuple[Rows, Rows]]:
    """Each place with each of the `n_later[place]` places after it, in blocks of about `most` pairs.

    Of ratings ordered by item, with the number of those of the same item that follow each, these are the meetings.

    Examples
    --------
    >>> [(first.tolist(), second.tolist()) for first, second in later_places(np.array([2, 1, 0, 0]), most=2)]
    [([0, 0], [1, 2]), ([1], [2])]
    """
    ends = np.cumsum(n_later)
    begin = 0
    while begin < len(n_later):
        done = ends[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, done + most, side="right")))
        follow = n_later[begin:end]
        first = np.repeat(np.arange(begin, end), follow)
        # Within the run of a place's partners: 1, 2, 3 ... after it.
        second = first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(follow) - follow, follow)
        if len(first):
            yield first, second
        begin = end
