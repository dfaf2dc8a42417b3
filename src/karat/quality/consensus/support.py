"""An item may only be of a class that somebody gave it, or that gold says: for many classes.

The cost of an iteration then depends on how many different answers items get (1.4 to 2.8 on public sets), not on the
number of classes, and only (annotator, true class, given class) triples that can occur are kept. Accuracy is that of
the full model or better; the probability of classes nobody gave is added in the last pass (`SupportSoft.rest`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.consensus.gold import UNKNOWN
from karat.quality.consensus.layout import Layout, n_ratings_of_present, runs
from karat.quality.consensus.shards import NEVER, Parameters, Statistics
from karat.quality.consensus.soft import SupportSoft
from karat.quality.consensus.sorting import SortedRatings, positions, slices_of, weighted_counts

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]
Indices = npt.NDArray[np.intp]

_SHARD_TERMS = 1 << 18
_TABLE_SHARE = 2  # terms a shard has for each entry of a table: every shard makes a table of its own
_LOWEST = float(np.log(NEVER))


@dataclass(frozen=True, eq=False)
class SupportShard:
    """Items with the probabilities of the classes they were given.

    A *pair* is an item with one class of its support; pairs are ordered by item.

    Attributes
    ----------
    starts : int array of shape (n_items,)
        First pair of each item.
    pair_class : int array of shape (n_pairs,)
    votes : float array of shape (n_pairs,)
        Ratings of the item for the class.
    indptr, triples : int arrays
        The triples of a pair, one for each rating of its item: `triples[indptr[p]:indptr[p + 1]]`.
    n_triples, n_classes : int
    """

    starts: Indices
    pair_class: Codes
    votes: Array
    indptr: Codes
    triples: Codes
    n_triples: int
    n_classes: int

    @property
    def n_ratings(self) -> int:
        """Ratings in the shard."""
        return int(self.votes.sum())

    @cached_property
    def incidence(self) -> Any:
        """Which triples speak for each pair, sparse (n_pairs, n_triples)."""
        shape = (len(self.pair_class), self.n_triples)
        return scipy.sparse.csr_array((np.ones(len(self.triples)), self.triples, self.indptr), shape=shape)

    @cached_property
    def item(self) -> Indices:
        """The item of each pair."""
        return np.repeat(np.arange(len(self.starts)), np.diff(np.append(self.starts, len(self.pair_class))))

    def vote_shares(self) -> Array:
        """Share of the item's ratings for each pair's class."""
        return self.votes / np.add.reduceat(self.votes, self.starts)[self.item]

    def start(self) -> Statistics:
        """Statistics of the vote shares."""
        return self._collected(self.vote_shares(), 0.0)

    def step(self, parameters: Parameters) -> Statistics:
        """One iteration."""
        scores = self._scores(parameters, 1.0)
        largest = np.maximum.reduceat(scores, self.starts)
        scores -= largest[self.item]
        np.exp(scores, out=scores)
        total = np.add.reduceat(scores, self.starts)
        scores *= (1.0 / total)[self.item]
        return self._collected(scores, float(np.log(total).sum() + largest.sum()))

    def posterior(self, parameters: Parameters, evidence_weight: float, rest_scores: Array) -> tuple[Array, Array]:
        """Probability of each pair, and of all other classes of each item together.

        Parameters
        ----------
        rest_scores : float array of shape (n_items,)
            Log of prior times likelihood of the classes outside the support, taken together; minus infinity for none.
        """
        scores = self._scores(parameters, evidence_weight)
        largest = np.maximum(np.maximum.reduceat(scores, self.starts), rest_scores)
        scores -= largest[self.item]
        np.exp(scores, out=scores)
        rest = np.exp(rest_scores - largest)
        total = np.add.reduceat(scores, self.starts) + rest
        scores /= total[self.item]
        return scores, rest / total

    def _scores(self, parameters: Parameters, evidence_weight: float) -> Array:
        """Log of prior times likelihood of each pair."""
        scores: Array = self.incidence @ parameters.table
        if evidence_weight != 1.0:
            scores *= evidence_weight
        scores += parameters.log_prior[self.pair_class]
        return scores

    def _collected(self, posterior: Array, log_likelihood: float) -> Statistics:
        class_totals = weighted_counts(self.pair_class, posterior, self.n_classes)
        return Statistics(self.incidence.T @ posterior, class_totals, log_likelihood)


@dataclass(frozen=True, eq=False)
class SupportProblem:
    """Ratings ready for iterating.

    Attributes
    ----------
    ratings : SortedRatings
    known : int array of shape (n_items,)
        Gold class of each item or UNKNOWN.
    pair_indptr : int array of shape (n_items + 1,)
        First pair of each item.
    pair_class : int array of shape (n_pairs,)
    votes : float array of shape (n_pairs,)
    shards : tuple of SupportShard
        Items that got different answers.
    settled : tuple of SupportShard
        Items that got one answer only: no iteration changes them, but their last probability is less than 1.
    members : tuple of int arrays
        The items of each shard, then of each settled shard.
    base : Statistics
        What items with gold and settled items add to every iteration; its log-likelihood depends on the parameters
        and is left 0.
    layout : Layout
    triple : int64 array of shape (n_triples,)
        Annotator, true and given class of each triple as one number, ascending.
    """

    ratings: SortedRatings
    known: Indices
    pair_indptr: Indices
    pair_class: Codes
    votes: Array
    shards: tuple[SupportShard, ...]
    settled: tuple[SupportShard, ...]
    members: tuple[Indices, ...]
    base: Statistics
    layout: Layout
    triple: npt.NDArray[np.int64]

    @staticmethod
    def of(ratings: SortedRatings, known: Indices) -> SupportProblem:
        """Prepare."""
        return _Preparation(ratings, known).problem()

    @property
    def n_items(self) -> int:
        """Declared items."""
        return self.ratings.n_items

    @cached_property
    def has_base(self) -> bool:
        """Whether any item is settled."""
        return bool(self.base.class_totals.any())

    def posterior(self, parameters: Parameters, evidence_weight: float = 1.0, rest: Array | None = None) -> SupportSoft:
        """Probabilities of all items' classes: gold is certain, and items without ratings get the prior.

        Parameters
        ----------
        rest : float array of shape (n_present,)
            Log-probability that each annotator gives a certain wrong class.
        """
        prior = np.exp(parameters.log_prior)
        prior /= prior.sum()
        values, rest_share = np.zeros(len(self.pair_class)), np.ones(self.n_items)
        assert rest is not None
        against = self._against_all(rest)
        for shard, items in zip(self.shards + self.settled, self.members, strict=True):
            covered = np.add.reduceat(prior[shard.pair_class], shard.starts)
            with np.errstate(divide="ignore"):  # minus infinity: all classes are in the support
                rest_scores = np.log(np.maximum(1.0 - covered - 1e-12, 0.0)) + evidence_weight * against[items]
            pairs = positions(self.pair_indptr[items], np.diff(self.pair_indptr)[items])
            values[pairs], rest_share[items] = shard.posterior(parameters, evidence_weight, rest_scores)
        return self._with_gold(values, rest_share, prior)

    def vote_shares(self) -> SupportSoft:
        """Vote shares of all items: gold is certain, and items without ratings get the shares of all ratings."""
        sizes = np.diff(self.pair_indptr)
        values = self.votes / np.repeat(np.maximum(self.ratings.n_of_item, 1), sizes)
        overall = np.bincount(self.pair_class, self.votes, self.ratings.n_classes)
        return self._with_gold(values, (sizes == 0).astype(np.float64), overall / overall.sum())

    def rows_of(self, parameters: Parameters, cells: Codes, statistics: Statistics) -> Array:
        """The log-probabilities of these cells if each class were true, (n, n_classes), triples or not."""
        n_classes = self.ratings.n_classes
        annotator, given = self.ratings.annotator[cells].astype(np.int64), self.ratings.given[cells]
        wanted = (annotator[:, np.newaxis] * n_classes + np.arange(n_classes)) * n_classes + given[:, np.newaxis]
        place = np.minimum(np.searchsorted(self.triple, wanted), len(self.triple) - 1)
        rank = np.zeros(self.ratings.n_annotators, dtype=np.intp)
        rank[np.unique(self.ratings.annotator)] = np.arange(len(self.layout.n_ratings))
        otherwise = rest_log_probability(self.layout, statistics.counts)[rank[annotator]]
        return np.where(self.triple[place] == wanted, parameters.table[place], otherwise[:, np.newaxis])

    def entries_of(self, cells: Codes, true: Indices) -> Indices:
        """Positions in a table of these cells if these classes are true; they must be among those that can be."""
        n_classes = self.ratings.n_classes
        annotator, given = self.ratings.annotator[cells].astype(np.int64), self.ratings.given[cells]
        return np.searchsorted(self.triple, (annotator * n_classes + true) * n_classes + given)

    def counts_of(self, statistics: Statistics) -> Any:
        """Expected ratings, sparse (n_cells, n_classes)."""
        n_classes = self.ratings.n_classes
        code = self.triple // (n_classes * n_classes) * n_classes + self.triple % n_classes
        cells = self.ratings.annotator.astype(np.int64) * n_classes + self.ratings.given
        place = np.searchsorted(cells, code)
        shape = (len(cells), n_classes)
        return scipy.sparse.coo_array((statistics.counts, (place, self.triple // n_classes % n_classes)), shape).tocsr()

    def _against_all(self, rest: Array) -> Array:
        """Log-probability of each item's ratings if its class were one that nobody gave."""
        of_cell = rest[runs(self.ratings.annotator)[2]]
        item = np.repeat(np.arange(self.n_items), self.ratings.n_of_item)
        return weighted_counts(item, of_cell[self.ratings.cell], self.n_items)

    def _with_gold(self, values: Array, rest: Array, prior: Array) -> SupportSoft:
        gold = np.flatnonzero(self.known != UNKNOWN)
        pairs = positions(self.pair_indptr[gold], np.diff(self.pair_indptr)[gold])
        known = np.repeat(self.known[gold], np.diff(self.pair_indptr)[gold])
        values[pairs] = self.pair_class[pairs] == known
        rest[gold] = 0.0
        return SupportSoft(self.pair_indptr, self.pair_class, values, rest, prior)


