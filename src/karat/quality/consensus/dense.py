"""Every item has a probability for every class: for few classes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.consensus.compiled import compiled_step, is_worth_it
from karat.quality.consensus.gold import UNKNOWN
from karat.quality.consensus.layout import Layout
from karat.quality.consensus.shards import NEVER, Parameters, Statistics, inner
from karat.quality.consensus.soft import DenseSoft
from karat.quality.consensus.sorting import SortedRatings, slices_of, weighted_counts

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]
Indices = npt.NDArray[np.intp]

_SHARD_RATINGS = 1 << 17  # a shard's tables then fit the cache; what a shard costs beside is not felt
_TABLE_SHARE = 1  # ratings a shard has for each entry of a table: every shard makes a table of its own
_WORTH_COLLAPSING = 0.6
_SAMPLE, _MOSTLY = 1000, 0.97  # where a sample of items hardly repeats a pattern, all of them are not compared
_UNDERFLOW = -500.0
_FEW_CLASSES = 5


@dataclass(frozen=True, eq=False)
class DenseShard:
    """Items with the probabilities of all classes.

    Attributes
    ----------
    indptr, cells : int arrays
        The ratings by item: item i has the cells `cells[indptr[i]:indptr[i + 1]]`, at least one.
    given : int array of shape (n_cells,)
        The class given in each cell.
    n_classes : int
    weight : float array of shape (n_items,) or None
        How many items have exactly these ratings.
    is_compiled : bool
        Whether to step by the compiled loop.
    """

    indptr: Codes
    cells: Codes
    given: Codes
    n_classes: int
    weight: Array | None = None
    is_compiled: bool = False

    @property
    def n_ratings(self) -> int:
        """Ratings in the shard."""
        return len(self.cells)

    @cached_property
    def incidence(self) -> Any:
        """How often each item met each cell, sparse (n_items, n_cells)."""
        shape = (len(self.indptr) - 1, len(self.given))
        return scipy.sparse.csr_array((np.ones(len(self.cells)), self.cells, self.indptr), shape=shape)

    def vote_shares(self) -> Array:
        """Share of each item's ratings for each class, (n_items, n_classes)."""
        is_given = np.zeros((len(self.given), self.n_classes))
        is_given[np.arange(len(self.given)), self.given] = 1.0
        shares: Array = self.incidence @ is_given
        shares /= np.diff(self.indptr)[:, np.newaxis]
        return shares

    def start(self) -> Statistics:
        """Statistics of the vote shares."""
        return self._collected(self.vote_shares(), np.ones(self.n_classes), 0.0)

    def step(self, parameters: Parameters) -> Statistics:
        """One iteration."""
        if self.is_compiled:
            return compiled_step(self.indptr, self.cells, self.weight, parameters)
        if self.n_classes == 2:
            return self._step_of_two(parameters)
        values, factors, normaliser = _scaled(self.incidence @ parameters.table, parameters.log_prior)
        total = normaliser.sum() if self.weight is None else inner(self.weight, normaliser)
        return self._collected(values, factors, float(total))

    def posterior(self, parameters: Parameters, evidence_weight: float) -> Array:
        """Probabilities of the classes, (n_items, n_classes), each rating counted at this weight."""
        scores: Array = self.incidence @ parameters.table
        if evidence_weight != 1.0:
            scores *= evidence_weight
        values, factors, _ = _scaled(scores, parameters.log_prior)
        values *= factors
        return values

    def _collected(self, values: Array, factors: Array, log_likelihood: float) -> Statistics:
        """Of the probabilities values x factors."""
        if self.weight is not None:
            _multiply_rows(values, self.weight)
        counts: Array = self._transposed @ values
        counts *= factors
        return Statistics(counts, np.einsum("ij->j", values) * factors, log_likelihood)

    def _step_of_two(self, parameters: Parameters) -> Statistics:
        """With two classes one column says it all: half the work."""
        table, log_prior, weight = parameters.table, parameters.log_prior, self.weight
        odds: Array = self.incidence @ (table[:, 1] - table[:, 0])
        odds += log_prior[1] - log_prior[0]
        smaller = np.exp(-np.abs(odds))
        total = 1.0 + smaller
        normaliser = np.log(total)
        normaliser += np.maximum(odds, 0.0)
        second = np.where(odds > 0, 1.0, smaller)
        second /= total
        if weight is not None:
            second *= weight
            normaliser *= weight
        n_of_cell, n_items = self._totals
        counts = np.empty_like(table)
        counts[:, 1] = self._transposed @ second
        np.maximum(n_of_cell - counts[:, 1], 0.0, out=counts[:, 0])
        of_second = float(second.sum())
        log_likelihood = float(normaliser.sum() + n_items * log_prior[0]) + inner(n_of_cell, table[:, 0])
        return Statistics(counts, np.array([n_items - of_second, of_second]), log_likelihood)

    @cached_property
    def _transposed(self) -> Any:
        """The transpose of a CSR matrix, read as CSC: nothing is copied."""
        return self.incidence.T

    @cached_property
    def _totals(self) -> tuple[Array, float]:
        """Ratings of each cell, and items."""
        weight = np.ones(len(self.indptr) - 1) if self.weight is None else self.weight
        return self._transposed @ weight, float(weight.sum())


