"""Crowds with known truth for tests of what to ask next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.ratings import Ratings

Integers = npt.NDArray[np.integer]


@dataclass(frozen=True)
class World:
    """Answers in the order in which they come, and the true class of each item."""

    ratings: Ratings
    truth: Integers

    def accuracy(self, probabilities: npt.NDArray[np.float64]) -> float:
        return float((probabilities.argmax(axis=1) == self.truth).mean())

    def answers(self, n_of_item: Integers) -> Ratings:
        """The first so many answers of each item."""
        n_each = self.ratings.n_ratings // self.ratings.n_items
        return self.ratings.select(np.tile(np.arange(n_each), self.ratings.n_items) < n_of_item[self.ratings.item])


def a_hard_quarter(seed: int, *, n_items: int = 3000, n_answers: int = 10) -> World:
    """Sixty people, right in 82 % on average; on a quarter of the items, half of that is guessing. Four classes."""
    rng = np.random.default_rng(seed)
    n_people, n_classes = 60, 4
    truth = rng.integers(n_classes, size=n_items)
    accuracy, is_hard = rng.beta(6.56, 1.44, n_people), rng.random(n_items) < 0.25
    who = np.argsort(rng.random((n_items, n_people)), axis=1)[:, :n_answers]
    chance = np.where(is_hard[:, None], (accuracy[who] + 1 / n_classes) / 2, accuracy[who])
    is_right = rng.random((n_items, n_answers)) < chance
    wrong = (truth[:, None] + rng.integers(1, n_classes, (n_items, n_answers))) % n_classes
    label = np.where(is_right, truth[:, None], wrong)
    item = np.repeat(np.arange(n_items), n_answers)
    return World(Ratings.from_codes(item, who.ravel(), label.ravel(), n_classes=n_classes), truth)


def a_model_of(world: World, *, accuracy: float, seed: int, too_sure: float = 1.0) -> npt.NDArray[np.float64]:
    """Probabilities of a model that is right so often, and claims more where `too_sure` is above 1."""
    rng = np.random.default_rng(seed)
    n_items, n_classes = len(world.truth), world.ratings.n_classes
    scores = rng.normal(size=(n_items, n_classes))
    low, high = 0.0, 10.0
    for _ in range(30):  # the lead of the true class that gives this accuracy
        lead = (low + high) / 2
        led = scores.copy()
        led[np.arange(n_items), world.truth] += lead
        low, high = (lead, high) if (led.argmax(axis=1) == world.truth).mean() < accuracy else (low, lead)
    powers = np.exp(
        lead * too_sure * led
    )  # normal scores with this lead have lead times score as log-likelihood ratios
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
