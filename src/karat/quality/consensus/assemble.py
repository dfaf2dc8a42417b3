"""From the class probabilities a model found to the `Consensus` it returns: the part all models share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from karat.quality.consensus.cells import Cells
from karat.quality.consensus.gold import UNKNOWN
from karat.quality.consensus.result import AnnotatorTable, Consensus, most_probable
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]

_CHUNK = 1 << 16  # ratings at a time, so that tables of ratings x classes stay small


def assembled(
    ratings: Ratings,
    probabilities: Array,
    *,
    method: str,
    correct: Array | None = None,
    evidence: Array,
    converged: bool = True,
    n_iterations: int = 0,
    log_likelihood: float | None = None,
) -> Consensus:
    """The consensus with these probabilities, its labels read off them, its annotators judged by them.

    Parameters
    ----------
    probabilities : float array of shape (n_items, n_classes)
        Gold already held fixed.
    correct, evidence : float arrays of shape (n_ratings,)
        Probability that the rating is right (by default that of its class), and how much of a rating it counts for
        when its annotator's accuracy is judged, 0-1.
    """
    label = most_probable(probabilities, ratings.class_counts().sum(axis=0))
    cells = Cells.of(ratings)
    right = probabilities[ratings.item, ratings.label] if correct is None else correct
    return Consensus(
        items=tuple(ratings.items),
        classes=tuple(ratings.classes),
        labels=tuple(ratings.classes[code] for code in label),
        probabilities=probabilities,
        certainty=probabilities[np.arange(ratings.n_items), label],
        annotators=AnnotatorTable(
            ratings, cells, cells.incidence.T @ probabilities, right=0.0, wrong=0.0, correct=right, evidence=evidence
        ),
        method=method,
        converged=converged,
        n_iterations=n_iterations,
        log_likelihood=log_likelihood,
    )


def evidence_from_others(
    ratings: Ratings, gold: npt.NDArray[np.intp], scores_of_others: Callable[[slice], Array]
) -> Array:
    """What the other ratings of its item know of the class, for each rating: 1 minus normalised entropy, 0-1.

    In full on gold; nothing where the rating is the only one of its item.

    Parameters
    ----------
    scores_of_others : function from a slice of ratings to a float array (n_ratings_in_it, n_classes)
        Log-probabilities of the classes of the rating's item given all but that rating; any constant may be added
        to a row.
    """
    share = np.zeros(ratings.n_ratings)
    for start in range(0, ratings.n_ratings, _CHUNK):
        part = slice(start, start + _CHUNK)
        share[part] = 1.0 - _entropy(softmax(scores_of_others(part))) / np.log(max(ratings.n_classes, 2))
    n_of_item = np.bincount(ratings.item, minlength=ratings.n_items)
    share[n_of_item[ratings.item] < 2] = 0.0
    share[gold[ratings.item] != UNKNOWN] = 1.0
    return np.clip(share, 0.0, 1.0)


def evidence_from_votes(ratings: Ratings, gold: npt.NDArray[np.intp]) -> Array:
    """1 for a rating on an item that others rated too, or with gold; 0 for one that stands alone."""
    n_of_item = np.bincount(ratings.item, minlength=ratings.n_items)
    is_shared = (n_of_item >= 2) | (gold != UNKNOWN)
    return np.asarray(is_shared[ratings.item], dtype=np.float64)


def softmax(scores: Array) -> Array:
    """Probabilities in proportion to exp(scores), row by row."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def has_settled(objective: list[float], tolerance: float) -> bool:
    """Whether the gain still to come, extrapolated from the last two steps, is below this share of the objective."""
    if len(objective) < 3:
        return False
    step, before = abs(objective[-1] - objective[-2]), abs(objective[-2] - objective[-3])
    allowed = tolerance * max(abs(objective[-1]), 1e-3)
    if step <= allowed * 1e-3:
        return True
    return step < before and step * max(1.0, step / (before - step)) <= allowed


def _entropy(probabilities: Array) -> Array:
    """Of each row, in nats."""
    return np.asarray(-(probabilities * np.log(np.maximum(probabilities, 1e-100))).sum(axis=1))
