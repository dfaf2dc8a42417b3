"""One accuracy for each annotator: the model between votes and confusion matrices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from karat.quality.consensus.concluding import concluded
from karat.quality.consensus.fitting import USUAL_PASSES, USUAL_TOLERANCE, fit, prepare
from karat.quality.consensus.gold import with_gold
from karat.quality.consensus.prior import NO_PRIOR
from karat.quality.consensus.result import Consensus
from karat.quality.consensus.updates import OneCoinUpdate
from karat.quality.ratings import Ratings


def one_coin(
    ratings: Ratings,
    *,
    gold: Mapping[Any, Any] | None = None,
    tolerance: float = USUAL_TOLERANCE,
    max_iterations: int = USUAL_PASSES,
) -> Consensus:
    """Labels under the belief that an annotator is right equally often whatever the class, and errs evenly.

    Parameters
    ----------
    ratings : Ratings
    gold : mapping of item to class, optional
        Trusted labels, held fixed; classes nobody gave are allowed.
    tolerance : float
        Stop when the bound on the evidence still to be gained is less than this share of it.
    max_iterations : int

    Returns
    -------
    Consensus
        Accuracies have a Beta(2, 1) prior and are averaged over; all classes are taken for equally frequent.
        The table of annotators shows their confusion matrices all the same.

    Raises
    ------
    NoRatings
        When there is no rating.

    Examples
    --------
    >>> rows = [(item, who, "xy"[item % 2]) for item in range(8) for who in ("ada", "bo")]
    >>> one_coin(Ratings.from_rows([*rows, *((item, "cy", "x") for item in range(8))])).labels[:4]
    ('x', 'y', 'x', 'y')
    """
    ratings, known = with_gold(ratings, gold)
    problem = prepare(ratings, known)
    update = OneCoinUpdate(problem.layout)
    found = fit(problem, update, tolerance=tolerance, max_iterations=max_iterations)
    return concluded(ratings, found, update, found.soft(), prior=NO_PRIOR, method="one_coin", evidence_weight=1.0)
