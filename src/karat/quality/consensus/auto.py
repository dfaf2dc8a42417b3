"""The default: the blend, with what gold teaches about how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from karat.quality.consensus.blend import as_consensus, fitted_parts
from karat.quality.consensus.calibrating import calibration
from karat.quality.consensus.fitting import prepare
from karat.quality.consensus.gold import with_gold
from karat.quality.consensus.result import Consensus
from karat.quality.ratings import Ratings


def auto(ratings: Ratings, *, gold: Mapping[Any, Any] | None = None) -> Consensus:
    """The mean of votes, a one-coin model and three tempered Dawid-Skene posteriors, calibrated on gold.

    With 30 or more rated gold items, these decide how sure the blend is, how much of it are plain votes, and which
    classes it favours. Each of them is judged as if its own label were unknown.

    Parameters
    ----------
    ratings : Ratings
    gold : mapping of item to class, optional
        Trusted labels. They are held fixed in every part, whatever their number; classes nobody gave are allowed.

    Returns
    -------
    Consensus
        `n_calibration_gold` tells from how many gold items it was learnt how far to trust the blend; 0 when that was
        not. The table of annotators is that of the Dawid-Skene model with the usual prior; `n_iterations` adds up the
        passes of all models, and `converged` holds when all did.

    Raises
    ------
    NoRatings
        When there is no rating.

    Examples
    --------
    >>> ratings = Ratings.from_rows([("a", "ada", "x"), ("a", "bo", "x"), ("b", "ada", "y"), ("b", "bo", "y")])
    >>> auto(ratings).labels
    ('x', 'y')
    """
    ratings, known = with_gold(ratings, gold)
    parts = fitted_parts(prepare(ratings, known))
    learnt = calibration(parts) if gold else None
    if learnt is None:
        return as_consensus(ratings, parts, parts.soft(), "auto", gold=gold)
    return as_consensus(ratings, learnt.parts, learnt.soft(), "auto", gold=gold, n_calibration_gold=learnt.n_gold)
