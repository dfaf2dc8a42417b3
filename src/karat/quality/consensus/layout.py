"""Which entries of a table of parameters belong to the same annotator and to the same row of a confusion matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.consensus.prior import Prior
from karat.quality.consensus.sorting import SortedRatings, weighted_counts

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Layout:
    """The order of a table's entries.

    Along its first axis a table is ordered by annotator; entries of one row of a confusion matrix (same annotator, same
    true class) follow each other along it.

    Attributes
    ----------
    n_classes : int
    starts, sizes : int arrays of shape (n_groups,)
        First position and length of each group along the first axis. A dense table has one group for each annotator
        with ratings (its columns are the true classes), a restricted one a group for each annotator and true class.
    right : int array
        Flat positions of the entries whose given class is the true one.
    right_annotator : int array
        Rank of their annotator among those with ratings.
    annotator : int array of the length of the first axis
        Rank of each position's annotator.
    n_ratings : float array of shape (n_present,)
        Ratings of each annotator who has any.
    """

    n_classes: int
    starts: Indices
    sizes: Indices
    right: Indices
    right_annotator: Indices
    annotator: Indices
    n_ratings: Array

    @staticmethod
    def dense(ratings: SortedRatings) -> Layout:
        """Of a table (n_cells, n_classes)."""
        n_cells = len(ratings.given)
        starts, sizes, rank = runs(ratings.annotator)
        right = np.arange(n_cells) * ratings.n_classes + ratings.given
        return Layout(ratings.n_classes, starts, sizes, right, rank, rank, n_ratings_of_present(ratings))

    def row_totals(self, counts: Array) -> Array:
        """Sum over the entries of each row."""
        totals: Array = np.add.reduceat(counts, self.starts, axis=0)
        return totals

    def spread(self, rows: Array) -> Array:
        """The value of its row at each entry."""
        return np.repeat(rows, self.sizes, axis=0)

    def pseudo_ratings(self, prior: Prior, shape: tuple[int, ...]) -> Array:
        """What the prior adds to each entry."""
        pseudo = np.full(shape, prior.wrong / max(self.n_classes - 1, 1))
        pseudo.reshape(-1)[self.right] = prior.right
        return pseudo

    def right_ratings(self, counts: Array) -> Array:
        """Expected right ratings of each annotator who has any."""
        right = weighted_counts(self.right_annotator, counts.reshape(-1)[self.right], len(self.n_ratings))
        return np.minimum(right, self.n_ratings)  # rounding may have added a last bit


def runs(sorted_codes: npt.NDArray[np.signedinteger]) -> tuple[Indices, Indices, Indices]:
    """Where each run of equal codes starts, how long it is, and for each element the number of its run."""
    is_first = np.ones(len(sorted_codes), dtype=bool)
    is_first[1:] = sorted_codes[1:] != sorted_codes[:-1]
    starts = np.flatnonzero(is_first)
    return starts, np.diff(np.append(starts, len(sorted_codes))), np.cumsum(is_first) - 1


def n_ratings_of_present(ratings: SortedRatings) -> Array:
    """Ratings of each annotator who has any."""
    sizes = np.bincount(ratings.cell, minlength=len(ratings.given))
    n = weighted_counts(ratings.annotator, sizes, ratings.n_annotators)
    return n[n > 0]
