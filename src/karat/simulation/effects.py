"""How accurate each person is at each moment: skill on the pair of classes, practice, drift, fatigue."""

from __future__ import annotations

import numpy as np

from karat.simulation.annotators import Annotators, Drift
from karat.simulation.arrays import DAY_SECONDS, Floats, Ints
from karat.simulation.places import Places
from karat.simulation.schedule import LEARNING_ANSWERS, Sessions

_WARM_UP_ANSWERS = 5.0
_FULL_FATIGUE_ANSWERS = 120.0


def accuracies(people: Annotators, sessions: Sessions, places: Places, label: Ints, other: Ints) -> Floats:
    """(n_answers,): accuracy on items of all difficulties, at this moment and on this pair of classes.

    Parameters
    ----------
    label, other : int arrays (n_answers,)
        The class that the annotator would give after reading with care, and the one it is mistaken for.
    """
    who = places.annotator
    n_classes = people.pair_points.shape[1]
    pair = (who * n_classes + label) * n_classes + other
    level: Floats = people.accuracy[who] + people.pair_points.reshape(-1)[pair]
    if people.learning.any():
        unlearnt = np.exp(-places.position.astype(np.float32) / np.float32(LEARNING_ANSWERS))
        level += people.learning[who] * (1 - unlearnt)
    for drift in people.drifts:
        _lose_by_drift(level, drift, places, label, other)
    _lose_by_fatigue(level, people, sessions, places)
    return level


def drift_points(drift: Drift, who: Ints, day: Floats) -> Floats:
    """Points that these people have lost by these days, on the pairs of classes concerned."""
    since = day - drift.from_day[who]
    grown = np.where(drift.over_days[who] > 0, since / np.maximum(drift.over_days[who], 1e-9), since >= 0)
    found: Floats = drift.points[who] * np.clip(grown, 0, 1)
    return found


def _lose_by_drift(level: Floats, drift: Drift, places: Places, label: Ints, other: Ints) -> None:
    rows = np.flatnonzero((drift.points > 0)[places.annotator])
    who = places.annotator[rows]
    first, second = drift.pair[who, 0], drift.pair[who, 1]
    concerned = (first < 0) | ((label[rows] == first) & (other[rows] == second))
    concerned |= (label[rows] == second) & (other[rows] == first)
    level[rows] -= drift_points(drift, who, places.claimed[rows] / DAY_SECONDS) * concerned


def _lose_by_fatigue(level: Floats, people: Annotators, sessions: Sessions, places: Places) -> None:
    tires = (people.fatigue > 0) | (people.warm_up > 0) | (people.evening_fatigue > 0)
    rows = np.flatnonzero(tires[places.annotator])
    who, place = places.annotator[rows], places.session_position[rows]
    level[rows] -= people.fatigue[who] * np.minimum(place / _FULL_FATIGUE_ANSWERS, 1)
    level[rows] -= people.warm_up[who] * np.exp(-place / _WARM_UP_ANSWERS)
    level[rows] -= people.evening_fatigue[who] * sessions.is_evening[places.session[rows]]


def accuracy_by_day(people: Annotators, places: Places, n_days: int, pair_share: Floats) -> Floats:
    """(n_annotators, n_days): the true course of each person's accuracy, rested, over all pairs of classes.

    Parameters
    ----------
    pair_share : float array (n_classes, n_classes)
        How many of the items are of each class and lure: what a drift on one pair of classes weighs.
    """
    level = np.repeat(people.accuracy[:, None].astype(np.float64), n_days, axis=1)
    level += (people.pair_points * pair_share).sum(axis=(1, 2))[:, None]
    level += people.learning[:, None] * (1 - np.exp(-_answers_before(people.n, places, n_days) / LEARNING_ANSWERS))
    everybody = np.arange(people.n)
    either = pair_share + pair_share.T
    for drift in people.drifts:
        weight = np.where(drift.pair[:, 0] < 0, 1.0, either[drift.pair[:, 0], drift.pair[:, 1]])
        for day in range(n_days):
            level[:, day] -= weight * drift_points(drift, everybody, np.full(people.n, day + 0.5))
    return np.clip(level, 0, 1)


def _answers_before(n_annotators: int, places: Places, n_days: int) -> Floats:
    """Answers of each person before the middle of each day."""
    day = np.minimum((places.claimed / DAY_SECONDS).astype(np.int64), n_days - 1)
    given = np.bincount(places.annotator * np.int64(n_days) + day, minlength=n_annotators * n_days)
    by_day = given.reshape(n_annotators, n_days)
    return np.cumsum(by_day, axis=1) - by_day / 2