@dataclass(frozen=True, eq=False)
class DenseProblem:
    """Ratings ready for iterating.

    Attributes
    ----------
    ratings : SortedRatings
    known : int array of shape (n_items,)
        Gold class of each item or UNKNOWN.
    shards : tuple of DenseShard
        The items whose class is open; those with identical ratings collapsed into one where that saves enough.
    base : Statistics
        What the items with gold add to every iteration; its log-likelihood depends on the parameters and is left 0.
    layout : Layout
    open_items : int array
        Items that are rated and have no gold.
    pattern_of : int array of shape (n_open,) or None
        The row of each open item among the shards' rows, where they were collapsed; else they are one and the same.
    """

    ratings: SortedRatings
    known: Indices
    shards: tuple[DenseShard, ...]
    base: Statistics
    layout: Layout
    open_items: Indices
    pattern_of: Indices | None

    @staticmethod
    def of(ratings: SortedRatings, known: Indices) -> DenseProblem:
        """Prepare."""
        open_items = np.flatnonzero((known == UNKNOWN) & (ratings.n_of_item > 0))
        rows, pattern_of, weight = _patterns(ratings, open_items)
        is_everything = len(rows) == ratings.n_items
        cells, indptr = (ratings.cell, ratings.indptr) if is_everything else ratings.of_items(rows)
        most = max(_SHARD_RATINGS, _TABLE_SHARE * len(ratings.given) * ratings.n_classes)
        shards = tuple(_shard(ratings, cells, indptr, weight, part) for part in slices_of(indptr, most))
        base = _gold_statistics(ratings, known)
        return DenseProblem(ratings, known, shards, base, Layout.dense(ratings), open_items, pattern_of)

    @property
    def n_items(self) -> int:
        """Declared items."""
        return self.ratings.n_items

    @cached_property
    def has_base(self) -> bool:
        """Whether any item is settled."""
        return bool(self.base.class_totals.any())

    def posterior(self, parameters: Parameters, evidence_weight: float = 1.0, rest: Array | None = None) -> DenseSoft:  # noqa: ARG002 (for many classes)
        """Probabilities of all items' classes: gold is certain, and items without ratings get the prior."""
        prior = np.exp(parameters.log_prior - parameters.log_prior.max())
        return self._assembled([shard.posterior(parameters, evidence_weight) for shard in self.shards], prior)

    def vote_shares(self) -> DenseSoft:
        """Vote shares of all items: gold is certain, and items without ratings get the shares of all ratings."""
        sizes = np.bincount(self.ratings.cell, minlength=len(self.ratings.given))
        overall = weighted_counts(self.ratings.given, sizes, self.ratings.n_classes)
        return self._assembled([shard.vote_shares() for shard in self.shards], overall)

    def rows_of(self, parameters: Parameters, cells: Codes, statistics: Statistics) -> Array:  # noqa: ARG002
        """The log-probabilities of these cells if each class were true, (n, n_classes)."""
        rows: Array = parameters.table[cells]
        return rows

    def entries_of(self, cells: Codes, true: Indices) -> Indices:
        """Flat positions in a table of these cells if these classes are true."""
        return cells.astype(np.intp) * self.ratings.n_classes + true

    def counts_of(self, statistics: Statistics) -> Any:
        """Expected ratings (n_cells, n_classes)."""
        return statistics.counts

    def _assembled(self, parts: list[Array], of_unrated: Array) -> DenseSoft:
        found = parts[0] if len(parts) == 1 else np.concatenate(parts) if parts else None
        if found is not None and self.pattern_of is not None:
            found = found[self.pattern_of]
        if found is not None and len(self.open_items) == self.n_items:
            return DenseSoft(found)
        values = np.empty((self.n_items, self.ratings.n_classes))
        values[:] = of_unrated / of_unrated.sum()
        if found is not None:
            values[self.open_items] = found
        gold = np.flatnonzero(self.known != UNKNOWN)
        values[gold] = 0.0
        values[gold, self.known[gold]] = 1.0
        return DenseSoft(values)


