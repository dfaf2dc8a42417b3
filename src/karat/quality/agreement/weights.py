"""How much credit two different classes get: Gwet's weight sets, or any matrix.

A new set is one function here and one entry in `WEIGHT_SETS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.errors import NotNumeric, UnknownMethod
from karat.quality.ratings import Name

Array = npt.NDArray[np.float64]
Weights = str | npt.ArrayLike
"""The name of a weight set, or a matrix of shape (n_classes, n_classes) with 1 for full credit and 0 for none."""


def weight_matrix(weights: Weights, classes: Sequence[Name]) -> Array:
    """Credit for each pair of classes, 1 on the diagonal of every named set.

    Parameters
    ----------
    weights : str or array_like of shape (n_classes, n_classes)
        A name of `WEIGHT_SETS`, "nominal" for "identity" or "interval" for "quadratic"; or the weights themselves,
        at most 1. Rows are the first annotator's class, columns the second's, where two are told apart.
    classes : sequence of names of shape (n_classes,)
        Their numbers when all are numbers, else their positions 1, 2, ...: equally spaced.

    Raises
    ------
    UnknownMethod
        When there is no such set, or the matrix is not one of weights.
    NotNumeric
        When the ratio weights meet a class that is not a number from 0 up.

    References
    ----------
    Gwet (2014), Handbook of Inter-Rater Reliability, 4th edition, chapter 3.

    Examples
    --------
    >>> weight_matrix("quadratic", ["1", "2", "5"]).round(4).tolist()
    [[1.0, 0.9375, 0.0], [0.9375, 1.0, 0.4375], [0.0, 0.4375, 1.0]]
    """
    if not isinstance(weights, str):
        return _given(weights, len(classes))
    make = WEIGHT_SETS.get(_ALIASES.get(weights, weights))
    if make is None:
        raise UnknownMethod(
            f"there are no weights {weights!r}; there are {', '.join([*WEIGHT_SETS, *_ALIASES])}, or give a matrix."
        )
    if len(classes) < 2:
        return np.ones((len(classes), len(classes)))
    matrix: Array = make(classes)
    return matrix


def credit_of_distances(distance: npt.ArrayLike) -> Array:
    """Weights that say the same as a matrix of distances: 1 - distance / largest distance.

    Examples
    --------
    >>> credit_of_distances([[0, 1], [4, 0]]).tolist()
    [[1.0, 0.75], [0.0, 1.0]]
    """
    matrix = np.asarray(distance, dtype=np.float64)
    largest = float(matrix.max(initial=0.0))
    if not (np.isfinite(largest) and largest > 0 and matrix.min() >= 0):
        raise UnknownMethod(
            "distances are numbers from 0 up, of which one at least is above 0; "
            f"they run from {matrix.min(initial=0.0):g} to {largest:g}."
        )
    return 1.0 - matrix / largest


@dataclass(frozen=True, slots=True)
class Credit:
    """Weights ready for use; identity weights take no room, however many classes there are.

    Attributes
    ----------
    n_classes : int
    matrix : float array of shape (n_classes, n_classes), or None
        None stands for the identity.
    """

    n_classes: int
    matrix: Array | None

    @staticmethod
    def of(weights: Weights, classes: Sequence[Name]) -> Credit:
        """See `weight_matrix`."""
        if isinstance(weights, str) and _ALIASES.get(weights, weights) == "identity":
            return Credit(len(classes), None)
        return Credit(len(classes), weight_matrix(weights, classes))

    @property
    def total(self) -> float:
        """Sum of all weights: what the chance agreement of Gwet and of Brennan and Prediger is made of."""
        return float(self.n_classes if self.matrix is None else self.matrix.sum())

    def symmetric(self) -> Credit:
        """The mean of the two orders of a pair, for coefficients that do not tell first from second."""
        return self if self.matrix is None else Credit(self.n_classes, (self.matrix + self.matrix.T) / 2)

    def expected_by_first(self, second: Array) -> Array:
        """Mean credit of each class against shares of classes (..., n_classes) of the second annotator."""
        return second if self.matrix is None else np.asarray(second @ self.matrix.T)

    def expected_by_second(self, first: Array) -> Array:
        """Mean credit of each class against shares of classes (..., n_classes) of the first annotator."""
        return first if self.matrix is None else np.asarray(first @ self.matrix)

    def between(self, first: npt.NDArray[Any], second: npt.NDArray[Any]) -> Array:
        """Credit of pairs of class codes."""
        if self.matrix is None:
            return np.asarray(first == second, dtype=np.float64)
        return np.asarray(self.matrix[first, second])


def _given(weights: npt.ArrayLike, n_classes: int) -> Array:
    matrix = np.asarray(weights, dtype=np.float64)
    if matrix.shape != (n_classes, n_classes):
        raise UnknownMethod(f"weights for {n_classes} classes have shape {(n_classes,) * 2}; got {matrix.shape}.")
    if not (np.isfinite(matrix).all() and matrix.max(initial=1.0) <= 1.0):
        raise UnknownMethod("weights are credit for agreement, finite and at most 1; see credit_of_distances.")
    return matrix


def _identity(classes: Sequence[Name]) -> Array:
    return np.eye(len(classes))


def _linear(classes: Sequence[Name]) -> Array:
    return _credit(abs(_differences(classes)))


def _quadratic(classes: Sequence[Name]) -> Array:
    return _credit(_differences(classes) ** 2)


def _radical(classes: Sequence[Name]) -> Array:
    return _credit(np.sqrt(abs(_differences(classes))))


def _ordinal(classes: Sequence[Name]) -> Array:
    """By the number of pairs of classes from one to the other, both included; the order alone counts."""
    steps = abs(np.subtract.outer(np.arange(len(classes)), np.arange(len(classes))))
    return _credit(steps * (steps + 1) / 2)


def _ratio(classes: Sequence[Name]) -> Array:
    values = _numbers(classes)
    if values is None or values.min() < 0:
        raise NotNumeric(f"ratio weights need classes that are numbers from 0 up; there are {list(classes)!r}.")
    sums = np.add.outer(values, values)
    sums[sums == 0] = 1.0  # zero and zero do not differ
    return _credit((np.subtract.outer(values, values) / sums) ** 2)


def _circular(classes: Sequence[Name]) -> Array:
    """The two ends of the scale are neighbours, as hours are."""
    values = _positions(classes)
    around = values.max() - values.min() + 1
    return _credit(np.sin(np.pi * np.subtract.outer(values, values) / around) ** 2)


def _bipolar(classes: Sequence[Name]) -> Array:
    """A step counts for more the nearer it is to an end of the scale."""
    values = _positions(classes)
    sums = np.add.outer(values, values)
    room = (sums - 2 * values.min()) * (2 * values.max() - sums)
    np.fill_diagonal(room, 1.0)  # both at the same end: no room, and no difference either
    return _credit(np.subtract.outer(values, values) ** 2 / room)


WEIGHT_SETS: dict[str, Callable[[Sequence[Name]], Array]] = {
    "identity": _identity,
    "linear": _linear,
    "quadratic": _quadratic,
    "ordinal": _ordinal,
    "radical": _radical,
    "ratio": _ratio,
    "circular": _circular,
    "bipolar": _bipolar,
}
_ALIASES = {"nominal": "identity", "interval": "quadratic"}


def _credit(distance: Array) -> Array:
    return np.asarray(1.0 - distance / distance.max())


def _differences(classes: Sequence[Name]) -> Array:
    values = _positions(classes)
    return np.subtract.outer(values, values)


def _positions(classes: Sequence[Name]) -> Array:
    values = _numbers(classes)
    return np.arange(1.0, len(classes) + 1) if values is None else values


def _numbers(classes: Sequence[Name]) -> Array | None:
    try:
        values = [float(name) for name in classes]  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    # Two names for one number ("1" and "1.0") would make a distance of 0 between different classes.
    if not all(math.isfinite(value) for value in values) or len(set(values)) < len(values):
        return None
    return np.array(values)
