"""The step of a dense shard as a compiled loop: for very many ratings, where numba is installed (`karat[compiled]`).

It multiplies likelihoods where the scipy path adds logarithms, so that an item costs one logarithm instead of an
exponential for each class. Three quarters of the time at five classes; no gain at two, where scipy walks one column,
nor beyond a dozen, where scipy's inner loop is the better one.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.consensus.shards import Parameters, Statistics

Array = npt.NDArray[np.float64]

PAYS_FROM = 4_000_000
"""Ratings from which on a fit saves more than the second or two that numba takes to start."""

_SMALLEST = 1e-200
_FEWEST_CLASSES, _MOST_CLASSES = 3, 12


def is_worth_it(n_ratings: int, n_classes: int) -> bool:
    """Whether to compile, which is decided by the size of the data alone: the same data give the same numbers."""
    return n_ratings >= PAYS_FROM and _FEWEST_CLASSES <= n_classes <= _MOST_CLASSES and find_spec("numba") is not None


def compiled_step(indptr: Any, cells: Any, weight: Array | None, parameters: Parameters) -> Statistics:
    """What `DenseShard.step` answers, within rounding."""
    counts = np.zeros_like(parameters.table)
    totals = np.zeros_like(parameters.log_prior)
    log_likelihood = _loop()(
        indptr,
        cells,
        np.ones(1) if weight is None else weight,
        np.exp(parameters.table),
        np.exp(parameters.log_prior),
        parameters.table,
        parameters.log_prior,
        counts,
        totals,
        (0.0,) * len(totals),
    )
    return Statistics(counts, totals, log_likelihood)


@cache
def _loop() -> Any:
    """Compiled at its first use, and kept on disk for the next process."""
    from numba import njit  # noqa: PLC0415 (takes a second, and may not be installed)

    return njit(nogil=True, cache=True, error_model="numpy")(_plain_loop)


def _plain_loop(  # noqa: PLR0917 (numba compiles positional arguments)
    indptr: Any,
    cells: Any,
    weight: Any,
    likelihood: Any,
    prior: Any,
    table: Any,
    log_prior: Any,
    counts: Any,
    totals: Any,
    as_many_as_classes: Any,
) -> float:
    n_classes = len(as_many_as_classes)  # a tuple's length is known when compiling, and the loops over it unroll
    posterior = np.empty(n_classes)
    log_likelihood = 0.0
    for item in range(len(indptr) - 1):
        first, last = indptr[item], indptr[item + 1]
        of_item = weight[item] if len(weight) > 1 else weight[0]
        for k in range(n_classes):
            posterior[k] = prior[k]
        for rating in range(first, last):
            cell = cells[rating]
            for k in range(n_classes):
                posterior[k] *= likelihood[cell, k]
        total = 0.0
        for k in range(n_classes):
            total += posterior[k]
        offset = 0.0
        if total < _SMALLEST:  # so many ratings, or so unlikely ones, that only their logarithms are numbers
            offset = -np.inf
            for k in range(n_classes):
                posterior[k] = log_prior[k]
                for rating in range(first, last):
                    posterior[k] += table[cells[rating], k]
                offset = max(offset, posterior[k])
            total = 0.0
            for k in range(n_classes):
                posterior[k] = np.exp(posterior[k] - offset)
                total += posterior[k]
        log_likelihood += of_item * (np.log(total) + offset)
        for k in range(n_classes):
            posterior[k] *= of_item / total
            totals[k] += posterior[k]
        for rating in range(first, last):
            cell = cells[rating]
            for k in range(n_classes):
                counts[cell, k] += posterior[k]
    return log_likelihood
