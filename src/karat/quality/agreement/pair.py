"""Two annotators and what both rated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from karat.quality.errors import NoRatings, TooLittleOverlap, UnknownMethod
from karat.quality.ratings import Codes, Name, Ratings

Pair = tuple[Name, Name]
"""The names of two annotators; the first is the rows of their two-way table."""


@dataclass(frozen=True, slots=True)
class SharedLabels:
    """What two annotators gave to the items both rated.

    Attributes
    ----------
    first, second : int32 arrays of shape (n_shared,)
        Class codes, items in the order of their codes.
    classes : sequence of names
    """

    first: Codes
    second: Codes
    classes: Sequence[Name]

    def as_ratings(self) -> Ratings:
        """The same as ratings, items and annotators numbered."""
        n = len(self.first)
        item = np.repeat(np.arange(n, dtype=np.int32), 2)
        annotator = np.tile(np.arange(2, dtype=np.int32), n)
        label = np.column_stack([self.first, self.second]).ravel()
        return Ratings(item, annotator, label, range(n), range(2), self.classes)


def shared_labels(ratings: Ratings, pair: Pair | None) -> SharedLabels:
    """The labels two annotators gave to the same items; of an annotator's repeated ratings the last counts.

    Parameters
    ----------
    pair : two names of annotators, or None
        None when there are exactly two annotators.

    Raises
    ------
    NoRatings
        When there are no ratings at all.
    UnknownMethod
        When one of the two does not exist, or they are the same.
    TooLittleOverlap
        When there are not two annotators, or more and none are named; or they have no item in common.

    Examples
    --------
    >>> ratings = Ratings.from_rows([(1, "ada", "x"), (1, "bo", "y"), (2, "ada", "y")])
    >>> shared_labels(ratings, ("bo", "ada")).first.tolist()
    [1]
    """
    if ratings.n_ratings == 0:
        raise NoRatings("agreement needs ratings; there are none.")
    first, second = _codes_of_pair(ratings, pair)
    given = [_labels_by_item(ratings, code) for code in (first, second)]
    shared = (given[0] >= 0) & (given[1] >= 0)
    if not shared.any():
        raise TooLittleOverlap(
            f"{ratings.annotators[first]!r} and {ratings.annotators[second]!r} have no items in common. "
            "Give both some of the same items."
        )
    return SharedLabels(given[0][shared], given[1][shared], ratings.classes)


def _labels_by_item(ratings: Ratings, annotator: int) -> Codes:
    """What one annotator gave to each declared item, -1 where nothing."""
    own = ratings.annotator == annotator
    given = np.full(ratings.n_items, -1, dtype=np.int32)
    given[ratings.item[own]] = ratings.label[own]
    return given


def _codes_of_pair(ratings: Ratings, pair: Pair | None) -> tuple[int, int]:
    if pair is None:
        if ratings.n_annotators != 2:
            raise TooLittleOverlap(
                f"this coefficient compares two annotators; there are {ratings.n_annotators}. "
                "Name two with pair=(first, second), or take one for any number, such as Conger's kappa."
            )
        return 0, 1
    if len(pair) != 2 or pair[0] == pair[1]:
        raise UnknownMethod(f"a pair is the names of two annotators; got {pair!r}.")
    unknown = [name for name in pair if name not in ratings.annotators]
    if unknown:
        raise UnknownMethod(f"there are no annotators {unknown!r}; name two of the {ratings.n_annotators} there are.")
    return ratings.annotators.index(pair[0]), ratings.annotators.index(pair[1])
