"""Toward which classes an annotator leans, compared with others who rated the same items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.errors import TooLittleOverlap
from karat.quality.intervals import normal_quantile
from karat.quality.ratings import Name, Ratings

Array = npt.NDArray[np.float64]
_LEAST_SHARED = 2


@dataclass(frozen=True, slots=True)
class Leaning:
    """How much oftener than others each annotator gives each class; arrays of shape (n_annotators, n_classes).

    Attributes
    ----------
    annotators, classes : sequences of names
    difference : float array
        Share of the annotator's ratings with the class, minus the share among the others' ratings of the same items;
        between -1 and 1. 0 for an annotator who shares no item.
    half_width : float array
        `difference` plus and minus this is the interval over items; infinite where there are fewer than two.
    n_shared : int array of shape (n_annotators,)
        Ratings on items that others rated too.
    level : float
        Coverage of each interval by itself.
    """

    annotators: tuple[Name, ...]
    classes: tuple[Name, ...]
    difference: Array
    half_width: Array
    n_shared: npt.NDArray[np.intp]
    level: float

    def strongest(self, annotator: int) -> tuple[Name, float] | None:
        """The class whose difference is largest among those the interval tells from 0, and the difference."""
        difference = self.difference[annotator]
        is_clear = np.abs(difference) > self.half_width[annotator]
        if not is_clear.any():
            return None
        place = int(np.argmax(np.where(is_clear, np.abs(difference), 0.0)))
        return self.classes[place], float(difference[place])


def leaning(ratings: Ratings, *, level: float = 0.95) -> Leaning:
    """Compare each annotator's use of classes with that of others on the same items.

    The same items, since people who get other items rightly give other classes.

    Parameters
    ----------
    ratings : Ratings
        Items with a single rating say nothing and are left out.
    level : float
        Coverage of the intervals (normal, over items).

    Raises
    ------
    TooLittleOverlap
        When no item has two ratings.

    Examples
    --------
    >>> def answer(item, who): return "x" if who == "cy" or item % 2 else "y"
    >>> rows = [(item, who, answer(item, who)) for item in range(40) for who in ("ada", "bo", "cy")]
    >>> found = leaning(Ratings.from_rows(rows))
    >>> found.strongest(2)
    ('x', 0.5)
    """
    counts = ratings.class_counts()
    n_of_item = np.asarray(counts.sum(axis=1)).ravel()
    shared = np.flatnonzero(n_of_item[ratings.item] >= _LEAST_SHARED)
    if not len(shared):
        raise TooLittleOverlap(
            f"a leaning shows on items that several people rated; none of the {ratings.n_items} items has two ratings. "
            "Raise the overlap."
        )
    item, who, label = ratings.item[shared], ratings.annotator[shared], ratings.label[shared]
    shape = (ratings.n_annotators, ratings.n_classes)
    n_shared = np.bincount(who, minlength=shape[0])
    sums, squares = np.zeros(shape), np.zeros(shape)
    per_rating = 1.0 / (n_of_item[item] - 1)
    for code in range(ratings.n_classes):
        own = (label == code).astype(np.float64)
        others = (_column(counts, code)[item] - own) * per_rating
        sums[:, code] = np.bincount(who, own - others, minlength=shape[0])
        squares[:, code] = np.bincount(who, (own - others) ** 2, minlength=shape[0])
    n = np.maximum(n_shared, 1)[:, np.newaxis]
    difference = sums / n
    variance = np.maximum(squares / n - difference**2, 0.0) / np.maximum(n - 1, 1)
    half_width = normal_quantile(0.5 + level / 2) * np.sqrt(variance)
    half_width[n_shared < _LEAST_SHARED] = np.inf
    return Leaning(tuple(ratings.annotators), tuple(ratings.classes), difference, half_width, n_shared, level)


def _column(counts: object, code: int) -> Array:
    column = counts[:, [code]].toarray().ravel()  # type: ignore[index]
    return np.asarray(column, dtype=np.float64)
