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


def uneven_ratings(*, seed: int, n_items: int = 120, n_annotators: int = 7, repeats: bool = False) -> Ratings:
    """Four classes that are numbers, unevenly frequent; one to five ratings an item, errors mostly to a neighbour.

    With `repeats` some annotators rate an item several times.
    """
    rng = np.random.default_rng(seed)
    item = np.repeat(np.arange(n_items), rng.integers(1, 6, size=n_items))
    first = rng.integers(n_annotators, size=n_items)[item]
    rank = np.arange(len(item)) - np.searchsorted(item, item)
    annotator = (first + (rank // 2 if repeats else rank)) % n_annotators
    truth = rng.choice(4, size=n_items, p=[0.4, 0.3, 0.2, 0.1])[item]
    label = np.clip(truth + rng.choice([-1, 0, 1], size=len(item), p=[0.12, 0.8, 0.08]), 0, 3)
    shuffled = rng.permutation(len(item))
    codes = [array.astype(np.int32)[shuffled] for array in (item, annotator, label)]
    return Ratings(codes[0], codes[1], codes[2], tuple(range(n_items)), tuple(range(n_annotators)), (1, 2, 3, 5))
