"""What every consensus method returns, and how labels are read off probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.consensus.cells import Cells
from karat.quality.intervals import Estimate, proportion
from karat.quality.ratings import Name, Ratings

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AnnotatorSkill:
    """How one annotator answers, as a consensus method sees it.

    Attributes
    ----------
    annotator : name
    n_ratings : int
        Ratings the annotator gave.
    counts : float array of shape (n_classes, n_classes)
        `counts[true, given]`: ratings by class, each spread over the true classes as probable as they are.
    confusion : float array of shape (n_classes, n_classes)
        `counts` with the method's prior added, rows summing to 1. Without a prior the row of a class the
        annotator never met is 0.
    accuracy : Estimate or None
        Share of ratings equal to the true class. Its `n` is the effective number of ratings: one on an item that the
        others leave open weighs little. None when the annotator shares no item with others.
    """

    annotator: Name
    n_ratings: int
    counts: Array
    confusion: Array
    accuracy: Estimate | None


class AnnotatorTable(Mapping[Name, AnnotatorSkill]):
    """The skill of each annotator by name. Matrices are made when asked for, so that a thousand annotators and a
    thousand classes take no more room than the cells that occur."""

    def __init__(
        self,
        ratings: Ratings,
        cells: Cells,
        counts: Array,
        *,
        right: float,
        wrong: float,
        correct: Array,
        evidence: Array,
    ) -> None:
        """Collect what was inferred.

        Parameters
        ----------
        counts : float array of shape (n_cells, n_classes)
            For each cell (annotator, given class) the ratings by true class.
        right, wrong : float
            Prior ratings added to each row of a confusion matrix: to the right class, and spread over the others.
        correct, evidence : float arrays of shape (n_ratings,)
            Probability that the rating is right, and how much of a rating it counts for, 0-1.
        """
        self._names = {name: code for code, name in enumerate(ratings.annotators)}
        self._classes = ratings.n_classes
        self._cells, self._counts, self._right, self._wrong = cells, counts, right, wrong
        of, n = ratings.annotator, ratings.n_annotators
        self._n_ratings = np.bincount(of, minlength=n)
        self._correct = np.bincount(of, weights=correct, minlength=n)
        self._evidence = np.bincount(of, weights=evidence, minlength=n)

    def __getitem__(self, annotator: Name) -> AnnotatorSkill:
        code = self._names[annotator]
        counts = self._matrix(code)
        return AnnotatorSkill(
            annotator, int(self._n_ratings[code]), counts, self._confusion(counts), self._accuracy(code)
        )

    def __iter__(self) -> Iterator[Name]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _matrix(self, code: int) -> Array:
        matrix = np.zeros((self._classes, self._classes))
        own = slice(*np.searchsorted(self._cells.annotator, [code, code + 1]))
        matrix[:, self._cells.given[own]] = self._counts[own].T
        return matrix

    def _confusion(self, counts: Array) -> Array:
        spread = self._wrong / max(self._classes - 1, 1)
        smoothed = counts + spread + (self._right - spread) * np.eye(self._classes)
        totals = smoothed.sum(axis=1, keepdims=True)
        return smoothed / np.where(totals > 0, totals, 1.0)

    def _accuracy(self, code: int) -> Estimate | None:
        evidence = float(self._evidence[code])
        if evidence < 1e-9:
            return None
        share = min(1.0, float(self._correct[code] / self._n_ratings[code]))
        return proportion(share * evidence, evidence)


@dataclass(frozen=True, eq=False, repr=False)
class Consensus:
    """The label of each item, inferred from its ratings.

    Attributes
    ----------
    items : sequence of names of shape (n_items,)
    classes : sequence of names of shape (n_classes,)
        Those of the ratings, then classes that only gold labels have.
    labels : tuple of class names of shape (n_items,)
        The most probable class. Of equally probable ones, the class that has more ratings over all items; then
        the one that comes first in `classes`.
    probabilities : float array of shape (n_items, n_classes)
        The soft labels; rows sum to 1.
    certainty : float array of shape (n_items,)
        Probability of the label.
    annotators : mapping of annotator to AnnotatorSkill
    method : str
    converged : bool
        Whether the method came to rest before its last allowed iteration.
    n_iterations : int
        0 for a method that does not iterate.
    log_likelihood : float or None
        Log-probability (nats) of all ratings and gold labels under the fitted parameters; None for a method without a
        model.
    evidence_weight : float
        How much of a rating's evidence the probabilities count, 0-1; below 1 when ratings of an item repeat each
        other's mistakes.
    """

    items: Sequence[Name]
    classes: Sequence[Name]
    labels: tuple[Name, ...]
    probabilities: Array
    certainty: Array
    annotators: AnnotatorTable
    method: str
    converged: bool
    n_iterations: int
    log_likelihood: float | None
    evidence_weight: float = 1.0

    def __repr__(self) -> str:
        return f"<Consensus: {len(self.items)} items, {len(self.classes)} classes, by {self.method}>"

    def by_item(self) -> dict[Name, Name]:
        """The label of each item by the item's name."""
        return dict(zip(self.items, self.labels, strict=True))


def most_probable(probabilities: Array, class_totals: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """Code of the most probable class of each item, ties broken as `Consensus.labels` says."""
    by_popularity = np.argsort(-class_totals, kind="stable")
    # Rounded: which of two equal sums is larger in the last bit depends on the order of the ratings.
    best = np.round(probabilities[:, by_popularity], 12).argmax(axis=1)
    codes: npt.NDArray[np.intp] = by_popularity[best]
    return codes
