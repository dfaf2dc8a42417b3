"""People who copy: whoever of a ring answers an item first is the source of the others."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from karat.simulation.arrays import Floats, Ints
from karat.simulation.places import Places


class Copyable(Protocol):
    """What is changed by copying."""

    label: Ints
    origin: Ints
    seconds: Floats


def copies_in_rings(
    ring: Ints, places: Places, answers: Copyable, *, copy_share: float, origin: int, rng: np.random.Generator
) -> None:
    """Replace answers of later members by that of the first, each with the given chance.

    Parameters
    ----------
    ring : int array (n_annotators,)
        -1 for people in none.
    origin : int
        What copied answers are marked with.
    """
    rows = np.flatnonzero((ring >= 0)[places.annotator])
    if len(rows) == 0:
        return
    group = ring[places.annotator[rows]].astype(np.int64) * (places.item.max() + 1) + places.item[rows]
    order = np.lexsort((places.claimed[rows], group))
    rows, group = rows[order], group[order]
    begins = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    source = rows[np.repeat(begins, np.diff(np.append(begins, len(rows))))]
    follows = (places.annotator[source] != places.annotator[rows]) & (rng.random(len(rows)) < copy_share)
    answers.label[rows[follows]] = answers.label[source[follows]]
    answers.origin[rows[follows]] = origin
    answers.seconds[rows[follows]] *= 0.5
