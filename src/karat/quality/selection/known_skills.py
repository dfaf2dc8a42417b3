"""Skills as they are known today, to judge answers that are still to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.errors import UnknownClass
from karat.quality.ratings import Name, Ratings
from karat.quality.selection.fused import Fused, evidence_of

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class KnownSkills:
    """How people answer, learnt before and held fixed.

    Attributes
    ----------
    accuracy : mapping of annotator to float
    newcomer : float
        Accuracy of somebody not seen so far: the mean over answers given.
    wrong : float array of shape (n_classes, n_classes)
        `wrong[true, given]`: which class a wrong answer is.
    classes : tuple of names
    """

    accuracy: Mapping[Name, float]
    newcomer: float
    wrong: Array
    classes: tuple[Name, ...]

    @staticmethod
    def learnt(ratings: Ratings, found: Fused) -> KnownSkills:
        """From the answers that `fused` was given, and what it found."""
        accuracy = dict(zip(ratings.annotators, found.accuracy.tolist(), strict=True))
        newcomer = float(found.accuracy[ratings.annotator].mean())
        return KnownSkills(accuracy, newcomer, found.wrong, tuple(ratings.classes))

    def probabilities(self, ratings: Ratings) -> Array:
        """Probability of each class from the answers alone, all classes being equal before them; (n_items, n_classes).

        Raises
        ------
        UnknownClass
            When the answers have other classes, or the same in another order.
        """
        if tuple(ratings.classes) != self.classes:
            raise UnknownClass(
                f"skills were learnt for the classes {list(self.classes)}; these answers have {list(ratings.classes)}. "
                "Declare the same classes in the same order."
            )
        accuracy = np.array([self.accuracy.get(name, self.newcomer) for name in ratings.annotators])
        evidence = evidence_of(ratings, accuracy, self.wrong)
        powers = np.exp(evidence - evidence.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))
