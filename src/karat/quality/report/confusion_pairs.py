"""The section on confusion pairs: between which classes the disagreement lies, and what it costs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.consensus import Consensus
from karat.quality.ratings import Ratings
from karat.quality.report.contents import ConfusionPair

Array = npt.NDArray[np.float64]
_SHOWN = 10


def confusion_pairs(ratings: Ratings, consensus: Consensus) -> tuple[ConfusionPair, ...]:
    """The pairs of classes with the most expected wrong labels, then the most disagreement."""
    disagreements = _disagreements(ratings)
    wrong = _expected_wrong(consensus)[: ratings.n_classes, : ratings.n_classes]
    first, second = np.triu_indices(ratings.n_classes, k=1)
    between = disagreements[first, second]
    either_way = wrong[first, second] + wrong[second, first]
    total = max(float(between.sum()), 1e-12)
    order = np.lexsort((-between, -np.round(either_way, 6)))
    found = [
        ConfusionPair(
            ratings.classes[first[place]],
            ratings.classes[second[place]],
            float(between[place]),
            float(between[place] / total),
            float(either_way[place]),
        )
        for place in order[:_SHOWN].tolist()
        if between[place] > 0
    ]
    return tuple(found)


def _disagreements(ratings: Ratings) -> Array:
    """Per pair of classes, the pairs of ratings of an item that disagree so, an item of m ratings counting m / 2 in
    all; (n_classes, n_classes), symmetric. These are the coincidences of Krippendorff's alpha."""
    counts = ratings.class_counts().astype(np.float64)
    per_item = np.asarray(counts.sum(axis=1)).ravel()
    weight = np.where(per_item >= 2, 1.0 / np.maximum(per_item - 1, 1), 0.0)
    return np.asarray((counts.T @ (scipy.sparse.diags_array(weight) @ counts)).toarray())


def _expected_wrong(consensus: Consensus) -> Array:
    """`[labeled, true]`: labels of the one class expected to be of the other."""
    code = {name: place for place, name in enumerate(consensus.classes)}
    label = np.fromiter((code[name] for name in consensus.labels), np.int64, len(consensus.labels))
    n = len(consensus.classes)
    wrong = np.column_stack(
        [np.bincount(label, weights=consensus.probabilities[:, true], minlength=n) for true in range(n)]
    )
    np.fill_diagonal(wrong, 0.0)
    return np.asarray(wrong, dtype=np.float64)
