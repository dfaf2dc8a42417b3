"""Preferences as arrays: who compared which two items, and which one won."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.errors import UnreadableRatings
from karat.quality.ratings import Name

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False, repr=False)
class Comparisons:
    """Comparisons of two items by an annotator.

    Attributes
    ----------
    left, right, annotator : int32 arrays of shape (n_comparisons,)
        Codes into `items` and `annotators`.
    outcome : int8 array of shape (n_comparisons,)
        1 where the left item won, -1 where the right one did, 0 for a tie.
    items, annotators : tuples of names
        In order of first appearance.

    Examples
    --------
    >>> found = Comparisons.from_rows([("ada", "poem-1", "poem-2", "poem-2"), ("bo", "poem-1", "poem-2", None)])
    >>> found.items, found.outcome.tolist()
    (('poem-1', 'poem-2'), [-1, 0])
    """

    left: Codes
    right: Codes
    annotator: Codes
    outcome: npt.NDArray[np.int8]
    items: tuple[Name, ...]
    annotators: tuple[Name, ...]

    @staticmethod
    def from_rows(rows: Iterable[tuple[Name, Name, Name, Name | None]]) -> Comparisons:
        """Comparisons from (annotator, left item, right item, winner); the winner None is a tie.

        Raises
        ------
        UnreadableRatings
            When an item is compared with itself, or the winner is neither of the two.
        """
        columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
        return Comparisons.from_arrays(*columns)

    @staticmethod
    def from_arrays(annotator: Any, left: Any, right: Any, winner: Any) -> Comparisons:
        """Comparisons from equally long columns of names; see `from_rows`."""
        rows = list(zip(*(_listed(column) for column in (annotator, left, right, winner)), strict=True))
        items: dict[Hashable, int] = {}
        people: dict[Hashable, int] = {}
        coded = np.empty((len(rows), 4), dtype=np.int32)
        for number, (who, one, other, best) in enumerate(rows):
            if one == other:
                raise UnreadableRatings(f"comparison {number + 1} compares {one!r} with itself. Leave it out.")
            if best is not None and best not in (one, other):
                raise UnreadableRatings(
                    f"comparison {number + 1} of {one!r} and {other!r} names {best!r} as the winner. "
                    "Name one of the two, or None for a tie."
                )
            outcome = 0 if best is None else 1 if best == one else -1
            codes = items.setdefault(one, len(items)), items.setdefault(other, len(items))
            coded[number] = (*codes, people.setdefault(who, len(people)), outcome)
        return Comparisons(
            coded[:, 0], coded[:, 1], coded[:, 2], coded[:, 3].astype(np.int8), tuple(items), tuple(people)
        )

    def __repr__(self) -> str:
        return (
            f"<Comparisons: {len(self.left)} of {len(self.items)} items by {len(self.annotators)} annotators, "
            f"{int((self.outcome == 0).sum())} ties>"
        )


def _listed(column: Any) -> list[Any]:
    return column.tolist() if hasattr(column, "tolist") else list(column)
