"""Ratings sorted by item and coded by cell, in linear time: what every iteration walks over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.ratings import Ratings

Codes = npt.NDArray[np.int32]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class SortedRatings:
    """Ratings by item, with cells: the (annotator, given class) pairs that occur, ordered so.

    Attributes
    ----------
    cell : int array of shape (n_ratings,)
    indptr : int array of shape (n_items + 1,)
        First rating of each item, and the end.
    annotator, given : int arrays of shape (n_cells,)
    n_annotators, n_classes : int
        Declared ones, whether they occur or not.
    """

    cell: Codes
    indptr: Codes
    annotator: Codes
    given: Codes
    n_annotators: int
    n_classes: int

    @staticmethod
    def of(ratings: Ratings) -> SortedRatings:
        """These ratings, sorted."""
        n_classes = max(ratings.n_classes, 1)
        cell, annotator, given = _cells(ratings.annotator, ratings.label, ratings.n_annotators, n_classes)
        cell, indptr = _by_item(ratings.item, cell, ratings.n_items)
        return SortedRatings(cell, indptr, annotator, given, ratings.n_annotators, n_classes)

    @property
    def n_items(self) -> int:
        """Declared items, rated or not."""
        return len(self.indptr) - 1

    @property
    def n_of_item(self) -> Codes:
        """Ratings of each item."""
        return np.diff(self.indptr)

    def of_items(self, items: Indices) -> tuple[Codes, Codes]:
        """The cells of these items' ratings, one item after another, and where each item begins."""
        sizes = self.n_of_item[items]
        indptr = np.zeros(len(items) + 1, dtype=np.int32)
        np.cumsum(sizes, out=indptr[1:])
        return self.cell[positions(self.indptr[items], sizes)], indptr


def positions(starts: npt.NDArray[np.signedinteger], sizes: npt.NDArray[np.signedinteger]) -> Indices:
    """The numbers start, start + 1, ... of each run, one run after another.

    Examples
    --------
    >>> positions(np.array([10, 3]), np.array([2, 3])).tolist()
    [10, 11, 3, 4, 5]
    """
    ends = np.cumsum(sizes, dtype=np.intp)
    offsets = np.asarray(starts, dtype=np.intp) - ends + sizes
    result: Indices = np.repeat(offsets, sizes) + np.arange(ends[-1] if len(ends) else 0)
    return result


def runs_of_annotators(ratings: SortedRatings) -> Indices:
    """For each cell, the rank of its annotator among those with ratings."""
    is_first = np.ones(len(ratings.annotator), dtype=bool)
    is_first[1:] = ratings.annotator[1:] != ratings.annotator[:-1]
    return np.cumsum(is_first) - 1


def weighted_counts(codes: npt.NDArray[np.signedinteger], weights: Any, n: int) -> npt.NDArray[np.float64]:
    """Sum of the weights of each code, (n,)."""
    sums: npt.NDArray[np.float64] = np.bincount(codes, weights, n)  # type: ignore[assignment]  # numpy's stubs say int
    return sums


def slices_of(indptr: npt.NDArray[np.signedinteger], most: int) -> Iterator[slice]:
    """Slices of items that hold about `most` ratings each, and at least one item."""
    start, n_items = 0, len(indptr) - 1
    while start < n_items:
        end = int(np.searchsorted(indptr, int(indptr[start]) + most, side="right")) - 1
        end = min(max(end, start + 1), n_items)
        yield slice(start, end)
        start = end


def _cells(annotator: Codes, label: Codes, n_annotators: int, n_classes: int) -> tuple[Codes, Codes, Codes]:
    """Cell of each rating, and annotator and class of each cell."""
    n_codes = n_annotators * n_classes
    if n_codes <= 4 * len(label) + 1024:
        codes = (
            annotator * np.int32(n_classes) + label
            if n_codes < 2**31
            else annotator.astype(np.int64) * n_classes + label
        )
        occurs = np.zeros(n_codes, dtype=bool)
        occurs[codes] = True
        cells = np.flatnonzero(occurs)
        rank = np.zeros(n_codes, dtype=np.int32)
        rank[cells] = np.arange(len(cells), dtype=np.int32)
        of_rating = rank[codes]
    else:
        cells, inverse = np.unique(annotator.astype(np.int64) * n_classes + label, return_inverse=True)
        of_rating = inverse.astype(np.int32)
    return of_rating, (cells // n_classes).astype(np.int32), (cells % n_classes).astype(np.int32)


def _by_item(item: Codes, cell: Codes, n_items: int) -> tuple[Codes, Codes]:
    n = len(item)
    indptr = np.zeros(n_items + 1, dtype=np.int32)
    np.cumsum(np.bincount(item, minlength=n_items), out=indptr[1:])
    if (item[1:] >= item[:-1]).all():
        return cell, indptr
    # A matrix with one rating a row: read by columns it is sorted by item, which scipy does by counting.
    rows = scipy.sparse.csr_array((cell, item, np.arange(n + 1, dtype=np.int32)), shape=(n, n_items))
    return rows.tocsc().data, indptr
