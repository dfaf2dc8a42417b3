"""Intervals for agreement when items are what is sampled: they speak for these annotators on more such items."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from karat.quality.intervals import Estimate, clopper_pearson, student_quantile

Over = Literal["items", "annotators"]

ROUNDING = 1e-12
"""Share of a sum's terms, taken without sign, below which the sum is only rounding."""


@dataclass(frozen=True, slots=True)
class Influence:
    """How much each item moves a coefficient, to first order: what the delta method needs of it.

    Attributes
    ----------
    total, squares : float
        Sum over items, and sum of squares.
    rounding : float
        A sum of squares this small is rounding, not spread.
    """

    total: float
    squares: float
    rounding: float


def alpha_estimate(
    *,
    alpha: float,
    influence: Influence,
    n_items: int,
    expected_disagreement: float,
    level: float,
) -> Estimate:
    """Alpha with a t-interval on ln(1 - alpha), whose standard error comes from the items' influence.

    The logarithm keeps the interval under 1 and makes its length honest near 1: simulated coverage of 95 % intervals
    is .93-.96 from 50 items on, where a percentile bootstrap falls to .84 on rare classes.

    When no two items differ in influence (all agree, say) there is no spread to learn from. Then the interval is
    that of Clopper and Pearson for the share of disagreement, divided by what chance would give.

    Parameters
    ----------
    expected_disagreement : float
        Disagreement by chance, D_e, on the scale on which 1 - alpha = D_o / D_e.
    """
    variance = n_items / (n_items - 1) * (influence.squares - influence.total**2 / n_items)
    distance = 1 - alpha
    if distance == 0 or variance <= influence.rounding:
        return without_spread(alpha, n_items, expected_disagreement, level)
    return log_scale_estimate(alpha, math.sqrt(variance), n=n_items, degrees=n_items - 1, level=level)


def log_scale_estimate(
    value: float, standard_error: float, *, n: int, degrees: int, level: float, over: Over = "items"
) -> Estimate:
    """A t-interval on ln(1 - value), for coefficients that are 1 at best and -1 at worst."""
    distance = 1 - value
    if distance <= 0:
        return Estimate(value, value, value, n, level, standard_error, over)
    reach = student_quantile(0.5 + level / 2, degrees) * standard_error / distance
    low = max(-1.0, 1 - distance * math.exp(min(reach, 50.0)))  # two items can make the exponential overflow
    return Estimate(value, min(low, value), 1 - distance * math.exp(-reach), n, level, standard_error, over)


def mean_share_estimate(
    *, misses: float, squared_misses: float, n_items: int, most_units: float, level: float
) -> Estimate:
    """Mean over items of a share in 0-1, with Clopper and Pearson's interval at the effective number of items.

    That number is how many yes-no items would vary as much: more than there are items when each holds several pairs,
    but never more than `most_units`. It equals the number of items when each has two ratings.

    Parameters
    ----------
    misses, squared_misses : float
        Sum over items, and sum of squares, of 1 - share.

    References
    ----------
    Korn and Graubard (1998), Survey Methodology 24:193-201.
    """
    missing_share = min(1.0, misses / n_items)
    spread = squared_misses / n_items - missing_share**2
    binary_spread = missing_share * (1 - missing_share)
    if binary_spread == 0:
        effective = float(n_items)
    elif spread * most_units <= binary_spread * n_items:
        effective = most_units
    else:
        effective = n_items * binary_spread / spread
    error = max(0.0, spread) / max(1, n_items - 1)
    bounds = clopper_pearson((1 - missing_share) * effective, effective, level=level)
    return Estimate(bounds.value, bounds.low, bounds.high, n_items, level, math.sqrt(error), "items")


def without_spread(alpha: float, n_items: int, expected_disagreement: float, level: float) -> Estimate:
    """Clopper and Pearson's interval for the share of disagreement, over a chance taken as known."""
    observed = min(1.0, (1 - alpha) * expected_disagreement)
    bounds = clopper_pearson(observed * n_items, n_items, level=level)
    low = max(-1.0, 1 - bounds.high / expected_disagreement)
    high = 1 - bounds.low / expected_disagreement
    return Estimate(alpha, min(low, alpha), max(high, alpha), n_items, level, 0.0, "items")
