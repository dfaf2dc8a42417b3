"""How far apart two classes that are numbers are: the squared distances Krippendorff's alpha averages."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from karat.quality.errors import NotNumeric, UnknownMethod
from karat.quality.ratings import Name

Array = npt.NDArray[np.float64]


def distances(metric: str, classes: Sequence[Name]) -> Array:
    """Squared distances under a metric that looks at the classes only, not at how often they were given.

    Parameters
    ----------
    metric : {"nominal", "interval", "ratio"}
    classes : sequence of names of shape (n_classes,)
        Numbers, but for the nominal metric.

    Returns
    -------
    float array of shape (n_classes, n_classes)
        Symmetric, 0 on the diagonal.

    Raises
    ------
    UnknownMethod
        When there is no such metric.
    NotNumeric
        When the metric needs numbers and a class is none.

    Examples
    --------
    >>> distances("interval", ["1", "2", "4"])[0].tolist()
    [0.0, 1.0, 9.0]
    """
    match metric:
        case "nominal":
            return 1.0 - np.eye(len(classes))
        case "interval":
            values = positions(classes, metric)
            return np.asarray(np.subtract.outer(values, values) ** 2)
        case "ratio":
            return _ratio(positions(classes, metric))
    raise UnknownMethod(f"there is no metric {metric!r}; there are nominal, ordinal, interval and ratio.")


def positions(classes: Sequence[Name], metric: str) -> Array:
    """The classes as numbers.

    Raises
    ------
    NotNumeric
        When a class is none; `metric` is named in the message.
    """
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


def _ratio(values: Array) -> Array:
    """Difference of the numbers in parts of their sum, squared."""
    if (values < 0).any():
        raise NotNumeric("the ratio metric needs numbers from 0 up; use the interval metric for negative ones.")
    sums = np.add.outer(values, values)
    sums[sums == 0] = 1.0  # zero and zero: the difference above is zero too
    return np.asarray((np.subtract.outer(values, values) / sums) ** 2)
