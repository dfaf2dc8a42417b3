"""Gold labels as a consensus method needs them: known classes, by position."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.errors import NoRatings
from karat.quality.ratings import Ratings

UNKNOWN = -1


def with_gold(ratings: Ratings, gold: Mapping[Any, Any] | None) -> tuple[Ratings, npt.NDArray[np.intp]]:
    """The ratings with the classes of gold declared, and for each item its gold class or UNKNOWN.

    Gold labels of items without ratings say nothing about anyone and are left aside.
    """
    if ratings.n_ratings == 0:
        raise NoRatings("a consensus needs ratings; there are none.")
    classes = np.full(ratings.n_items, UNKNOWN, dtype=np.intp)
    if not gold:
        return ratings, classes
    relevant = {position: gold[item] for position, item in enumerate(ratings.items) if item in gold}
    # Sorted by name: the order in which gold was written must not decide the order of the classes.
    known = ratings.with_classes(sorted(set(relevant.values()), key=str))
    code = {name: position for position, name in enumerate(known.classes)}
    for position, label in relevant.items():
        classes[position] = code[label]
    return known, classes


def clamp(probabilities: npt.NDArray[np.float64], gold: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """The probabilities with certainty where gold is known, written in place."""
    known = np.flatnonzero(gold != UNKNOWN)
    probabilities[known] = 0.0
    probabilities[known, gold[known]] = 1.0
    return probabilities
