"""Every two annotators who rated the same items, all at once: what Cohen's kappa needs of each pair.

Work goes by pairs of ratings within items, never by annotators times items. These are made anew in blocks whenever they
are needed, so that memory depends on how many pairs of annotators there are, and not on how often they meet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.agreement.grouped import Grouped
from karat.quality.agreement.weights import Credit
from karat.quality.ratings import Codes, Ratings
from karat.quality.ratings.meetings import later_places

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

_BLOCK = 1 << 22
"""Pairs of ratings held at a time."""

_TABLE = 1 << 24
"""Cells of a table of annotators by annotators that is still worth its memory; beyond, pairs are found by search."""


@dataclass(frozen=True, slots=True)
class Meetings:
    """Pairs of ratings of one item by two annotators, the one with the smaller code first.

    Attributes
    ----------
    pair, item, first, second : int arrays of shape (n_meetings,)
        Number of the pair of annotators, number of the item, and the class codes the two gave.
    """

    pair: npt.NDArray[np.intp]
    item: npt.NDArray[np.int64]
    first: Codes
    second: Codes


@dataclass(frozen=True, slots=True)
class PairTables:
    """The two-way tables of all pairs of annotators with an item in common, as their margins and agreement.

    Attributes
    ----------
    first, second : int arrays of shape (n_pairs,)
        Codes of the annotators, first < second, ordered by first and then second.
    n_shared : int array of shape (n_pairs,)
        Items both rated.
    observed, expected : float arrays of shape (n_pairs,)
        Mean credit of what they gave, and by chance with their class shares on the shared items.
    """

    first: Counts
    second: Counts
    n_shared: Counts
    observed: Array
    expected: Array
    _source: _Source
    _by_first: Array
    _by_second: Array

    @staticmethod
    def of(ratings: Ratings, credit: Credit) -> PairTables:
        """Of all pairs; those without an item in common are left out."""
        source = _Source.of(ratings)
        n, q = len(source.keys), credit.n_classes
        given_first, given_second = np.zeros((n, q)), np.zeros((n, q))
        agreed = np.zeros(n)
        for met in source.meetings():
            given_first += np.bincount(met.pair * q + met.first, minlength=n * q).reshape(n, q)
            given_second += np.bincount(met.pair * q + met.second, minlength=n * q).reshape(n, q)
            agreed += np.bincount(met.pair, credit.between(met.first, met.second), minlength=n)
        n_shared = given_first.sum(axis=1)
        given_first /= n_shared[:, np.newaxis]
        given_second /= n_shared[:, np.newaxis]
        by_second = credit.expected_by_second(given_first)
        return PairTables(
            first=source.keys // ratings.n_annotators,
            second=source.keys % ratings.n_annotators,
            n_shared=n_shared.astype(np.int64),
            observed=agreed / n_shared,
            expected=np.einsum("pc,pc->p", by_second, given_second),
            _source=source,
            _by_first=credit.expected_by_first(given_second),
            _by_second=by_second,
        )

    def influences(self, credit: Credit) -> Iterator[tuple[Meetings, Array]]:
        """Block by block, how much each meeting moves its pair's kappa, to first order; each pair's mean is 0.

        Only for pairs whose chance agreement is below 1.
        """
        rest = 1 - self.expected
        kappa = (self.observed - self.expected) / rest
        for met in self._source.meetings():
            by_chance = self._by_first[met.pair, met.first] + self._by_second[met.pair, met.second]
            own = credit.between(met.first, met.second) - self.observed[met.pair]
            yield met, (own - (1 - kappa)[met.pair] * (by_chance - 2 * self.expected[met.pair])) / rest[met.pair]


@dataclass(frozen=True, slots=True)
class _Source:
    """Ratings item by item, from which meetings are made.

    Attributes
    ----------
    n_later : int array of shape (n_ratings,)
        How many more ratings of its item follow each rating.
    keys : int array of shape (n_pairs,)
        Annotators who meet, as first x n_annotators + second.
    place : int32 array of shape (n_annotators ** 2,), or None
        Where each key stands in `keys`; None when there are too many annotators for a table.
    """

    item: npt.NDArray[np.int64]
    annotator: npt.NDArray[np.int64]
    label: Codes
    n_later: Counts
    n_annotators: int
    keys: Counts
    place: npt.NDArray[np.int32] | None

    @staticmethod
    def of(ratings: Ratings) -> _Source:
        grouped = Grouped.of(ratings)
        annotator = grouped.in_order(ratings.annotator).astype(np.int64)
        n_later = np.repeat(grouped.starts + grouped.sizes, grouped.sizes) - 1 - np.arange(ratings.n_ratings)
        keys, place = _keys_that_occur(annotator, n_later, ratings.n_annotators)
        return _Source(grouped.item, annotator, grouped.label, n_later, ratings.n_annotators, keys, place)

    def meetings(self) -> Iterator[Meetings]:
        for left, right in _rows(self.n_later, self.annotator):
            one, other = self.annotator[left], self.annotator[right]
            is_ordered = one < other
            keys = np.where(is_ordered, one, other) * self.n_annotators + np.where(is_ordered, other, one)
            pair = np.searchsorted(self.keys, keys) if self.place is None else self.place[keys].astype(np.intp)
            here, there = self.label[left], self.label[right]
            yield Meetings(pair, self.item[left], np.where(is_ordered, here, there), np.where(is_ordered, there, here))


def _keys_that_occur(
    annotator: npt.NDArray[np.int64], n_later: Counts, n_annotators: int
) -> tuple[Counts, npt.NDArray[np.int32] | None]:
    if n_annotators**2 > _TABLE:
        keys = np.empty(0, dtype=np.int64)
        for left, right in _rows(n_later, annotator):
            keys = np.union1d(keys, _keys(annotator[left], annotator[right], n_annotators))
        return keys, None
    met = np.zeros(n_annotators**2, dtype=bool)
    for left, right in _rows(n_later, annotator):
        met[_keys(annotator[left], annotator[right], n_annotators)] = True
    return np.flatnonzero(met), np.cumsum(met, dtype=np.int32) - np.int32(1)


def _keys(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64], n_annotators: int) -> Counts:
    """Two annotators as one number, the smaller code first."""
    return np.asarray(np.minimum(one, other) * n_annotators + np.maximum(one, other))


def _rows(n_later: Counts, annotator: npt.NDArray[np.int64]) -> Iterator[tuple[Counts, Counts]]:
    """Places of every two ratings of an item by two annotators, in blocks."""
    for left, right in later_places(n_later, most=_BLOCK):
        differ = annotator[left] != annotator[right]  # nobody meets themselves, however often they rate an item
        yield (left, right) if differ.all() else (left[differ], right[differ])
