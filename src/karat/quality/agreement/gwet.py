"""Gwet's AC1 and AC2: chance agreement only where annotators guess, which is rare when one class rules."""

from __future__ import annotations

from karat.quality.agreement.chance_corrected import Chance, Variance, chance_corrected
from karat.quality.agreement.item_agreement import ItemAgreement
from karat.quality.agreement.weights import Credit, Weights
from karat.quality.errors import SingleClass
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings


def gwet_ac1(ratings: Ratings, *, level: float = 0.95, variance: Variance = "ratio") -> Estimate:
    """Gwet's AC1: `gwet_ac2` without partial credit.

    Examples
    --------
    >>> ratings = Ratings.from_rows([
    ...     (1, "ada", "x"), (1, "bo", "x"), (2, "ada", "y"), (2, "bo", "y"), (3, "ada", "x"), (3, "bo", "y")])
    >>> round(gwet_ac1(ratings).value, 3)
    0.333
    """
    return gwet_ac2(ratings, weights="identity", level=level, variance=variance)


def gwet_ac2(
    ratings: Ratings, *, weights: Weights = "quadratic", level: float = 0.95, variance: Variance = "ratio"
) -> Estimate:
    """Agreement beyond chance, where chance is small when nearly all ratings are of one class.

    Unlike kappa and alpha it hardly falls as a class becomes rare: read the two side by side.

    Parameters
    ----------
    ratings : Ratings
        Any number of ratings per item. Agreement comes from the items with at least two; an item with a single
        rating counts for the class shares. The number of *declared* classes matters, given or not.
    weights : str or array_like of shape (n_classes, n_classes)
        Partial credit for different classes; see `karat.quality.agreement.weights.weight_matrix`.
    level : float
        Coverage of the interval.
    variance : {"ratio", "gwet"}
        See `karat.quality.agreement.chance_corrected.Variance`.

    Returns
    -------
    Estimate
        1 for perfect agreement, 0 for chance. The interval is a t-interval on ln(1 - AC) over items; `n` counts the
        items with at least two ratings.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When fewer than two items have two ratings.
    SingleClass
        When only one class is declared.
    UnknownMethod, NotNumeric
        When there are no such weights, or they need numbers.

    References
    ----------
    Gwet (2008), doi:10.1348/000711006X126600; AC2: Gwet (2014), Handbook of Inter-Rater Reliability, 4th edition.

    Examples
    --------
    >>> ratings = Ratings.from_rows([(1, "ada", 1), (1, "bo", 2), (2, "ada", 3), (2, "bo", 3)])
    >>> round(gwet_ac2(ratings, weights="linear").value, 3)
    0.478
    """
    credit = Credit.of(weights, ratings.classes).symmetric()
    items = ItemAgreement.of(ratings, credit, what="Gwet's coefficient")
    refuse_one_class(credit.n_classes, "Gwet's coefficient")
    spread = credit.total / (credit.n_classes * (credit.n_classes - 1))
    doubt = spread * (1 - items.class_share)
    chance = float(doubt @ items.class_share)
    return chance_corrected(
        items,
        Chance(chance, 2 * (items.share @ doubt - chance)),
        what="Gwet's coefficient",
        level=level,
        variance=variance,
    )


def refuse_one_class(n_classes: int, what: str) -> None:
    """Raise SingleClass when there is no other class that could have been given."""
    if n_classes < 2:
        raise SingleClass(
            f"{what} depends on the number of classes there are to choose from, and only {n_classes} is declared. "
            "Declare the others too, also if nobody gave them."
        )
