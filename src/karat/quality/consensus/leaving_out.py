"""What a fit would say of a gold item if it had not been told the gold label.

A fit holds gold items fixed, and their ratings teach the annotators' matrices. To learn from gold how far a model is to
be trusted, each gold item must be judged without what it taught itself. Its class is certain, so that each of its
ratings stands in one entry of one matrix: it is taken out there; that it moved other items a little is left aside.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karat.quality.consensus.fitting import Fit
from karat.quality.consensus.sorting import runs_of_annotators
from karat.quality.consensus.updates import GoldRatings, Update

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]


def left_out_evidence(fit: Fit, update: Update, items: Indices) -> tuple[Array, Array]:
    """For gold items with ratings, log of the prior and of the likelihood of their ratings, (n_items, n_classes) each.

    Both as if the item's own gold label were unknown.
    """
    problem = fit.problem
    ratings, known = problem.ratings, problem.known
    cells, indptr = ratings.of_items(items)
    of_rating = np.repeat(known[items], np.diff(indptr))
    gold = GoldRatings(
        entries=problem.entries_of(cells, of_rating),
        given=ratings.given[cells],
        known=of_rating,
        annotator=runs_of_annotators(ratings)[cells],
    )
    rows = problem.rows_of(fit.parameters, cells, fit.statistics)
    rows = update.left_out(fit.statistics, gold, rows)
    return update.left_out_prior(fit.statistics, known[items]), np.add.reduceat(rows, indptr[:-1], axis=0)
