"""Accuracy on gold: the plainest and least assuming thing one can know of an annotator, or of a consensus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.errors import NoGold
from karat.quality.intervals import Estimate, proportion
from karat.quality.ratings import Name, Ratings

Counts = npt.NDArray[np.int64]


def gold_accuracy(correct: int, graded: int, *, level: float = 0.95) -> Estimate:
    """Share of graded annotations that equal the gold label.

    Takes counts, so that a running tally and a batch give the same answer.

    Parameters
    ----------
    correct, graded : int
        Annotations equal to gold, among those graded.
    level : float
        Coverage of the interval (Wilson's, see `karat.quality.intervals.proportion`).

    Returns
    -------
    Estimate
        0-1; `n` is `graded`.

    Raises
    ------
    NoGold
        When nothing was graded.

    Examples
    --------
    >>> print(gold_accuracy(17, 20))
    0.850 (0.640 to 0.948, n = 20)
    """
    if graded == 0:
        raise NoGold("accuracy on gold needs graded annotations; there are none yet. Serve gold items first.")
    return proportion(correct, graded, level=level)


def gold_accuracies(ratings: Ratings, gold: Mapping[Any, Any], *, level: float = 0.95) -> dict[Name, Estimate]:
    """Accuracy on gold of each annotator who met any, in the order of `ratings.annotators`.

    Parameters
    ----------
    ratings : Ratings
    gold : mapping of item to class
        Trusted labels. A class nobody ever gives is allowed: every rating of such an item is wrong.
    level : float
        Coverage of each interval, taken by itself: of many annotators, some intervals will miss.

    Raises
    ------
    NoGold
        When no rating falls on an item with a gold label.

    Examples
    --------
    >>> ratings = Ratings.from_rows([("a", "ada", "x"), ("b", "ada", "x"), ("a", "bo", "x"), ("c", "cy", "y")])
    >>> {name: accuracy.value for name, accuracy in gold_accuracies(ratings, {"a": "x", "b": "y"}).items()}
    {'ada': 0.5, 'bo': 1.0}
    """
    graded, correct = gold_counts(ratings, gold)
    if not graded.any():
        raise NoGold(
            f"none of the {ratings.n_ratings} ratings falls on one of the {len(gold)} items with a gold label. "
            "Check that ratings and gold name their items alike."
        )
    return {
        name: gold_accuracy(int(correct[code]), int(graded[code]), level=level)
        for code, name in enumerate(ratings.annotators)
        if graded[code]
    }


def gold_counts(ratings: Ratings, gold: Mapping[Any, Any]) -> tuple[Counts, Counts]:
    """Ratings graded, and those correct, of each annotator: two int arrays of shape (n_annotators,).

    Sums of these over days or shards are those of all ratings together.

    Examples
    --------
    >>> ratings = Ratings.from_rows([("a", "ada", "x"), ("b", "ada", "x"), ("a", "bo", "x")])
    >>> [counts.tolist() for counts in gold_counts(ratings, {"a": "x", "b": "y"})]
    [[2, 1], [1, 1]]
    """
    code = {name: position for position, name in enumerate(ratings.classes)}
    ungraded, never_given = -2, -1
    truth = np.array(
        [code.get(gold[item], never_given) if item in gold else ungraded for item in ratings.items], dtype=np.int64
    )
    expected = truth[ratings.item]
    n = ratings.n_annotators
    graded = np.bincount(ratings.annotator[expected != ungraded], minlength=n)
    correct = np.bincount(ratings.annotator[expected == ratings.label], minlength=n)
    return graded, correct


def reference_accuracy(labels: Mapping[Any, Any], gold: Mapping[Any, Any], *, level: float = 0.95) -> Estimate:
    """Accuracy of inferred labels, such as a consensus, on the items whose gold label is known.

    Gold that was given to the consensus method must not be used here: it would grade itself.

    Parameters
    ----------
    labels, gold : mappings of item to class
        `labels` as from `Consensus.by_item()`; only items in both are graded.

    Raises
    ------
    NoGold
        When no item is in both.

    Examples
    --------
    >>> print(reference_accuracy({"a": "x", "b": "y", "c": "y"}, {"a": "x", "b": "x"}))
    0.500 (0.095 to 0.905, n = 2)
    """
    graded = [item for item in gold if item in labels]
    if not graded:
        raise NoGold(
            f"none of the {len(labels)} labeled items is among the {len(gold)} with a gold label. "
            "Check that labels and gold name their items alike."
        )
    return proportion(sum(labels[item] == gold[item] for item in graded), len(graded), level=level)
