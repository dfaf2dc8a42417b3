"""What an iteration of truth inference adds up over items, and the shard of items it is added up over.

The law: `shard.step(parameters) -> Statistics`, and statistics can be added. No engine is in here; whoever drives the
iterations (one thread, several, other machines) maps shards and adds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]

NEVER = 1e-100
"""Stands for probability 0, so that logarithms and their sums stay finite."""


def inner(a: Array, b: Array) -> float:
    """Sum of the products of two arrays of one shape.

    Not by BLAS, here and in the shards: it would start threads for sums this small, and they cost more than they save.
    """
    return float(np.einsum("i,i->", a.reshape(-1), b.reshape(-1)))


@dataclass(frozen=True, eq=False)
class Parameters:
    """What an iteration believes, in logarithms.

    Attributes
    ----------
    log_prior : float array of shape (n_classes,)
        How frequent the classes are.
    table : float array
        Log-probability of each given class if a class is true: one row per (annotator, given class), one column per
        true class; or, where support is restricted, one element per (annotator, true, given) that can occur.
    penalty : float
        Nats to subtract from the log-likelihood for what the objective says of these parameters: divergence from
        the prior, or minus its log-density.
    """

    log_prior: Array
    table: Array
    penalty: float = 0.0


@dataclass(frozen=True, eq=False)
class Statistics:
    """What items say of the parameters; those of several shards are added.

    Attributes
    ----------
    counts : float array, shaped like `Parameters.table`
        Expected ratings.
    class_totals : float array of shape (n_classes,)
        Expected items.
    log_likelihood : float
        Log-probability (nats) of the ratings under the parameters of the step.
    """

    counts: Array
    class_totals: Array
    log_likelihood: float

    def __add__(self, other: Statistics) -> Statistics:
        return Statistics(
            self.counts + other.counts,
            self.class_totals + other.class_totals,
            self.log_likelihood + other.log_likelihood,
        )

    def add(self, other: Statistics) -> Statistics:
        """The same sum, written into this one's arrays where tables are large."""
        counts, totals = self.counts, self.class_totals
        counts += other.counts
        totals += other.class_totals
        return Statistics(counts, totals, self.log_likelihood + other.log_likelihood)


class Shard(Protocol):
    """Some items whose class is open, with all their ratings."""

    @property
    def n_ratings(self) -> int:
        """Ratings in the shard, those of items that were collapsed into one counted once."""
        ...

    def start(self) -> Statistics:
        """Statistics when the vote shares are taken for the probabilities of the classes."""
        ...

    def step(self, parameters: Parameters) -> Statistics:
        """One iteration: probabilities of the classes under the parameters, and what follows from them."""
        ...
