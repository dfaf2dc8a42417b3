"""From what items say to the next parameters: the M-step of each model.

A model is `parameters(statistics) -> Parameters`, with the penalty that makes log-likelihood minus penalty an objective
that never falls. The same updates serve full and restricted tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.consensus.layout import Layout
from karat.quality.consensus.prior import NO_PRIOR, Prior
from karat.quality.consensus.shards import NEVER, Parameters, Statistics, inner
from karat.quality.consensus.special import digamma, digamma_and_log_gamma_sum, log_gamma_sum

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

_LOWEST = -99.0
_FEW = 512  # elements; for fewer a call of scipy's is cheaper than a dozen of numpy's


@dataclass(frozen=True, eq=False, slots=True)
class GoldRatings:
    """Ratings of items with gold.

    Attributes
    ----------
    entries : int array
        Flat position of each in a table: its annotator and given class, and the gold class.
    given, known, annotator : int arrays
        Its class, the gold class of its item, and the rank of its annotator.
    """

    entries: Indices
    given: npt.NDArray[np.int32]
    known: Indices
    annotator: Indices


class Update(Protocol):
    """A model's M-step."""

    @property
    def is_averaging(self) -> bool:
        """Whether the parameters stand for a distribution, so that the likelihood must be taken at its mean."""
        ...

    def parameters(self, statistics: Statistics) -> Parameters:
        """What the statistics say."""
        ...

    def mean_parameters(self, statistics: Statistics) -> Parameters:
        """The mean of every probability, whatever the iterations averaged over; no penalty."""
        ...

    def left_out(self, statistics: Statistics, gold: GoldRatings, rows: Array) -> Array:
        """Rows (n_ratings, n_classes) of the table for ratings of gold items, each rating itself left out."""
        ...

    def left_out_prior(self, statistics: Statistics, known: Indices) -> Array:
        """Log-frequency of the classes (n_items, n_classes) for gold items of these classes, each left out."""
        ...


