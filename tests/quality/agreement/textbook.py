"""Coefficients of agreement written out as their definitions say, one pair at a time: slow, and easy to believe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations

import numpy as np

from karat.quality.agreement.weights import Weights, weight_matrix
from karat.quality.ratings import Ratings

Table = Sequence[Sequence[int | None]]
"""Rows are items, columns annotators, None is a missing rating."""

CLASSES = (0, 1, 2, 3)


def ratings_of_table(table: Table) -> Ratings:
    rows = [(i, a, c) for i, row in enumerate(table) for a, c in enumerate(row) if c is not None]
    return Ratings.from_rows(rows, classes=CLASSES)


def textbook(name: str, table: Table, weights: Weights = "identity") -> float | None:
    """The coefficient, or None where it is undefined."""
    credit = weight_matrix(weights, CLASSES)
    given = [[c for c in row if c is not None] for row in table]
    shared = [row for row in given if len(row) >= 2]
    if len(shared) < 2:
        return None
    observed = float(np.mean([np.mean([credit[x, y] for x, y in permutations(row, 2)]) for row in shared]))
    if name == "observed":
        return observed
    chance = CHANCE[name](table, credit)
    return None if chance > 1 - 1e-12 else (observed - chance) / (1 - chance)


def cohen(table: Table, weights: Weights = "identity") -> float | None:
    """Of the two columns of a table without gaps."""
    credit = weight_matrix(weights, CLASSES)
    firsts, seconds = [row[0] for row in table], [row[1] for row in table]
    observed = float(np.mean([credit[x, y] for x, y in zip(firsts, seconds, strict=True)]))
    chance = float(np.mean([credit[x, y] for x in firsts for y in seconds]))
    return None if chance > 1 - 1e-12 else (observed - chance) / (1 - chance)


def class_shares(table: Table) -> np.ndarray:
    """Mean over rated items of the share of each class in the item's ratings."""
    rated = [[c for c in row if c is not None] for row in table]
    shares = [np.array([row.count(c) / len(row) for c in CLASSES]) for row in rated if row]
    return np.asarray(sum(shares) / len(shares))


def _fleiss_chance(table: Table, credit: np.ndarray) -> float:
    shares = class_shares(table)
    return float(sum(credit[x, y] * shares[x] * shares[y] for x in CLASSES for y in CLASSES))


def _gwet_chance(table: Table, credit: np.ndarray) -> float:
    q = len(CLASSES)
    return float(credit.sum() / (q * (q - 1)) * sum(share * (1 - share) for share in class_shares(table)))


def _uniform_chance(_: Table, credit: np.ndarray) -> float:
    return float(credit.mean())


def _conger_chance(table: Table, credit: np.ndarray) -> float:
    columns = [[c for c in column if c is not None] for column in zip(*table, strict=True)]
    shares = [np.array([column.count(c) / len(column) for c in CLASSES]) for column in columns if column]
    return float(np.mean([one @ credit @ other for one, other in permutations(shares, 2)]))


CHANCE: dict[str, Callable[[Table, np.ndarray], float]] = {
    "fleiss": _fleiss_chance,
    "ac2": _gwet_chance,
    "brennan_prediger": _uniform_chance,
    "conger": _conger_chance,
}
