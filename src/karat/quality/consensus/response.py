"""What the next annotator would answer, which is another question than what is true."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.consensus.skills import AnnotatorTable

Array = npt.NDArray[np.float64]

_STRENGTHS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 64.0)
_MOST_RATINGS = 1 << 15


def response_probabilities(table: AnnotatorTable, p_truth: Array) -> Array:
    """Probability of each class as the next answer, (n_items, n_classes); rows sum to 1.

    Two things foretell it: what people in general answer to items of the probable classes, and what was answered to
    this very item, which may be harder than its class. The second counts for its votes, the first for a number of
    votes that foretells held-out answers best.
    """
    ratings = table.ratings
    pooled = _pooled_confusion(table)
    votes = ratings.class_counts()
    strength = _best_strength(table, votes, pooled)
    expected = p_truth @ pooled
    expected *= strength
    expected += votes
    expected /= expected.sum(axis=1, keepdims=True)
    return np.asarray(expected)


def _pooled_confusion(table: AnnotatorTable) -> Array:
    """Of all annotators together, rows summing to 1; half a rating of each class before any."""
    n_classes = table.ratings.n_classes
    of_given = np.full((n_classes, n_classes), 0.5 / n_classes)
    counts = table.counts if isinstance(table.counts, np.ndarray) else table.counts.tocoo()
    if isinstance(counts, np.ndarray):
        np.add.at(of_given, table.cells.given, counts)
    else:
        np.add.at(of_given, (table.cells.given[counts.row], counts.col), counts.data)
    confusion = of_given.T
    return np.asarray(confusion / confusion.sum(axis=1, keepdims=True))


def _best_strength(table: AnnotatorTable, votes: Any, pooled: Array) -> float:
    """For how many votes the general expectation counts, so that each answer is best foretold by the others."""
    ratings = table.ratings
    n_of_item = np.bincount(ratings.item, minlength=ratings.n_items)
    shared = np.flatnonzero(n_of_item[ratings.item] >= 2)
    if len(shared) == 0:
        return 1.0
    most = max(1, min(_MOST_RATINGS, (1 << 24) // ratings.n_classes))
    chosen = shared[np.linspace(0, len(shared) - 1, min(most, len(shared))).astype(np.intp)]
    item, label = ratings.item[chosen], ratings.label[chosen]
    others = votes[item].toarray().astype(np.float64)
    others[np.arange(len(chosen)), label] -= 1.0
    class_share = np.bincount(ratings.label, minlength=ratings.n_classes) / ratings.n_ratings
    # The truth is judged by the others' votes alone here: the consensus has seen the answer to be foretold.
    expected = ((others + class_share) / n_of_item[item][:, np.newaxis]) @ pooled
    own, own_expected = others[np.arange(len(chosen)), label], expected[np.arange(len(chosen)), label]
    gains = [np.log((own + s * own_expected) / (n_of_item[item] - 1 + s)).mean() for s in _STRENGTHS]
    return _STRENGTHS[int(np.argmax(gains))]