class ConfusionUpdate:
    """Dawid and Skene: a confusion matrix for each annotator.

    Parameters
    ----------
    estimate : {"bayes", "map", "likelihood"}
        Averaged over (variational Bayes), the most probable one under the prior, or that of maximum likelihood,
        which leaves the prior aside.
    """

    def __init__(self, layout: Layout, prior: Prior, estimate: Literal["bayes", "map", "likelihood"]) -> None:
        self._layout, self._estimate = layout, estimate
        self._prior = NO_PRIOR if estimate == "likelihood" else prior
        self._pseudo: Array | None = None
        self._constant: float | None = None
        self.is_averaging = estimate == "bayes"

    def parameters(self, statistics: Statistics) -> Parameters:
        """With the penalty: the divergence of all matrices' posterior from the prior (variational Bayes), or minus the
        log-density of the prior up to a constant."""
        with_prior = statistics.counts + self._pseudo_ratings(statistics.counts.shape)
        # Cells that never occur hold nothing but the prior, and the totals of the rows know of it.
        rows = self._layout.row_totals(statistics.counts) + (self._prior.right + self._prior.wrong)
        classes = statistics.class_totals + self._prior.items
        if self._estimate == "bayes":
            return self._averaged(statistics, with_prior, rows, classes)
        return self._most_probable(with_prior, rows, classes)

    def mean_parameters(self, statistics: Statistics) -> Parameters:
        """The mean of every confusion matrix, whatever the iterations averaged over; no penalty."""
        with_prior = statistics.counts + self._pseudo_ratings(statistics.counts.shape)
        rows = self._layout.row_totals(statistics.counts) + (self._prior.right + self._prior.wrong)
        found = self._most_probable(with_prior, rows, statistics.class_totals + self._prior.items)
        return Parameters(found.log_prior, found.table)

    def left_out(self, statistics: Statistics, gold: GoldRatings, rows: Array) -> Array:
        """Only the entry of the gold class knows of the rating."""
        prior, n_wrong = self._prior, max(self._layout.n_classes - 1, 1)
        own = np.maximum(statistics.counts.reshape(-1)[gold.entries] - 1.0, 0.0)
        totals = self._layout.spread(self._layout.row_totals(statistics.counts)).reshape(-1)[gold.entries] - 1.0
        own += np.where(gold.given == gold.known, prior.right, prior.wrong / n_wrong)
        totals = np.maximum(totals, 0.0) + (prior.right + prior.wrong)
        found = rows.copy()
        found[np.arange(len(own)), gold.known] = self._log(own) - self._log(totals)
        return found

    def left_out_prior(self, statistics: Statistics, known: Indices) -> Array:
        """The frequencies, with one item of the gold class less."""
        classes = np.tile(statistics.class_totals + self._prior.items, (len(known), 1))
        classes[np.arange(len(known)), known] -= 1.0
        classes = np.maximum(classes, 0.0)
        return self._log(classes) - self._log(classes.sum(axis=1, keepdims=True))

    def _log(self, x: Array) -> Array:
        x = np.maximum(x, NEVER)
        return _psi(x) if self._estimate == "bayes" else np.log(x)

    def _pseudo_ratings(self, shape: tuple[int, ...]) -> Array:
        if self._pseudo is None:
            self._pseudo = self._layout.pseudo_ratings(self._prior, shape)
        return self._pseudo

    def _most_probable(self, with_prior: Array, rows: Array, classes: Array) -> Parameters:
        table = np.log(np.maximum(with_prior, NEVER))
        log_rows = np.log(np.maximum(rows, NEVER))
        table -= self._layout.spread(log_rows)
        # For "never" a likelihood of 1e-43 is little enough, and the sum over an item's ratings stays in exp's range.
        np.maximum(table, _LOWEST, out=table)
        log_prior = np.log(np.maximum(classes / classes.sum(), NEVER))
        return Parameters(log_prior, table, self._minus_log_density(table, log_rows, log_prior))

    def _minus_log_density(self, table: Array, log_rows: Array, log_prior: Array) -> float:
        prior, pseudo = self._prior, self._pseudo
        if self._estimate == "likelihood" or pseudo is None:
            return 0.0
        # Entries outside the table are pseudo / row total each; their pseudo-ratings are what the row lacks.
        inside = self._layout.row_totals(pseudo)
        outside = (prior.right + prior.wrong - inside) * log_rows
        return float(outside.sum() - inner(pseudo, table) - prior.items * log_prior.sum())

    def _averaged(self, statistics: Statistics, with_prior: Array, rows: Array, classes: Array) -> Parameters:
        table, log_gamma = _psi_and_gamma_sum(with_prior)
        digamma_rows, log_gamma_rows = _psi_and_gamma_sum(rows)
        table -= self._layout.spread(digamma_rows)
        n_items = classes.sum(keepdims=True)
        log_prior = _psi(classes) - _psi(n_items)
        divergence = log_gamma_rows - log_gamma + inner(statistics.counts, table)
        divergence += _gamma_sum(n_items) - _gamma_sum(classes) + inner(statistics.class_totals, log_prior)
        return Parameters(log_prior, table, divergence + self._prior_constant(rows.size, table.size))

    def _prior_constant(self, n_rows: int, n_entries: int) -> float:
        """Log-gamma terms of the prior alone, so that the objective is a bound on the log-evidence."""
        if self._constant is None:
            prior, n_classes, n_right = self._prior, self._layout.n_classes, len(self._layout.right)
            wrong = max(prior.wrong / max(n_classes - 1, 1), NEVER)
            of = {x: _gamma_sum(np.array([x])) for x in (prior.right, wrong, prior.right + prior.wrong, prior.items)}
            constant = n_right * of[prior.right] + (n_entries - n_right) * of[wrong]
            constant += n_classes * of[prior.items] - n_rows * of[prior.right + prior.wrong]
            self._constant = constant - _gamma_sum(np.array([n_classes * prior.items]))
        return self._constant


