"""Coefficients of the form (observed - chance) / (1 - chance), with intervals from the influence of each item."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from karat.quality.agreement.item_agreement import ItemAgreement
from karat.quality.agreement.item_intervals import log_scale_estimate
from karat.quality.errors import SingleClass, UnknownMethod
from karat.quality.intervals import Estimate, clopper_pearson

Array = npt.NDArray[np.float64]

Variance = Literal["ratio", "gwet"]
"""What items with a single rating mean for the standard error; without such items the two are the same.

"ratio": nothing, as the number of shared items is itself drawn: the jackknife over items says the same. "gwet": as
irrCAC computes it, an item without a pair counts as one whose agreement was 0, which widens the interval the more items
have one rating.
"""


@dataclass(frozen=True, slots=True)
class Chance:
    """Agreement expected by chance.

    Attributes
    ----------
    value : float
    influence : float array of shape (n_rows,)
        How much an item of each row of the `ItemAgreement` moves it, to first order; the mean over items is 0.
    """

    value: float
    influence: Array


def chance_corrected(
    items: ItemAgreement, chance: Chance, *, what: str, level: float, variance: Variance = "ratio"
) -> Estimate:
    """The coefficient with a t-interval on ln(1 - coefficient) over items.

    The logarithm keeps the interval under 1 and lets it be longer on the side of less agreement, where the truth
    more often lies. When no two items differ in influence (all agree, say), the interval is that of Clopper and
    Pearson for observed agreement, with chance as it is.

    Raises
    ------
    SingleClass
        When chance alone agrees perfectly.
    UnknownMethod
        When there is no such variance.
    """
    if variance not in ("ratio", "gwet"):
        raise UnknownMethod(f"there is no variance {variance!r}; there are 'ratio' and 'gwet'.")
    refuse_certain_chance(chance.value, what, items.n_shared)
    value = (items.observed - chance.value) / (1 - chance.value)
    influence = _influence(items, chance, value, variance)
    squares = float(items.n_alike @ influence**2)
    if squares <= 1e-24 * items.n_items:
        return without_spread(value, chance.value, items.n_shared, level)
    error = math.sqrt(squares / (items.n_items * (items.n_items - 1)))
    return log_scale_estimate(value, error, n=items.n_shared, degrees=items.n_shared - 1, level=level)


def without_spread(value: float, chance: float, n: int, level: float) -> Estimate:
    """Clopper and Pearson's interval for observed agreement on n items, corrected for a chance taken as known."""
    observed = min(1.0, max(0.0, value * (1 - chance) + chance))
    bounds = clopper_pearson(observed * n, n, level=level)
    low = max(-1.0, (bounds.low - chance) / (1 - chance))
    high = (bounds.high - chance) / (1 - chance)
    return Estimate(value, min(low, value), max(high, value), n, level, 0.0, "items")


def refuse_certain_chance(chance: float, what: str, n_shared: int) -> None:
    """Raise SingleClass when chance agreement is 1, so that nothing is left beyond it."""
    if 1 - chance < 1e-12:
        raise SingleClass(
            f"{what} compares agreement with chance, and all ratings that count on the {n_shared} shared items are of "
            "one class, so that chance would agree as well. Show raw agreement, or wait for ratings of other classes."
        )


def _influence(items: ItemAgreement, chance: Chance, value: float, variance: Variance) -> Array:
    """How much an item of each row moves the coefficient, to first order; over items it sums to 0."""
    per_shared = items.n_items / items.n_shared
    if variance == "ratio":
        own = per_shared * np.where(items.is_shared, items.agreement - items.observed, 0.0)
    else:
        own = per_shared * np.where(items.is_shared, items.agreement - chance.value, 0.0) - value * (1 - chance.value)
    return np.asarray((own - (1 - value) * chance.influence) / (1 - chance.value))
