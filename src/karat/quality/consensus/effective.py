"""How many votes an item's ratings are worth, when some annotators tell more than others and all share mistakes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karat.quality.consensus.skills import AnnotatorTable

Array = npt.NDArray[np.float64]

_RIGHT, _WRONG = 2.8, 1.2  # pseudo-ratings: what a handful of ratings shows of a person is mostly chance
_MOST_MATRIX_CLASSES = 24
_CHUNK = 1 << 12  # annotators at a time


def effective_votes(table: AnnotatorTable, evidence_weight: float) -> Array:
    """Independent votes of an average annotator that carry as much as each item's ratings, (n_items,).

    An annotator weighs what their answers tell of the class (mutual information), relative to the mean over all
    ratings. Where ratings repeat each other's mistakes, n of them count for n / (1 + (n - 1) r); r is such that an
    item of usual size comes out at the evidence weight.
    """
    ratings = table.ratings
    weights = _information(table)
    mean = float(weights @ table.n_ratings) / max(int(table.n_ratings.sum()), 1)
    weights = weights / mean if mean > 1e-9 else np.ones_like(weights)
    n_of_item = np.bincount(ratings.item, minlength=ratings.n_items)
    votes = np.bincount(ratings.item, weights[ratings.annotator], ratings.n_items)
    return np.asarray(votes / (1.0 + np.maximum(n_of_item - 1, 0) * _repetition(n_of_item, evidence_weight)))


def _repetition(n_of_item: npt.NDArray[np.intp], evidence_weight: float) -> float:
    """Correlation r for which ratings of an item of usual size count at the weight."""
    usual = float((n_of_item**2).sum() / max(int(n_of_item.sum()), 1))
    return 0.0 if usual <= 1.0 else (1.0 / evidence_weight - 1.0) / (usual - 1.0)


def _information(table: AnnotatorTable) -> Array:
    """What an answer of each annotator tells of the class, in nats; 0 for who always answers the same."""
    n_classes = table.ratings.n_classes
    if n_classes > _MOST_MATRIX_CLASSES:
        return _information_of_accuracy(table)
    found = np.zeros(table.ratings.n_annotators)
    share = _class_shares(table)
    for start in range(0, len(found), _CHUNK):
        found[start : start + _CHUNK] = _mutual_information(_matrices(table, start, start + _CHUNK), share)
    return found


def _class_shares(table: AnnotatorTable) -> Array:
    totals = np.asarray(table.counts.sum(axis=0)).reshape(-1) + 1.0
    return np.asarray(totals / totals.sum())


def _matrices(table: AnnotatorTable, start: int, end: int) -> Array:
    """Confusion matrices of these annotators with a little prior, (n, n_classes, n_classes)."""
    n_classes = table.ratings.n_classes
    end = min(end, table.ratings.n_annotators)
    own = slice(*np.searchsorted(table.cells.annotator, [start, end]))
    spread = _WRONG / max(n_classes - 1, 1)
    matrices = np.tile(spread + (_RIGHT - spread) * np.eye(n_classes), (end - start, 1, 1))
    matrices[table.cells.annotator[own] - start, :, table.cells.given[own]] += table.counts[own]
    return np.asarray(matrices / matrices.sum(axis=2, keepdims=True))


def _mutual_information(confusion: Array, share: Array) -> Array:
    given = np.einsum("k,akl->al", share, confusion)
    return np.asarray(np.einsum("k,akl->a", share, confusion * np.log(confusion / given[:, np.newaxis, :])))


def _information_of_accuracy(table: AnnotatorTable) -> Array:
    """As if every wrong class were as likely as the next: for many classes matrices would be empty."""
    n_classes, ratings = table.ratings.n_classes, table.ratings
    right = np.bincount(table.cells.annotator, _right_counts(table), ratings.n_annotators)
    accuracy = (right + _RIGHT) / (table.n_ratings + _RIGHT + _WRONG)
    wrong = 1.0 - accuracy
    entropy = -accuracy * np.log(accuracy) - wrong * np.log(wrong / (n_classes - 1))
    return np.asarray(np.maximum(np.log(n_classes) - entropy, 0.0))


def _right_counts(table: AnnotatorTable) -> Array:
    n_cells = len(table.cells.given)
    return np.asarray(table.counts[np.arange(n_cells), table.cells.given]).reshape(-1)