class OneCoinUpdate:
    """One accuracy for each annotator, wrong answers spread evenly; a Beta prior on the accuracy, averaged over.

    All classes are taken for equally frequent: learning how frequent they are as well drives the model into explaining
    everything by the most frequent class (web relevance: 26 instead of 49 % right).

    Parameters
    ----------
    right, wrong : float
        Pseudo-ratings of the prior.
    """

    def __init__(self, layout: Layout, *, right: float = 2.0, wrong: float = 1.0) -> None:
        self._layout, self._right, self._wrong = layout, right, wrong
        self.is_averaging = True
        total = layout.n_ratings + (right + wrong)
        self._digamma_total, self._gamma_total = _psi(total), _gamma_sum(total)
        one_prior = _gamma_sum(np.array([right + wrong])) - _gamma_sum(np.array([right, wrong]))
        self._prior_constant = len(total) * one_prior

    def parameters(self, statistics: Statistics) -> Parameters:
        """With the divergence of the accuracies' Beta posteriors from their prior as penalty."""
        layout = self._layout
        right = layout.right_ratings(statistics.counts)
        wrong = layout.n_ratings - right
        with_prior = np.stack([right + self._right, wrong + self._wrong])
        log_right, log_wrong = _psi(with_prior) - self._digamma_total
        divergence = self._gamma_total - _gamma_sum(with_prior) - self._prior_constant
        divergence += inner(right, log_right) + inner(wrong, log_wrong)
        return self._as_table(log_right, log_wrong, statistics.counts.shape, divergence)

    def mean_parameters(self, statistics: Statistics) -> Parameters:
        """The mean of every accuracy; no penalty."""
        layout = self._layout
        share = (layout.right_ratings(statistics.counts) + self._right) / (layout.n_ratings + self._right + self._wrong)
        return self._as_table(np.log(share), np.log(1.0 - share), statistics.counts.shape, 0.0)

    def left_out(self, statistics: Statistics, gold: GoldRatings, rows: Array) -> Array:
        """The accuracy knows of the rating, and is behind every class."""
        layout = self._layout
        is_right = gold.given == gold.known
        right = layout.right_ratings(statistics.counts)[gold.annotator] - is_right
        total = layout.n_ratings[gold.annotator] - 1.0
        right = np.clip(right, 0.0, total)
        digamma_total = _psi(total + self._right + self._wrong)
        log_wrong = _psi(total - right + self._wrong) - digamma_total - np.log(max(layout.n_classes - 1, 1))
        found = np.empty_like(rows)
        found[:] = log_wrong[:, np.newaxis]
        found[np.arange(len(right)), gold.given] = _psi(right + self._right) - digamma_total
        return found

    def left_out_prior(self, statistics: Statistics, known: Indices) -> Array:  # noqa: ARG002 (nothing is learnt of it)
        """All classes are equally frequent."""
        return np.full((len(known), self._layout.n_classes), -np.log(self._layout.n_classes))

    def _as_table(self, log_right: Array, log_wrong: Array, shape: tuple[int, ...], penalty: float) -> Parameters:
        n_classes = self._layout.n_classes
        each_wrong = (log_wrong - np.log(max(n_classes - 1, 1)))[self._layout.annotator]
        table = np.empty(shape)
        table[...] = each_wrong.reshape(-1, *[1] * (len(shape) - 1))
        table.reshape(-1)[self._layout.right] = log_right[self._layout.right_annotator]
        return Parameters(np.full(n_classes, -np.log(n_classes)), table, penalty)


def _psi(x: Array) -> Array:
    return scipy.special.psi(x) if x.size < _FEW else digamma(x)


def _gamma_sum(x: Array) -> float:
    return float(scipy.special.gammaln(x).sum()) if x.size < _FEW else log_gamma_sum(x)


def _psi_and_gamma_sum(x: Array) -> tuple[Array, float]:
    return (_psi(x), _gamma_sum(x)) if x.size < _FEW else digamma_and_log_gamma_sum(x)
