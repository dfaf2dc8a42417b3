"""Pairs whose independence cannot be judged yet, and how many more shared items each needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karat.quality.annotators.copying import Copying
from karat.quality.ratings import Name, Ratings
from karat.quality.ratings.meetings import meetings


@dataclass(frozen=True, slots=True)
class MoreShared:
    """A pair that shares too few items to be told from copiers.

    Attributes
    ----------
    first, second : names
    n_shared : int
        Items both rated.
    n_more : int
        Further items to give to both before copying of three answers in ten would be found with a probability of .8.
    """

    first: Name
    second: Name
    n_shared: int
    n_more: int

    def __str__(self) -> str:
        return f"{self.first} and {self.second} share {self.n_shared} items: needs {self.n_more} more shared items"


def more_shared_items(ratings: Ratings, found: Copying) -> tuple[MoreShared, ...]:
    """What `find_copying` could not judge well, the pairs that need least first.

    Without designed co-assignment nobody shares enough: of 300 answers at an overlap of three, two people share about
    three items. A common set of some hundred items, or targeted co-assignment of a suspected pair, makes up for it.
    Pairs that share nothing are not listed; they need `found.needed_shared`. Nor are those already found suspicious.

    Parameters
    ----------
    ratings : Ratings
        As given to `find_copying`.
    found : Copying
    """
    known = {frozenset((pair.first, pair.second)) for pair in found.suspicious}
    wanting = [
        MoreShared(first, second, n, found.needed_shared - n)
        for (first, second), n in _shared(ratings).items()
        if n < found.needed_shared and frozenset((first, second)) not in known
    ]
    return tuple(sorted(wanting, key=lambda pair: pair.n_more))


def _shared(ratings: Ratings) -> dict[tuple[Name, Name], int]:
    n = ratings.n_annotators
    keys = [
        np.minimum(ratings.annotator[one], ratings.annotator[other]).astype(np.int64) * n
        + np.maximum(ratings.annotator[one], ratings.annotator[other])
        for one, other in meetings(ratings)
    ]
    if not keys:
        return {}
    pairs, counts = np.unique(np.concatenate(keys), return_counts=True)
    return {
        (ratings.annotators[pair // n], ratings.annotators[pair % n]): count
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True)
    }
