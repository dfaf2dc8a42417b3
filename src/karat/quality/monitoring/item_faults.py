"""Which misses are the item's or the spec's fault: items that good people miss alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import NoGold
from karat.quality.intervals import proportion
from karat.quality.monitoring.belief import Belief, team_belief

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

_LEAST_MISSES = 3
_MOST = 0.5
"""Misses are alike when the interval of the share with one same answer lies above this."""


@dataclass(frozen=True, slots=True)
class ItemFault:
    """An item to be discussed before anybody is.

    Attributes
    ----------
    item : int
    n_good, n_missed : int
        Good people who answered it, and those of them who missed it.
    expected_missed : float
        How many of them would have missed a usual item.
    probability : float
        Of at least so many misses on a usual item.
    common_answer : int
        The wrong class most of them gave.
    alike_share : float
        Share of their misses that gave it, 0-1.
    """

    item: int
    n_good: int
    n_missed: int
    expected_missed: float
    probability: float
    common_answer: int
    alike_share: float


def item_faults(
    person: Codes, item: Codes, given: Codes, gold: Codes, *, bar: float = 0.85, false_share: float = 0.05
) -> tuple[ItemFault, ...]:
    """Items that good people miss more often than other items, most of them with the same wrong answer.

    Who is good is judged by the person's other items, so that an item does not choose its own judges. Misses scattered
    over the classes speak of a hard item; misses alike speak of a rule read otherwise, or of a wrong gold label.

    Parameters
    ----------
    person, item, given : int arrays of shape (n_answers,)
        Who, which item, which class was given; counted from 0.
    gold : int array of shape (n_items,)
        The class that counts as right.
    bar : float
        Good is whoever is at least this accurate, more likely than not.
    false_share : float
        Expected share, at most, of usual items among those named (Benjamini-Hochberg).

    Raises
    ------
    NoGold
        When there is no answer.

    Examples
    --------
    >>> person, item = np.repeat(np.arange(12), 20), np.tile(np.arange(20), 12)
    >>> given = np.where((item == 7) & (person < 8), 1, 0)
    >>> [(fault.item, fault.n_missed) for fault in item_faults(person, item, given, np.zeros(20, dtype=int))]
    [(7, 8)]
    """
    if not len(person):
        raise NoGold("item analysis needs graded answers; there are none yet.")
    is_right = given == gold[item]
    right = np.bincount(person, is_right).astype(np.float64)
    answered = np.bincount(person)
    a, b = _others(person, is_right, right, answered, _team(right, answered))
    is_good = scipy.special.betaincc(a, b, bar) > 0.5
    miss = b / (a + b)
    faults = []
    for one in np.unique(item[is_good]).tolist():
        here = is_good & (item == one)
        missed = here & ~is_right
        if missed.sum() >= _LEAST_MISSES:
            faults.append(_fault(one, miss[here], given[missed]))
    return _not_by_chance([fault for fault in faults if _are_alike(fault)], len(gold), false_share)


def _team(right: Array, answered: Codes) -> Belief:
    """The team's belief where it can be learned; otherwise one that says little."""
    return team_belief(right, answered) if (answered > 0).sum() >= _LEAST_MISSES else Belief(4.5, 0.5)


def _others(
    person: Codes, is_right: npt.NDArray[np.bool_], right: Array, answered: Codes, team: Belief
) -> tuple[Array, Array]:
    """The belief about the person of each answer, from the person's other answers."""
    a = team.right + right[person] - is_right
    b = team.wrong + (answered - right)[person] - ~is_right
    return np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)


def _fault(item: int, miss: Array, wrong: Codes) -> ItemFault:
    classes, counts = np.unique(wrong, return_counts=True)
    most = int(np.argmax(counts))
    return ItemFault(
        item,
        len(miss),
        len(wrong),
        float(miss.sum()),
        _at_least(len(wrong), miss),
        int(classes[most]),
        float(counts[most] / len(wrong)),
    )


def _are_alike(fault: ItemFault) -> bool:
    return proportion(fault.alike_share * fault.n_missed, fault.n_missed).low > _MOST


def _at_least(n: int, chances: Array) -> float:
    """Probability that at least `n` of these independent events happen."""
    of_count = np.ones(1)
    for chance in chances:
        of_count = np.convolve(of_count, [1 - chance, chance])
    return float(of_count[n:].sum())


def _not_by_chance(faults: list[ItemFault], n_items: int, false_share: float) -> tuple[ItemFault, ...]:
    ranked = sorted(faults, key=lambda fault: (fault.probability, fault.item))
    kept = [place for place, fault in enumerate(ranked, 1) if fault.probability <= false_share * place / n_items]
    return tuple(ranked[: kept[-1]]) if kept else ()
