"""How far apart two classes are: the squared distances Krippendorff's alpha averages.

A new metric is one function here and one case in `distances`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.errors import NotNumeric, UnknownMethod
from karat.quality.ratings import Name

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Distances:
    """Squared distances between classes.

    Attributes
    ----------
    squared : float array of shape (n_classes, n_classes)
        Symmetric, 0 on the diagonal.
    pull : function from a symmetric array of pair weights to an array of shape (n_classes,), optional
        For a metric that depends on how often each class is used: how the weighted sum of distances changes
        with each class's count. The interval of alpha needs it.
    """

    squared: Array
    pull: Callable[[Array], Array] | None = None


def distances(metric: str, classes: Sequence[Name], class_totals: Array) -> Distances:
    """Distances under the named metric.

    Parameters
    ----------
    metric : {"nominal", "ordinal", "interval", "ratio"}
    classes : sequence of names of shape (n_classes,)
        In their order (ordinal), or numbers (interval, ratio).
    class_totals : float array of shape (n_classes,)
        Number of pairable ratings of each class.

    Raises
    ------
    UnknownMethod
        When there is no such metric.
    NotNumeric
        When the metric needs numbers and a class is none.

    Examples
    --------
    >>> distances("interval", ["1", "2", "4"], np.array([5.0, 3.0, 2.0])).squared[0].tolist()
    [0.0, 1.0, 9.0]
    """
    match metric:
        case "nominal":
            return Distances(1.0 - np.eye(len(classes)))
        case "ordinal":
            return _ordinal(class_totals)
        case "interval":
            return _interval(_values(classes, metric))
        case "ratio":
            return _ratio(_values(classes, metric))
    raise UnknownMethod(f"there is no metric {metric!r}; there are nominal, ordinal, interval and ratio.")


def _ordinal(class_totals: Array) -> Distances:
    """Ratings that lie between two classes, half of their own included, squared (Krippendorff 2011)."""
    to_ranks = np.tri(len(class_totals), k=-1) + 0.5 * np.eye(len(class_totals))
    ranks = to_ranks @ class_totals

    def pull(weights: Array) -> Array:
        change: Array = 4 * to_ranks.T @ (weights.sum(axis=1) * ranks - weights @ ranks)
        return change

    return Distances(np.subtract.outer(ranks, ranks) ** 2, pull)


def _interval(values: Array) -> Distances:
    """Difference of the numbers, squared."""
    return Distances(np.subtract.outer(values, values) ** 2)


def _ratio(values: Array) -> Distances:
    """Difference of the numbers in parts of their sum, squared."""
    if (values < 0).any():
        raise NotNumeric("the ratio metric needs numbers from 0 up; use the interval metric for negative ones.")
    sums = np.add.outer(values, values)
    sums[sums == 0] = 1.0  # zero and zero: the difference above is zero too
    return Distances((np.subtract.outer(values, values) / sums) ** 2)


def _values(classes: Sequence[Name], metric: str) -> Array:
    values = []
    for name in classes:
        try:
            value = float(name)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            value = math.nan
        if not math.isfinite(value):
            raise NotNumeric(
                f"the {metric} metric needs classes that are numbers; {name!r} is not. "
                "Use the nominal metric, or the ordinal one if the classes have an order."
            )
        values.append(value)
    return np.array(values)
