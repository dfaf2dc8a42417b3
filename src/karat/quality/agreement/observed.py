"""Raw agreement: how often two annotators give an item the same class, chance included."""

from __future__ import annotations

from karat.quality.agreement.sums import AgreementSums
from karat.quality.errors import NoRatings
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings


def observed_agreement(ratings: Ratings, *, level: float = 0.95) -> Estimate:
    """Share of agreeing pairs among the pairs of ratings of an item, averaged over items.

    Parameters
    ----------
    ratings : Ratings
        An item with a single rating has no pairs and counts for nothing.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        1 when every pair agrees, 0 when none does. Not corrected for chance. The interval is Clopper and
        Pearson's at the effective number of items; `n` counts the items with at least two ratings.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When no item has two ratings.

    References
    ----------
    Fleiss (1971), doi:10.1037/h0031619: his mean P_i, over items with any number of ratings.

    Examples
    --------
    >>> ratings = Ratings.from_rows([("post-1", "ada", "toxic"), ("post-1", "bo", "fine"), ("post-1", "cy", "fine")])
    >>> round(observed_agreement(ratings).value, 3)
    0.333
    """
    if ratings.n_ratings == 0:
        raise NoRatings("agreement needs ratings; there are none.")
    return AgreementSums.of(ratings.class_counts()).observed(level=level)