def _scaled(scores: Array, log_prior: Array) -> tuple[Array, Array, Array]:
    """Values and factors of the columns whose product are probabilities in proportion to exp(log_prior + scores), and
    the log of what they were divided by.

    Written in place of the scores. The factors are left to the caller, for whom it may be cheaper to multiply later.
    Scores are sums of log-probabilities, so none is above 0, and exp cannot overflow. Where all classes of an item
    underflow, which takes hundreds of nats, the largest score is taken out first; doing so always costs a pass.
    """
    factors = np.exp(log_prior)
    if scores.size and scores.min() > _UNDERFLOW:
        np.exp(scores, out=scores)
        total = _weighted_rows(scores, factors)
        normaliser = np.log(total)
    else:
        scores += log_prior
        factors = np.ones_like(factors)
        largest = scores.max(axis=1, initial=-np.inf)
        scores -= largest[:, np.newaxis]
        np.exp(scores, out=scores)
        total = scores.sum(axis=1)
        normaliser = np.log(np.maximum(total, NEVER)) + largest
    _multiply_rows(scores, 1.0 / total)
    return scores, factors, normaliser


def _weighted_rows(values: Array, by_column: Array) -> Array:
    """The sum of each row, its columns weighted."""
    if len(by_column) > _FEW_CLASSES:
        return np.asarray(np.einsum("ij,j->i", values, by_column))
    total: Array = values[:, 0] * by_column[0]
    for column in range(1, len(by_column)):
        total += values[:, column] * by_column[column]
    return total


def _multiply_rows(values: Array, by_row: Array) -> None:
    """In place. Column by column where there are few: numpy's loop over a short last axis costs more than its work."""
    if values.shape[1] > _FEW_CLASSES:
        values *= by_row[:, np.newaxis]
        return
    for column in range(values.shape[1]):
        values[:, column] *= by_row


def _shard(ratings: SortedRatings, cells: Codes, indptr: Codes, weight: Array | None, part: slice) -> DenseShard:
    start, end = int(indptr[part.start]), int(indptr[part.stop])
    return DenseShard(
        (indptr[part.start : part.stop + 1] - start).astype(np.int32),
        cells[start:end],
        ratings.given,
        ratings.n_classes,
        None if weight is None else weight[part],
        is_worth_it(len(cells), ratings.n_classes),
    )


def _patterns(ratings: SortedRatings, items: Indices) -> tuple[Indices, Indices | None, Array | None]:
    """One item for each set of identical ratings, which of them each item is, and how many they are."""
    if len(items) == 0:
        return items, None, None
    if len(items) > 4 * _SAMPLE:
        sample = items[np.linspace(0, len(items) - 1, _SAMPLE).astype(np.intp)]
        if len(np.unique(_marks(ratings, sample))) > _MOSTLY * _SAMPLE:
            return items, None, None
    _, first, pattern, n = np.unique(_marks(ratings, items), return_index=True, return_inverse=True, return_counts=True)
    sizes = ratings.n_of_item[items]
    if sizes[first].sum() > _WORTH_COLLAPSING * sizes.sum():
        return items, None, None
    return items[first], pattern, n.astype(np.float64)


def _marks(ratings: SortedRatings, items: Indices) -> npt.NDArray[np.uint64]:
    """A number for each item: equal for equal ratings in any order, else different but for a chance of 2^-64."""
    of_cell = np.random.default_rng(0).integers(0, 2**64, size=len(ratings.given), dtype=np.uint64)
    cells, indptr = (ratings.cell, ratings.indptr) if len(items) == ratings.n_items else ratings.of_items(items)
    marks: npt.NDArray[np.uint64] = np.add.reduceat(of_cell[cells], indptr[:-1])
    return marks


def _gold_statistics(ratings: SortedRatings, known: Indices) -> Statistics:
    n_cells, n_classes = len(ratings.given), ratings.n_classes
    gold = np.flatnonzero((known != UNKNOWN) & (ratings.n_of_item > 0))
    counts = np.zeros(n_cells * n_classes)
    if len(gold):
        cells, indptr = ratings.of_items(gold)
        counts = np.bincount(
            cells.astype(np.intp) * n_classes + np.repeat(known[gold], np.diff(indptr)), minlength=n_cells * n_classes
        ).astype(np.float64)
    totals = np.bincount(known[gold], minlength=n_classes).astype(np.float64)
    return Statistics(counts.reshape(n_cells, n_classes), totals, 0.0)
