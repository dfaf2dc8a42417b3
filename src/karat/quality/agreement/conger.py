"""Conger's kappa: Cohen's chance, by each annotator's own class shares, for any number of annotators."""

from __future__ import annotations

import numpy as np

from karat.quality.agreement.chance_corrected import Chance, Variance, chance_corrected
from karat.quality.agreement.item_agreement import ItemAgreement
from karat.quality.agreement.weights import Credit, Weights
from karat.quality.intervals import Estimate
from karat.quality.ratings import Codes, Ratings


def conger_kappa(
    ratings: Ratings, *, weights: Weights = "identity", level: float = 0.95, variance: Variance = "ratio"
) -> Estimate:
    """Agreement beyond what annotators would reach who draw from their own class shares.

    For two annotators who rated the same items it is Cohen's kappa.

    Parameters
    ----------
    ratings : Ratings
        Any number of ratings per item. Agreement comes from the items with at least two ratings; all ratings count
        for the class shares of the annotator who gave them. Takes memory of annotators times classes.
    weights : str or array_like of shape (n_classes, n_classes)
        Partial credit for different classes; see `karat.quality.agreement.weights.weight_matrix`.
    level : float
        Coverage of the interval.
    variance : {"ratio", "gwet"}
        See `karat.quality.agreement.chance_corrected.Variance`.

    Returns
    -------
    Estimate
        1 for perfect agreement, 0 for chance. The interval is a t-interval on ln(1 - kappa) over items; `n` counts
        the items with at least two ratings.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When fewer than two items have two ratings.
    SingleClass
        When everybody gave one class.
    UnknownMethod, NotNumeric
        When there are no such weights, or they need numbers.

    References
    ----------
    Conger (1980), doi:10.1037/0033-2909.88.2.322; with missing ratings, weights and variance, Gwet (2014), Handbook of
    Inter-Rater Reliability, 4th edition.

    Examples
    --------
    >>> ratings = Ratings.from_rows([
    ...     (1, "ada", "x"), (1, "bo", "x"), (2, "ada", "y"), (2, "bo", "y"), (3, "ada", "x"), (3, "bo", "y")])
    >>> round(conger_kappa(ratings).value, 3)
    0.4
    """
    credit = Credit.of(weights, ratings.classes).symmetric()
    items = ItemAgreement.of(ratings, credit, what="Conger's kappa").one_by_one()
    return chance_corrected(
        items, _chance_of_two_others(ratings, credit), what="Conger's kappa", level=level, variance=variance
    )


def _chance_of_two_others(ratings: Ratings, credit: Credit) -> Chance:
    """Mean credit of two different annotators, each drawing from their own class shares.

    An item moves the shares of those who rated it, each in proportion to how few items they rated.
    """
    annotator, n = _renumbered(ratings.annotator, ratings.n_annotators)
    item, n_items = _renumbered(ratings.item, ratings.n_items)
    q = ratings.n_classes
    cell = annotator.astype(np.int64) * q + ratings.label
    given = np.bincount(cell, minlength=n * q).reshape(n, q)
    n_given = given.sum(axis=1)
    share = given / n_given[:, np.newaxis]
    others = (share.sum(axis=0) - share) / (n - 1)
    credit_from_others = credit.expected_by_first(others)
    own = (share * credit_from_others).sum(axis=1)
    change = (credit_from_others.ravel()[cell] - own[annotator]) / n_given[annotator]
    influence = np.bincount(item, change, minlength=n_items) * (2.0 * n_items / n)
    return Chance(float(own.mean()), influence.astype(np.float64))


def _renumbered(codes: Codes, n_names: int) -> tuple[Codes, int]:
    """Codes without gaps, in the same order, and how many there are."""
    occurs = np.zeros(n_names, dtype=bool)
    occurs[codes] = True
    places = np.cumsum(occurs, dtype=np.int32) - 1
    return places[codes], int(occurs.sum())
