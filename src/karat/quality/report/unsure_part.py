"""The section on unsure answers: how many, whose, on which items. They are set aside before everything else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from karat.quality.errors import NoRatings, UnknownClass
from karat.quality.intervals import proportion
from karat.quality.ratings import Name, Ratings
from karat.quality.report.contents import UnsurePart

_SHOWN = 5
_LEAST_ON_ITEM = 2


def set_aside(ratings: Ratings, names: Collection[Name]) -> tuple[Ratings, UnsurePart | None]:
    """The decided answers, without these classes, and what there is to say about the others.

    Raises
    ------
    UnknownClass
        When a name is none of the classes.
    NoRatings
        When no decided answer is left.
    """
    if not names:
        return ratings, None
    absent = [name for name in names if name not in ratings.classes]
    if absent:
        there = ", ".join(str(name) for name in ratings.classes[:20])
        raise UnknownClass(f"nobody answered {absent[0]!r}, which is to mean unsure. The answers are: {there}.")
    is_name = np.array([name in names for name in ratings.classes])
    is_unsure = is_name[ratings.label]
    if is_unsure.all():
        raise NoRatings(f"all {ratings.n_ratings} answers are unsure; a report needs decided ones.")
    kept = ratings.select(~is_unsure)
    classes = tuple(name for name, unsure in zip(ratings.classes, is_name, strict=True) if not unsure)
    code = np.cumsum(~is_name) - 1
    decided = replace(kept, label=code[kept.label], classes=classes)
    return decided, _part(ratings, is_unsure, tuple(names), n_left_out=_n_rated(ratings) - _n_rated(decided))


def _part(
    ratings: Ratings, is_unsure: npt.NDArray[np.bool_], names: tuple[Name, ...], *, n_left_out: int
) -> UnsurePart:
    rate = proportion(float(is_unsure.sum()), float(ratings.n_ratings))
    given = np.bincount(ratings.annotator, minlength=ratings.n_annotators)
    unsure = np.bincount(ratings.annotator[is_unsure], minlength=ratings.n_annotators)
    shares = [
        (ratings.annotators[code], proportion(float(unsure[code]), float(given[code])))
        for code in np.flatnonzero(unsure).tolist()
    ]
    above = sorted((one for one in shares if one[1].low > rate.value), key=lambda one: -one[1].value)
    return UnsurePart(names, int(is_unsure.sum()), rate, tuple(above[:_SHOWN]), _items(ratings, is_unsure), n_left_out)


def _items(ratings: Ratings, is_unsure: npt.NDArray[np.bool_]) -> tuple[tuple[Name, int, int], ...]:
    given = np.bincount(ratings.item, minlength=ratings.n_items)
    unsure = np.bincount(ratings.item[is_unsure], minlength=ratings.n_items)
    order = np.lexsort((given, -unsure))[:_SHOWN]
    return tuple(
        (ratings.items[item], int(unsure[item]), int(given[item]))
        for item in order.tolist()
        if unsure[item] >= _LEAST_ON_ITEM
    )


def _n_rated(ratings: Ratings) -> int:
    return int((np.bincount(ratings.item, minlength=ratings.n_items) > 0).sum())
