"""Fleiss' kappa, and Scott's pi for two annotators: chance as if all annotators used the classes alike."""

from __future__ import annotations

from karat.quality.agreement.chance_corrected import Chance, Variance, chance_corrected
from karat.quality.agreement.item_agreement import ItemAgreement
from karat.quality.agreement.pair import Pair, shared_labels
from karat.quality.agreement.weights import Credit, Weights
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings


def fleiss_kappa(
    ratings: Ratings, *, weights: Weights = "identity", level: float = 0.95, variance: Variance = "ratio"
) -> Estimate:
    """Agreement beyond what annotators would reach who all draw from the same class shares.

    Parameters
    ----------
    ratings : Ratings
        Any number of ratings per item. Agreement comes from the items with at least two; an item with a single
        rating counts for the class shares.
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
    Fleiss (1971), doi:10.1037/h0031619; with missing ratings and weights, Gwet (2008), doi:10.1348/000711006X126600.

    Examples
    --------
    >>> ratings = Ratings.from_rows([
    ...     (1, "ada", "x"), (1, "bo", "x"), (2, "ada", "y"), (2, "bo", "y"), (3, "ada", "x"), (3, "bo", "y")])
    >>> round(fleiss_kappa(ratings).value, 3)
    0.333
    """
    credit = Credit.of(weights, ratings.classes).symmetric()
    items = ItemAgreement.of(ratings, credit, what="Fleiss' kappa")
    return chance_corrected(items, _pooled_chance(items, credit), what="Fleiss' kappa", level=level, variance=variance)


def scott_pi(
    ratings: Ratings, *, pair: Pair | None = None, weights: Weights = "identity", level: float = 0.95
) -> Estimate:
    """Fleiss' kappa of two annotators on the items both rated.

    Parameters
    ----------
    pair : two names of annotators, optional
        Needed when there are more than two.

    Raises
    ------
    UnknownMethod
        When it is not clear which two annotators are meant; the others as in `fleiss_kappa`.

    References
    ----------
    Scott (1955), doi:10.1086/266577.

    Examples
    --------
    >>> ratings = Ratings.from_rows([
    ...     (1, "ada", "x"), (1, "bo", "x"), (2, "ada", "y"), (2, "bo", "y"), (3, "ada", "x"), (3, "bo", "y")])
    >>> round(scott_pi(ratings, pair=("ada", "bo")).value, 3)
    0.333
    """
    return fleiss_kappa(shared_labels(ratings, pair).as_ratings(), weights=weights, level=level)


def _pooled_chance(items: ItemAgreement, credit: Credit) -> Chance:
    """Mean credit of two ratings drawn from the mean class shares."""
    per_class = credit.expected_by_first(items.class_share)
    chance = float(items.class_share @ per_class)
    return Chance(chance, 2 * (items.share @ per_class - chance))
