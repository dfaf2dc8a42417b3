"""Ratings for tests, showing only what matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.ratings import Ratings


def ratings_of(*items: str, classes: Sequence[str] | None = None) -> Ratings:
    """One word per item; each letter is the class given by annotator 0, 1, ..., a dot is a missing rating."""
    rows = [
        (number, annotator, letter)
        for number, word in enumerate(items)
        for annotator, letter in enumerate(word)
        if letter != "."
    ]
    return Ratings.from_rows(rows, classes=classes)


@dataclass(frozen=True)
class PlantedWorld:
    """Ratings whose truth is known."""

    ratings: Ratings
    truth: dict[int, int]
    accuracy: npt.NDArray[np.float64]


def planted_world(
    *, seed: int, n_items: int, accuracy: Sequence[float], n_classes: int = 3, overlap: int = 5
) -> PlantedWorld:
    """Items of equally frequent classes; each annotator is right with their accuracy, else any other class."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(n_classes, size=n_items)
    rows = []
    for item in range(n_items):
        for annotator in rng.choice(len(accuracy), size=overlap, replace=False):
            is_right = rng.random() < accuracy[annotator]
            given = truth[item] if is_right else (truth[item] + rng.integers(1, n_classes)) % n_classes
            rows.append((item, int(annotator), int(given)))
    return PlantedWorld(
        Ratings.from_rows(rows, classes=range(n_classes)), dict(enumerate(truth.tolist())), np.array(accuracy)
    )
