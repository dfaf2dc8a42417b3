"""Golden sets with planted wrong labels and leaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.intp]


@dataclass(frozen=True)
class WrongGold:
    """Answers to a golden set, and which of its labels are wrong."""

    person: Codes
    item: Codes
    given: Codes
    gold: Codes
    is_wrong: npt.NDArray[np.bool_]


def wrong_gold(
    rng: np.random.Generator,
    *,
    n_items: int = 200,
    n_classes: int = 5,
    answers_each: int = 10,
    wrong_share: float = 0.05,
    lure_share: float = 0.4,
) -> WrongGold:
    """Sixty people, hard and easy items, and on every item a wrong class that draws part of the errors."""
    truth = rng.integers(0, n_classes, n_items)
    is_wrong = np.isin(np.arange(n_items), rng.choice(n_items, round(wrong_share * n_items), replace=False))
    gold = np.where(is_wrong, (truth + rng.integers(1, n_classes, n_items)) % n_classes, truth)
    ability, difficulty = rng.normal(2.0, 0.6, 60), rng.normal(0, 1, n_items)
    lure = (truth + rng.integers(1, n_classes, n_items)) % n_classes
    person = np.concatenate([rng.choice(60, answers_each, replace=False) for _ in range(n_items)])
    item = np.repeat(np.arange(n_items), answers_each)
    is_right = rng.random(len(item)) < 1 / (1 + np.exp(difficulty[item] - ability[person]))
    anything = (truth[item] + rng.integers(1, n_classes, len(item))) % n_classes
    error = np.where(rng.random(len(item)) < lure_share, lure[item], anything)
    return WrongGold(person, item, np.where(is_right, truth[item], error), gold, is_wrong)


@dataclass(frozen=True)
class LeakedGoldWorld:
    """Exposures in the order of time, and which items are known to some."""

    person: Codes
    item: Codes
    is_right: npt.NDArray[np.bool_]
    chance_right: npt.NDArray[np.float64]
    slowness: npt.NDArray[np.float64]
    is_leaked: npt.NDArray[np.bool_]


def leaked_gold_world(
    rng: np.random.Generator, *, leaked_share: float = 0.2, exposures: int = 30, n_items: int = 100, heavy: bool = False
) -> LeakedGoldWorld:
    """Eighteen of sixty people know the leaked items; knowing takes 40 % of the time (log-sd .45 within people)."""
    n_people = 60
    item = np.concatenate([rng.permutation(n_items) for _ in range(exposures)])
    order = np.stack([rng.permutation(n_people)[:exposures] for _ in range(n_items)])
    person = order[item, np.repeat(np.arange(exposures), n_items)]
    ability, speed, ease = rng.normal(2, 0.6, n_people), rng.normal(0, 0.3, n_items), rng.normal(0, 0.5, n_items)
    is_leaked = np.arange(n_items) < leaked_share * n_items
    knows = is_leaked[item] & (person < 0.3 * n_people)
    chance = 1 / (1 + np.exp(-ability[person]))
    is_right = rng.random(len(item)) < np.where(knows, 0.98, 1 / (1 + np.exp(-ability[person] - ease[item])))
    noise = rng.standard_t(5, len(item)) * 0.775 if heavy else rng.normal(size=len(item))
    return LeakedGoldWorld(person, item, is_right, chance, speed[item] + noise + knows * np.log(0.4) / 0.45, is_leaked)
