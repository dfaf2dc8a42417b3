"""How each annotator answers, as a consensus method sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from karat.quality.consensus.sorting import weighted_counts
from karat.quality.intervals import Estimate, normal_quantile, proportion
from karat.quality.ratings import Name, Ratings

Array = npt.NDArray[np.float64]
Maker = Callable[[], Array]


class CellNames(Protocol):
    """The annotator and the given class of each cell, ordered by annotator."""

    @property
    def annotator(self) -> npt.NDArray[Any]: ...

    @property
    def given(self) -> npt.NDArray[Any]: ...


@dataclass(frozen=True, slots=True)
class ConfusionInterval:
    """Between which bounds the entries of a confusion matrix lie, (n_classes, n_classes) each, 0-1."""

    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class AnnotatorSkill:
    """How one annotator answers.

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

    def confusion_interval(self, level: float = 0.95) -> ConfusionInterval:
        """Wilson's interval of each entry, from the expected ratings of its row: 0 to 1 where there is none.

        The true classes are taken as inferred, so it is too narrow where these are doubtful.
        """
        n = self.counts.sum(axis=1, keepdims=True)
        z = normal_quantile(0.5 + level / 2)
        share = self.counts / np.maximum(n, 1e-12)
        shrink = n + z * z
        centre = (self.counts + z * z / 2) / shrink
        half = z * np.sqrt(np.maximum(n * share * (1 - share), 0.0) + z * z / 4) / shrink
        return ConfusionInterval(np.clip(centre - half, 0.0, 1.0), np.clip(centre + half, 0.0, 1.0))


class AnnotatorTable(Mapping[Name, AnnotatorSkill]):
    """The skill of each annotator by name. Matrices are made when asked for, so that a thousand annotators and a
    thousand classes take no more room than the cells that occur."""

    def __init__(
        self,
        ratings: Ratings,
        cells: CellNames,
        counts: Any,
        *,
        right: float,
        wrong: float,
        correct: Array | Maker,
        evidence: Array | Maker,
    ) -> None:
        """Collect what was inferred.

        Parameters
        ----------
        counts : float array or sparse array of shape (n_cells, n_classes)
            For each cell (annotator, given class) the ratings by true class.
        right, wrong : float
            Prior ratings added to each row of a confusion matrix: to the right class, and spread over the others.
        correct, evidence : float arrays of shape (n_ratings,), or functions that make them
            Probability that the rating is right, and how much of a rating it counts for, 0-1.
        """
        self.ratings, self.cells, self.counts = ratings, cells, counts
        self._classes = ratings.n_classes
        self._right, self._wrong = right, wrong
        self._correct_of_rating, self._evidence_of_rating = correct, evidence

    def __getitem__(self, annotator: Name) -> AnnotatorSkill:
        code = self._names[annotator]
        counts = self._matrix(code)
        return AnnotatorSkill(
            annotator, int(self.n_ratings[code]), counts, self._confusion(counts), self._accuracy(code)
        )

    def __iter__(self) -> Iterator[Name]:
        return iter(self._names)

    def __len__(self) -> int:
        return self.ratings.n_annotators

    @cached_property
    def n_ratings(self) -> npt.NDArray[np.intp]:
        """Ratings of each declared annotator, (n_annotators,)."""
        return np.bincount(self.ratings.annotator, minlength=self.ratings.n_annotators)

    @cached_property
    def _names(self) -> dict[Name, int]:
        return {name: code for code, name in enumerate(self.ratings.annotators)}

    @cached_property
    def _correct(self) -> Array:
        return self._per_annotator(self._correct_of_rating)

    @cached_property
    def _evidence(self) -> Array:
        return self._per_annotator(self._evidence_of_rating)

    def _per_annotator(self, of_rating: Array | Maker) -> Array:
        weights = of_rating if isinstance(of_rating, np.ndarray) else of_rating()
        return weighted_counts(self.ratings.annotator, weights, self.ratings.n_annotators)

    def _matrix(self, code: int) -> Array:
        matrix = np.zeros((self._classes, self._classes))
        own = slice(*np.searchsorted(self.cells.annotator, [code, code + 1]))
        rows = self.counts[own]
        matrix[:, self.cells.given[own]] = (rows if isinstance(rows, np.ndarray) else rows.toarray()).T
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
        share = min(1.0, float(self._correct[code] / self.n_ratings[code]))
        return proportion(share * evidence, evidence)
