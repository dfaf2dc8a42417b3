"""The (annotator, given class) pairs that occur: the only places where a confusion matrix learns anything.

There are never more of them than ratings, so nothing here grows with annotators x classes or items x annotators.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.ratings import Ratings


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells ordered by annotator, then class.

    Attributes
    ----------
    annotator, given : int arrays of shape (n_cells,)
    of_rating : int array of shape (n_ratings,)
        The cell each rating falls into.
    incidence : sparse float array of shape (n_items, n_cells)
        How often each item met each cell. `incidence @ x` adds up what its ratings say of each item,
        `incidence.T @ x` what its items say of each cell.
    starts : int array of shape (n_present,)
        First cell of each annotator who has any.
    rank : int array of shape (n_cells,)
        Position of the cell's annotator among those.
    """

    annotator: npt.NDArray[np.intp]
    given: npt.NDArray[np.intp]
    of_rating: npt.NDArray[np.intp]
    incidence: Any
    starts: npt.NDArray[np.intp]
    rank: npt.NDArray[np.intp]

    @staticmethod
    def of(ratings: Ratings) -> Cells:
        """The cells of these ratings."""
        n_classes = max(ratings.n_classes, 1)
        codes = ratings.annotator.astype(np.int64) * n_classes + ratings.label
        cells, of_rating = np.unique(codes, return_inverse=True)
        shape = (ratings.n_items, len(cells))
        incidence = scipy.sparse.coo_array((np.ones(len(of_rating)), (ratings.item, of_rating)), shape=shape)
        annotator = cells // n_classes
        _, starts, rank = np.unique(annotator, return_index=True, return_inverse=True)
        return Cells(annotator, cells % n_classes, of_rating, incidence.tocsr(), starts, rank)

    def totals(self, counts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Per cell, the sum of `counts` (n_cells, n_classes) over all cells of the same annotator."""
        sums: npt.NDArray[np.float64] = np.add.reduceat(counts, self.starts, axis=0)[self.rank]
        return sums
