"""What every consensus method returns, and how labels are read off probabilities."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.consensus.effective import effective_votes
from karat.quality.consensus.response import response_probabilities
from karat.quality.consensus.skills import AnnotatorSkill, AnnotatorTable
from karat.quality.consensus.soft import DenseSoft, Soft, most_probable
from karat.quality.consensus.sufficiency import Sufficiency, diagnose
from karat.quality.ratings import Name

__all__ = ["AnnotatorSkill", "AnnotatorTable", "Consensus", "most_probable"]

Array = npt.NDArray[np.float64]


class Consensus:
    """The label of each item, inferred from its ratings.

    What costs more than reading it off is computed when it is first asked for.

    Attributes
    ----------
    items : sequence of names of shape (n_items,)
    classes : sequence of names of shape (n_classes,)
        Those of the ratings, then classes that only gold labels have.
    certainty : float array of shape (n_items,)
        Probability of the label.
    annotators : mapping of annotator to AnnotatorSkill
    method : str
    converged : bool
        Whether the method came to rest before its last allowed iteration.
    n_iterations : int
        Passes over the ratings; 0 for a method that does not iterate.
    evidence_weight : float
        How much of a rating's evidence the probabilities count, 0-1; below 1 when ratings of an item repeat each
        other's mistakes.
    n_calibration_gold : int
        Gold items that taught how far to trust the probabilities; 0 when none did.
    """

    def __init__(
        self,
        *,
        items: Sequence[Name],
        classes: Sequence[Name],
        labels: tuple[Name, ...] | npt.NDArray[np.intp],
        probabilities: Array | Soft,
        certainty: Array,
        annotators: AnnotatorTable,
        method: str,
        converged: bool,
        n_iterations: int,
        log_likelihood: float | Callable[[], float] | None,
        evidence_weight: float = 1.0,
        n_calibration_gold: int = 0,
        gold: Mapping[Any, Any] | None = None,
    ) -> None:
        """Keep what was inferred; `labels` by name or by code, `gold` for the diagnosis."""
        self.items, self.classes, self.certainty = items, classes, certainty
        self._labels = labels
        self.annotators, self.method = annotators, method
        self.converged, self.n_iterations, self._log_likelihood = converged, n_iterations, log_likelihood
        self.evidence_weight, self.n_calibration_gold = evidence_weight, n_calibration_gold
        self._gold = gold
        self._soft = DenseSoft(probabilities) if isinstance(probabilities, np.ndarray) else probabilities

    def __repr__(self) -> str:
        return f"<Consensus: {len(self.items)} items, {len(self.classes)} classes, by {self.method}>"

    @cached_property
    def labels(self) -> tuple[Name, ...]:
        """The most probable class of each item, by name, (n_items,).

        Of equally probable ones, the class that has more ratings over all items; then the one that comes first in
        `classes`.
        """
        if isinstance(self._labels, tuple):
            return self._labels
        names = np.empty(len(self.classes), dtype=object)
        names[:] = list(self.classes)
        return tuple(names[self._labels].tolist())

    @cached_property
    def probabilities(self) -> Array:
        """The soft labels: probability that each class is the true one, (n_items, n_classes); rows sum to 1."""
        return self._soft.dense()

    @cached_property
    def log_likelihood(self) -> float | None:
        """Log-probability (nats) of all ratings and gold labels under the fitted parameters; None without a model."""
        return self._log_likelihood() if callable(self._log_likelihood) else self._log_likelihood

    @property
    def p_truth(self) -> Array:
        """The same as `probabilities`, by the name that sets it apart from `p_response`."""
        return self.probabilities

    @cached_property
    def p_response(self) -> Array:
        """Probability that the next annotator, taken at random, would give each class, (n_items, n_classes).

        Not the probability that it is true: an item may certainly be a sparrow, and every third person say finch.
        """
        return response_probabilities(self.annotators, self.probabilities)

    @cached_property
    def effective_votes(self) -> Array:
        """How many independent votes of an average annotator each item's ratings are worth, (n_items,)."""
        return effective_votes(self.annotators, self.evidence_weight)

    @cached_property
    def diagnosis(self) -> Sufficiency:
        """Whether votes would do, whether overlap is too thin, and whether a model may hurt; with its evidence."""
        return diagnose(self.annotators.ratings, gold=self._gold)

    def by_item(self) -> dict[Name, Name]:
        """The label of each item by the item's name."""
        return dict(zip(self.items, self.labels, strict=True))