def rest_log_probability(layout: Layout, counts: Array) -> Array:
    """Log-probability that each annotator with ratings gives a certain wrong class; half of 4 pseudo-ratings wrong."""
    wrong = layout.n_ratings - layout.right_ratings(counts)
    share = (wrong + 2.0) / (layout.n_ratings + 4.0)
    return np.asarray(np.log(share / max(layout.n_classes - 1, 1)))


class _Preparation:
    """The steps from sorted ratings to pairs, triples and shards."""

    def __init__(self, ratings: SortedRatings, known: Indices) -> None:
        self._ratings, self._known, self._n_classes = ratings, known, ratings.n_classes
        self._annotator = ratings.annotator[ratings.cell].astype(np.int64)
        self._label = ratings.given[ratings.cell]
        self._make_pairs()
        self._make_terms()

    def problem(self) -> SupportProblem:
        sizes = np.diff(self._pair_indptr)
        is_open = (self._known == UNKNOWN) & (sizes > 0)
        shards, members = self._shards(np.flatnonzero(is_open & (sizes > 1)))
        settled, settled_members = self._shards(np.flatnonzero(is_open & (sizes == 1)))
        return SupportProblem(
            self._ratings,
            self._known,
            self._pair_indptr,
            self._pair_class,
            self._votes,
            tuple(shards),
            tuple(settled),
            (*members, *settled_members),
            self._base(settled),
            self._layout(),
            self._triple,
        )

    def _make_pairs(self) -> None:
        """Pairs of all items: the classes given, and that of gold."""
        item = np.repeat(np.arange(self._ratings.n_items, dtype=np.int64), self._ratings.n_of_item)
        gold = np.flatnonzero(self._known != UNKNOWN)
        given = item * self._n_classes + self._label
        codes = np.concatenate([given, gold * self._n_classes + self._known[gold]])
        pairs, of_code = np.unique(codes, return_inverse=True)
        self._pair_item, self._pair_class = pairs // self._n_classes, (pairs % self._n_classes).astype(np.int32)
        self._votes = np.bincount(of_code[: len(given)], minlength=len(pairs)).astype(np.float64)
        n_of_item = np.bincount(self._pair_item, minlength=self._ratings.n_items)
        self._pair_indptr = np.concatenate([[0], np.cumsum(n_of_item)])

    def _make_terms(self) -> None:
        """For each pair that can be true, the triple of each rating of its item."""
        known = self._known[self._pair_item]
        n_ratings = self._ratings.n_of_item[self._pair_item]
        self._n_terms = np.where((known == UNKNOWN) | (known == self._pair_class), n_ratings, 0)
        rating = positions(self._ratings.indptr[:-1][self._pair_item], self._n_terms)
        code = self._annotator[rating] * self._n_classes + np.repeat(self._pair_class, self._n_terms)
        code *= self._n_classes
        code += self._label[rating]
        self._triple, term_triple = np.unique(code, return_inverse=True)
        self._term_triple = term_triple.astype(np.int32)
        self._term_indptr = np.concatenate([[0], np.cumsum(self._n_terms)])

    def _shards(self, items: Indices) -> tuple[list[SupportShard], list[Indices]]:
        n_terms = self._term_indptr[self._pair_indptr[items + 1]] - self._term_indptr[self._pair_indptr[items]]
        indptr = np.concatenate([[0], np.cumsum(n_terms)])
        most = max(_SHARD_TERMS, _TABLE_SHARE * len(self._triple))
        parts = [items[part] for part in slices_of(indptr, most)]
        return [self._shard(part) for part in parts], parts

    def _shard(self, items: Indices) -> SupportShard:
        sizes = np.diff(self._pair_indptr)[items]
        pairs = positions(self._pair_indptr[items], sizes)
        terms = positions(self._term_indptr[pairs], self._n_terms[pairs])
        return SupportShard(
            np.cumsum(sizes) - sizes,
            self._pair_class[pairs],
            self._votes[pairs],
            np.concatenate([[0], np.cumsum(self._n_terms[pairs])]).astype(np.int32),
            self._term_triple[terms],
            len(self._triple),
            self._n_classes,
        )

    def _base(self, settled: list[SupportShard]) -> Statistics:
        gold = np.flatnonzero(self._known[self._pair_item] == self._pair_class)
        terms = positions(self._term_indptr[gold], self._n_terms[gold])
        counts = np.bincount(self._term_triple[terms], minlength=len(self._triple)).astype(np.float64)
        rated = self._n_terms[gold] > 0
        totals = np.bincount(self._pair_class[gold[rated]], minlength=self._n_classes).astype(np.float64)
        base = Statistics(counts, totals, 0.0)
        for shard in settled:
            base = base.add(shard.start())
        return base

    def _layout(self) -> Layout:
        n_classes = self._n_classes
        starts, sizes, _ = runs(self._triple // n_classes)
        rank = runs(self._triple // (n_classes * n_classes))[2]
        right = np.flatnonzero(self._triple // n_classes % n_classes == self._triple % n_classes)
        n_ratings = n_ratings_of_present(self._ratings)
        return Layout(n_classes, starts, sizes, right, rank[right], rank, n_ratings)
