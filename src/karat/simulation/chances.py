"""From a person's accuracy to the chance of being right on an item: the link between points and logits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karat.simulation.arrays import Floats
from karat.simulation.world import Link

_CELLS = 2_048
_GUESSING = 0.25


@dataclass(frozen=True, eq=False)
class AccuracyScale:
    """Skill by accuracy for one population of items, whatever its difficulties and the link.

    Effects are planted in points of accuracy, because that is how people speak of them and what detectors estimate;
    skill is the logit (or its equivalent) that has this accuracy on average over the items.
    """

    link: Link
    skills: Floats
    """(n_cells,): by accuracy, from 0 to 1 in equal steps."""

    @staticmethod
    def over(difficulty: Floats, link: Link) -> AccuracyScale:
        """The scale for items of these difficulties."""
        sample = np.quantile(difficulty, (np.arange(400) + 0.5) / 400)
        skill = np.linspace(-12, 12, 481)
        accuracy = chance(skill[:, None] - sample, link).mean(axis=1)
        wanted = np.linspace(0, 1, _CELLS)
        return AccuracyScale(link, np.interp(wanted, accuracy, skill).astype(np.float32))

    def skill(self, accuracy: Floats) -> Floats:
        """The skill of people with these accuracies."""
        cell = (np.clip(accuracy, 0, 1) * (_CELLS - 1) + 0.5).astype(np.int16)
        return self.skills[cell]

    def chance(self, accuracy: Floats, difficulty: Floats) -> Floats:
        """The chance that somebody of this accuracy is right on an item of this difficulty."""
        return chance(self.skill(accuracy) - difficulty, self.link)


def chance(advantage: Floats, link: Link) -> Floats:
    """Probability of being right by skill minus difficulty."""
    if link == "cauchit":
        # Standardised so that the middle is as steep as the logistic's.
        cauchy: Floats = 0.5 + np.arctan(advantage * (np.pi / 4)) / np.pi
        return cauchy
    # The exponential of a hundred is no 32-bit number.
    logistic: Floats = 1 / (1 + np.exp(np.minimum(-advantage, 80)))
    return _GUESSING + (1 - _GUESSING) * logistic if link == "guessing" else logistic
